"""Routes of what is known of customers: how complete it is, and what one of them prefers."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import AfterValidator, Field

from api.access import PartsHere, StaffHere
from api.failures import responses
from api.routes.customers import CustomerPath
from api.schemas import CustomerOut, Input, Output, without_nul
from knowledge.customers import completeness, preferring
from knowledge.customers.completeness import Filled
from knowledge.customers.record import get_customer
from knowledge.customers.record_entries import PreferenceSet
from knowledge.ids import CustomerId

router = APIRouter(prefix="/api", tags=["customers"])


class CompletenessOut(Output):
    """All persons, those with every required field filled and right, and each field: filled, and wrong of those."""

    customers: int
    complete: int
    fields: list[Filled]


class PreferenceIn(Input):
    """A preference, such as `channel`: `email`; an empty value takes it away."""

    name: Annotated[str, Field(min_length=1, max_length=100, pattern=r"\S"), AfterValidator(without_nul)]
    value: Annotated[str, Field(max_length=500), AfterValidator(without_nul)]


@router.get("/completeness", responses=responses(401, 403))
def show_completeness(parts: PartsHere) -> CompletenessOut:
    """Return how complete the records of all customers are."""
    with parts.database.read() as session:
        return CompletenessOut.of(completeness.measure(session, parts.scope, parts.standards))


@router.put("/customers/{customer}/preferences", responses=responses(400, 401, 403, 404, 413, 422))
def prefer(parts: PartsHere, staff: StaffHere, customer: CustomerPath, given: PreferenceIn) -> CustomerOut:
    """Write down what a customer prefers."""
    said, whose = PreferenceSet(given.name.strip(), given.value.strip(), staff.email), CustomerId(customer)
    with parts.database.write() as session:
        preferring.prefer(session, parts.scope, whose, said, parts.clock())
        return CustomerOut.of(get_customer(session, parts.scope, whose))
