"""Routes that show agents who a customer is and everything that happened with them."""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from api.access import PartsHere
from api.failures import responses
from api.routes.conversations import Before, Limit
from api.schemas import CustomerOut, CustomersOut, EntryOut, TimelineOut
from knowledge.customers import timeline
from knowledge.customers.record import get_customer, list_customers
from knowledge.ids import CustomerId

router = APIRouter(prefix="/api/customers", tags=["customers"])
CustomerPath = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$")]


@router.get("", responses=responses(401, 403, 422))
def list_some(
    parts: PartsHere,
    words: Annotated[str, Query(max_length=200, description="Must occur in the name or an address.")] = "",
    limit: Limit = 50,
    offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
) -> CustomersOut:
    """Return customers by name."""
    wanted = words.replace("\0", " ")
    with parts.database.read() as session:
        found = list_customers(session, parts.scope, words=wanted, limit=limit, offset=offset)
    return CustomersOut(customers=[CustomerOut.of(customer) for customer in found])


@router.get("/{customer}", responses=responses(401, 403, 404, 422))
def show(parts: PartsHere, customer: CustomerPath) -> CustomerOut:
    """Return one customer."""
    with parts.database.read() as session:
        return CustomerOut.of(get_customer(session, parts.scope, CustomerId(customer)))


@router.get("/{customer}/timeline", responses=responses(401, 403, 404, 422))
def show_timeline(parts: PartsHere, customer: CustomerPath, before: Before = None, limit: Limit = 50) -> TimelineOut:
    """Return a page of what happened with a customer on every channel, the newest page first."""
    with parts.database.read() as session:
        cursor = timeline.last_seq(session, parts.scope)
        found = get_customer(session, parts.scope, CustomerId(customer))
        entries = timeline.page(session, parts.scope, customer=found.id, before=before, limit=limit)
    more = entries[0].seq if len(entries) == limit else None
    return TimelineOut(cursor=cursor, entries=[EntryOut.of(entry) for entry in entries], before=more)
