"""The board: the queues of an installation as they are now, kept in step with the record and cheap to ask."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff.agents.agent import Agent, agent_of
from handoff.load.contacts import Contact, Contacts
from handoff.load.erlang import Queue
from handoff.load.forecast import Expected, Hint, forecast, hints, learn
from handoff.load.peaks import Limits, Reading
from handoff.load.queues import Duty, Gauge, gauge, goal_of, handling, history, hourly
from knowledge.customers.tables import ConversationRow
from knowledge.database import Database
from knowledge.hours import ALWAYS, Calendar, is_open, next_open, periods
from knowledge.scope import Scope, within
from knowledge.staff.people import list_staff

KEPT = timedelta(weeks=12)
# So many days ahead somebody is looked for who works again.
AHEAD = 14
# Whoever moved a conversation so recently works now, whatever their hours say.
AT_WORK = timedelta(minutes=30)


@dataclass(frozen=True)
class Plan:
    """What the board must know of a company: what is too much, its time zone, its hours and holidays."""

    limits: Limits
    zone: ZoneInfo
    calendar: Calendar = ALWAYS


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
            duty = self._on_duty(session, now)
        found = [gauge(name, contacts, duty(name), self.plan.limits, now) for name, contacts in queues.items()]
        return sorted(found, key=lambda one: (-one.backlog, -one.arrivals, one.queue))

    def gauge(self, queue: str, now: datetime) -> Gauge:
        """Return the gauge of one queue; one that nobody ever came to is empty."""
        contacts = self._read(now).get(queue, [])
        with self._database.read() as session:
            duty = self._on_duty(session, now)(queue)
        return gauge(queue, contacts, duty, self.plan.limits, now)

    def outlook(self, queue: str, now: datetime, hours: int = 24) -> Outlook:
        """Return the forecast of one queue with hints for staffing."""
        contacts = self._read(now).get(queue, [])
        with self._database.read() as session:
            duty = self._on_duty(session, now)(queue)
        people = Queue(0.0, handling(queue, [one for one in contacts if not one.by_bot]), 0)
        told = hints(self._expected(contacts, now, hours), people, goal_of(self.plan.limits), duty.at_once)
        return Outlook(queue, told, history(contacts, now))

    def _expected(self, contacts: Sequence[Contact], now: datetime, hours: int) -> list[Expected]:
        counts = hourly(contacts)
        this_hour = now.replace(minute=0, second=0, microsecond=0)
        seasons = learn(counts, min(counts, default=this_hour), this_hour, self.plan.zone)
        return forecast(seasons, now, hours, self.plan.calendar)

    def _on_duty(self, session: Session, now: datetime) -> Callable[[str], Duty]:
        return on_duty(session, self._scope, self.plan.calendar, now)

    def _read(self, now: datetime) -> dict[str, list[Contact]]:
        with self._lock:
            if self._contacts is None or self._contacts.since < now - 2 * KEPT:
                self._contacts = Contacts(now - KEPT)
            with self._database.read() as session:
                self._contacts.refresh(session, self._scope)
            return self._contacts.by_queue()


def on_duty(session: Session, scope: Scope, calendar: Calendar, now: datetime) -> Callable[[str], Duty]:
    """Return what tells who works a queue now: agents who own a conversation that moved in the last half hour.

    A customer's word is no sign of them out of their hours. Where nobody has one, every agent the queue is open to
    counts whose hours and the company's say that they work now; where none does, those of the next such moment.
    """
    known = ((agent_of(one), one.profile.get("capacity")) for one in list_staff(session, scope) if one.role == "agent")
    agents = [(one, capacity) for one, capacity in known if one.active]
    busy, acted = _signs(session, scope, now)

    def of(queue: str) -> Duty:
        able = [(one, _at_once(room, queue)) for one, room in agents if not one.channels or queue in one.channels]
        begins = {one.email: begins_work(one, calendar, now) for one, _ in able}
        at_work = acted | {name for name in busy if begins.get(name) == now}
        there, opens = [one for one in able if one[0].email in at_work], None
        if able and not there:
            first = min((at for at in begins.values() if at is not None), default=None)
            there = [one for one in able if first is not None and begins[one[0].email] == first]
            opens = first if there and first != now else None
        return Duty(len(there), max(1, round(sum(room for _, room in there) / len(there))), opens) if there else Duty(0)

    return of


def _signs(session: Session, scope: Scope, now: datetime) -> tuple[set[str], set[str]]:
    """Return who owns a conversation that moved lately, and who of them moved it themselves."""
    row = ConversationRow
    query = select(row.owner, row.last_at, row.last_received_at).where(
        within(scope, row), row.last_at > now - AT_WORK, row.owner.is_not(None)
    )
    found = session.execute(query).all()
    busy = {str(owner) for owner, _, _ in found}
    return busy, {str(owner) for owner, last, received in found if received is None or last > received}


def begins_work(agent: Agent, calendar: Calendar, now: datetime) -> datetime | None:
    """Return when a colleague works within the company's hours: `now`, or the next moment; `None`: not in two weeks.

    Who says that they are away does not work now, whatever their hours say.
    """
    if not agent.away and is_open(calendar, now) and is_open(agent.calendar, now):
        return now
    for begin, end in periods(agent.calendar, now, AHEAD):
        at = next_open(calendar, begin)
        if at is not None and now < at < end:
            return at
    return None


def _at_once(capacity: object, queue: str) -> int:
    most = capacity.get(queue, 1) if isinstance(capacity, dict) else 1
    return most if isinstance(most, int) and not isinstance(most, bool) and 0 < most <= 100 else 1
