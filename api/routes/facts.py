"""Routes of facts: what a customer already told us, and putting a fact right."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AfterValidator, BaseModel, Field

from api.access import PartsHere, StaffHere
from api.failures import responses
from api.routes.customers import CustomerPath
from api.schemas import EntryOut, Input, Output, Words, without_nul
from knowledge.customers.facts.fact import FactStatus, FactType
from knowledge.customers.facts.reading import Correction, correct_fact, read_facts
from knowledge.customers.facts.said import Speaker
from knowledge.customers.record import get_customer
from knowledge.ids import ConversationId, CustomerId, EntryId

router = APIRouter(prefix="/api/customers", tags=["customers"])


class FactOut(Output):
    """One fact: `value` names it in its normal form, `text` is how it reads, `sources` are the entries that say it.

    `now` is what the customer said instead of one of its values since; `read_by` names the model that read it, "" code.
    """

    type: FactType
    label: str
    value: str
    text: str
    now: str
    owner: Speaker
    status: FactStatus
    sources: list[EntryId]
    at: datetime
    corrected_by: str
    read_by: str


class FactsOut(BaseModel):
    """Facts in the order they were first said."""

    facts: list[FactOut]


class CorrectionIn(Input):
    """Which fact (its `type` and `value`) reads how; `to` empty: it is no fact."""

    type: FactType
    value: Words
    to: Annotated[str, Field(max_length=2_000), AfterValidator(without_nul)] = ""


@router.get("/{customer}/facts", responses=responses(401, 403, 404, 422))
def show(
    parts: PartsHere,
    customer: CustomerPath,
    conversation: Annotated[str | None, Query(pattern=r"^[0-9a-f]{32}$")] = None,
) -> FactsOut:
    """Return what this customer already told us, on every channel or in one conversation."""
    within = ConversationId(conversation) if conversation else None
    with parts.database.read() as session:
        found = get_customer(session, parts.scope, CustomerId(customer))
        facts = read_facts(session, parts.scope, customer=found.id, conversation=within)
    return FactsOut(facts=[FactOut.of(fact) for fact in facts])


@router.post("/{customer}/facts/corrections", status_code=201, responses=responses(400, 401, 403, 404, 413, 422))
def put_right(parts: PartsHere, staff: StaffHere, customer: CustomerPath, given: CorrectionIn) -> EntryOut:
    """Put a fact right, or say that it is none; the message it came from stays as it is."""
    wish = Correction(CustomerId(customer), given.type, given.value, given.to, staff.email)
    with parts.database.write() as session:
        return EntryOut.of(correct_fact(session, parts.scope, wish, parts.clock()))
