"""Which channel and hour reach a customer best, for outreach: learnt from where customers answered before."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cached_property

from api.channel_models import learn_channels
from assistant.outreach.choosing import Way
from assistant.outreach.facts import Policy
from assistant.outreach.reading import zones_of
from handoff.channels import choosing
from handoff.channels.choosing import Moment, rank
from handoff.channels.prediction import ChannelModel
from handoff.plan import Plan
from knowledge.customers.consent import consents_of
from knowledge.customers.record import Customer
from knowledge.database import Database
from knowledge.hours import zone_of
from knowledge.scope import Scope

# A wait that gains less of a chance to be heard is not worth it.
GAIN = 0.05
HOUR = timedelta(hours=1)
POLICY = Policy()


class BestFirst:
    """Orders proven addresses by the chance to reach and resolve there, less what the channel costs.

    What is learnt is read once, when it is first needed: one of these serves one run.
    """

    def __init__(
        self, database: Database, scope: Scope, plan: Plan, now: datetime, policy: Policy | None = None
    ) -> None:
        self._database, self._scope, self._plan, self._now = database, scope, plan, now
        self._policy = policy or Policy()

    @cached_property
    def _model(self) -> ChannelModel:
        return learn_channels(self._database, self._scope, self._plan, self._now)

    def order(self, customer: Customer, ways: Sequence[Way], at: datetime) -> Sequence[Way]:
        """Return the ways that no rule of the channels excludes, the best first; what is not proven comes last."""
        if not ways:
            return ways
        with self._database.read() as session:
            consents = consents_of(session, self._scope, customer.records)
        known = {(one.channel, one.address): one for one in ways}
        there = [choosing.Way(one.channel, one.address) for one in ways]
        moment = Moment(str(customer.id), at, timezone=_zone(customer))
        ranked = rank(there, consents, self._plan, self._model, moment)
        fit = [known[one.way.channel, one.way.address] for one in ranked if not one.refused]
        return sorted(fit, key=lambda one: not one.verified)

    def moment(self, customer: Customer, way: Way, at: datetime, until: datetime) -> datetime:
        """Return the first hour of those left in which they are likeliest to be reached, if that is worth the wait."""
        zone = _zone(customer)
        hours = [at + number * HOUR for number in range(int((until - at) / HOUR) + 1)]
        open_ones = [one for one in hours if self._is_day(one, zone)]
        if not open_ones:
            return at
        chances = [(self._reached(customer, way, one, zone), one) for one in open_ones]
        best = max(chances, key=lambda one: (one[0], -one[1].timestamp()))
        return best[1] if best[0] >= self._reached(customer, way, at, zone) + GAIN else at

    def _reached(self, customer: Customer, way: Way, at: datetime, zone: str) -> float:
        return self._model.chance(str(customer.id), way.channel, at, timezone=zone).reached

    @staticmethod
    def _is_day(at: datetime, zone: str) -> bool:
        return POLICY.opens <= at.astimezone(zone_of(zone)).time() < POLICY.closes


def _zone(customer: Customer) -> str:
    return next(iter(zones_of(customer)), "UTC")
