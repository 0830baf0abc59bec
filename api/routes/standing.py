"""The route that shows agents where a customer stands: accounts, channels, mood, satisfaction, health."""

from fastapi import APIRouter

from api.access import PartsHere
from api.failures import responses
from api.routes.customers import CustomerPath
from api.schemas import Output
from knowledge.customers.feeling import MoodTrend, Satisfaction
from knowledge.customers.health import Health
from knowledge.customers.record import get_customer
from knowledge.customers.record_entries import AccountRecorded
from knowledge.customers.standing import ChannelUse, standing_of
from knowledge.ids import CustomerId

router = APIRouter(prefix="/api/customers", tags=["customers"])


class StandingOut(Output):
    """Where a customer stands; `health` and `mood` are null while nothing is known that they are made of."""

    accounts: list[AccountRecorded]
    channels: list[ChannelUse]
    mood: MoodTrend | None
    satisfaction: list[Satisfaction]
    health: Health | None


@router.get("/{customer}/standing", responses=responses(401, 403, 404, 422))
def show(parts: PartsHere, customer: CustomerPath) -> StandingOut:
    """Return accounts, channels, mood, satisfaction and health of a person, as they are now."""
    with parts.database.read() as session:
        found = get_customer(session, parts.scope, CustomerId(customer))
        return StandingOut.of(standing_of(session, parts.scope, found.id, parts.clock(), parts.standards.health))
