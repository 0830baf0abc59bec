"""The board: the queues of an installation as they are now, kept in step with the record and cheap to ask."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff.load.contacts import Contact, Contacts
from handoff.load.erlang import Queue
from handoff.load.forecast import Expected, Hint, forecast, hints, learn
from handoff.load.peaks import Limits, Reading
from handoff.load.queues import Duty, Gauge, gauge, goal_of, handling, history, hourly
from knowledge.customers.tables import ConversationRow
from knowledge.database import Database
from knowledge.scope import Scope, within
from knowledge.staff.people import Staff, list_staff

KEPT = timedelta(weeks=12)
# Whoever moved a conversation so recently works now, whatever their hours say.
AT_WORK = timedelta(minutes=30)


@dataclass(frozen=True)
class Plan:
    """What the board must know of a company: what is too much, its time zone, its days off."""

    limits: Limits
    zone: ZoneInfo
    closed: frozenset[date] = frozenset()


@dataclass(frozen=True)
class Outlook:
    """A queue's coming hours with the people they take, and its last day in intervals."""

    queue: str
    hints: list[Hint]
    past: list[Reading]


class Board:
    """Answers for every queue; safe to ask from several threads. What it keeps is a cache of the record."""

    def __init__(self, database: Database, scope: Scope, plan: Plan) -> None:
        self.plan = plan
        self._database, self._scope = database, scope
        self._lock = threading.Lock()
        self._contacts: Contacts | None = None

    def gauges(self, now: datetime) -> list[Gauge]:
        """Return every queue's gauge, the busiest first."""
        queues = self._read(now)
        with self._database.read() as session:
            duty = on_duty(session, self._scope, now)
        found = [gauge(name, contacts, duty(name), self.plan.limits, now) for name, contacts in queues.items()]
        return sorted(found, key=lambda one: (-one.backlog, -one.arrivals, one.queue))

    def gauge(self, queue: str, now: datetime) -> Gauge:
        """Return the gauge of one queue; one that nobody ever came to is empty."""
        contacts = self._read(now).get(queue, [])
        with self._database.read() as session:
            duty = on_duty(session, self._scope, now)(queue)
        return gauge(queue, contacts, duty, self.plan.limits, now)

    def outlook(self, queue: str, now: datetime, hours: int = 24) -> Outlook:
        """Return the forecast of one queue with hints for staffing."""
        contacts = self._read(now).get(queue, [])
        with self._database.read() as session:
            duty = on_duty(session, self._scope, now)(queue)
        people = Queue(0.0, handling(queue, [one for one in contacts if not one.by_bot]), 0)
        told = hints(self._expected(contacts, now, hours), people, goal_of(self.plan.limits), duty.at_once)
        return Outlook(queue, told, history(contacts, now))

    def _expected(self, contacts: Sequence[Contact], now: datetime, hours: int) -> list[Expected]:
        counts = hourly(contacts)
        this_hour = now.replace(minute=0, second=0, microsecond=0)
        seasons = learn(counts, min(counts, default=this_hour), this_hour, self.plan.zone)
        return forecast(seasons, now, hours, self.plan.closed)

    def _read(self, now: datetime) -> dict[str, list[Contact]]:
        with self._lock:
            if self._contacts is None or self._contacts.since < now - 2 * KEPT:
                self._contacts = Contacts(now - KEPT)
            with self._database.read() as session:
                self._contacts.refresh(session, self._scope)
            return self._contacts.by_queue()


def on_duty(session: Session, scope: Scope, now: datetime) -> Callable[[str], Duty]:
    """Return what tells who works a queue now: agents who own a conversation that moved in the last half hour.

    Where nobody does, every agent the queue is open to counts.
    """
    agents = [one for one in list_staff(session, scope) if one.active and one.role == "agent"]
    moved = select(ConversationRow.owner).where(within(scope, ConversationRow), ConversationRow.last_at > now - AT_WORK)
    busy = {owner for owner in session.scalars(moved.distinct()) if owner}

    def of(queue: str) -> Duty:
        able = [one for one in agents if _takes(one, queue)]
        there = [one for one in able if one.email in busy] or able
        at_once = [_at_once(one, queue) for one in there]
        return Duty(len(there), max(1, round(sum(at_once) / len(at_once)))) if there else Duty(0)

    return of


def _takes(one: Staff, queue: str) -> bool:
    channels = one.profile.get("channels")
    return not isinstance(channels, list | tuple) or queue in channels


def _at_once(one: Staff, queue: str) -> int:
    capacity = one.profile.get("capacity")
    most = capacity.get(queue, 1) if isinstance(capacity, dict) else 1
    return most if isinstance(most, int) and not isinstance(most, bool) and 0 < most <= 100 else 1
