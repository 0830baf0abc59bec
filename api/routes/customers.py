"""Routes that show agents who a customer is and everything that happened with them."""

from typing import Annotated

from fastapi import APIRouter, Path

from api.access import PartsHere
from api.failures import responses
from api.routes.conversations import Before, Limit
from api.schemas import CustomerOut, EntryOut, TimelineOut
from knowledge.customers import timeline
from knowledge.customers.record import get_customer
from knowledge.ids import CustomerId

router = APIRouter(prefix="/api/customers", tags=["customers"])
CustomerPath = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$")]


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
