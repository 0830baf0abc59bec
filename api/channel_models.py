"""What is learnt of channels, kept for an hour: reading all history for each page would be far too slow."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

from sqlalchemy import select

from handoff.channels.prediction import ChannelModel, learn
from handoff.history import contacts
from handoff.plan import Plan
from knowledge.customers.tables import CustomerRow
from knowledge.database import Database
from knowledge.scope import Scope, within

KEPT = timedelta(hours=1)


def learn_channels(database: Database, scope: Scope, plan: Plan, now: datetime) -> ChannelModel:
    """Learn from where customers answered before, at the hours of their own time zones."""
    told = select(CustomerRow.id, CustomerRow.timezone).where(within(scope, CustomerRow), CustomerRow.timezone != "")
    with database.read() as session:
        zones: dict[str, str] = {row.id: row.timezone for row in session.execute(told)}
        return learn(contacts(session, scope, plan, zones, now))


@dataclass(frozen=True)
class _Learnt:
    plan: Plan
    at: datetime
    model: ChannelModel


class ChannelModels:
    """The latest model of one record; read again after an hour, or when the plan is another."""

    def __init__(self, database: Database, scope: Scope) -> None:
        self._database, self._scope = database, scope
        self._learnt: _Learnt | None = None
        self._lock = Lock()

    def at(self, plan: Plan, now: datetime) -> ChannelModel:
        """Return the model; whoever comes while it is read waits for it."""
        with self._lock:
            known = self._learnt
            if known is None or known.plan is not plan or not timedelta(0) <= now - known.at < KEPT:
                known = _Learnt(plan, now, learn_channels(self._database, self._scope, plan, now))
                self._learnt = known
            return known.model
