"""The board knows hours: who works now, when the next one does, and how long who comes at night waits."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from handoff.load.board import Board, Plan, on_duty
from handoff.load.peaks import Limits
from knowledge.customers.entries import Handle
from knowledge.customers.inbox import Incoming, receive
from knowledge.database import Database
from knowledge.hours import ALWAYS, read_calendar
from knowledge.scope import Scope
from knowledge.staff.people import NewStaff, add_staff
from knowledge.staff.states import say_state

LONDON = "Europe/London"
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)  # a Friday
NIGHT = datetime(2026, 11, 20, 23, 0, tzinfo=UTC)
WEEKDAYS = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), "08:00-20:00")
COMPANY = read_calendar({"timezone": LONDON, "hours": WEEKDAYS, "closed": ["2026-11-23"]})


@pytest.fixture
def floor(database: Database, scope: Scope) -> Database:
    """Two agents of the chat, by day; a third who has given up, and one whose hours nobody can read."""
    with database.write() as session:
        for name, hours in (("ana", "09:00-17:00"), ("bo", "08:30-12:30")):
            profile: dict[str, Any] = {"timezone": LONDON, "hours": dict.fromkeys(WEEKDAYS, hours)}
            profile |= {"channels": ["chat"], "capacity": {"chat": 2}}
            add_staff(session, scope, NewStaff(f"{name}@x.example", name, "agent", None, profile), NOON)
        odd = {"hours": {"someday": "09:00-17:00"}, "channels": ["phone"]}
        add_staff(session, scope, NewStaff("cy@x.example", "cy", "agent", None, odd), NOON)
    return database


@pytest.mark.parametrize(
    ("at", "people", "opens"),
    [
        (NOON, 2, None),
        (NOON + timedelta(hours=3), 1, None),
        # at night the next working day counts, past a weekend and a day off; whoever comes first opens
        (NIGHT, 1, datetime(2026, 11, 24, 8, 30, tzinfo=UTC)),
        (datetime(2026, 11, 24, 8, 0, tzinfo=UTC), 1, datetime(2026, 11, 24, 8, 30, tzinfo=UTC)),
    ],
)
def test_who_works_and_when_the_next_one_does(
    floor: Database, scope: Scope, at: datetime, people: int, opens: datetime | None
) -> None:
    with floor.read() as session:
        found = on_duty(session, scope, COMPANY, at)("chat")
        assert (found.agents, found.at_once, found.opens) == (people, 2, opens)
        assert on_duty(session, scope, COMPANY, at)("email").agents == 0
        assert on_duty(session, scope, ALWAYS, at)("phone").agents == 1


def test_who_says_that_they_are_away_does_not_count_now(floor: Database, scope: Scope) -> None:
    with floor.write() as session:
        say_state(session, scope, "ana@x.example", "away", NOON)
        assert on_duty(session, scope, COMPANY, NOON)("chat").agents == 1
        say_state(session, scope, "bo@x.example", "off", NOON)
        found = on_duty(session, scope, COMPANY, NOON)("chat")
    assert (found.agents, found.opens) == (1, datetime(2026, 11, 24, 8, 30, tzinfo=UTC))


def test_who_comes_at_night_is_told_the_morning_and_the_bot_has_a_peak(floor: Database, scope: Scope) -> None:
    board = Board(floor, scope, Plan(Limits(), ZoneInfo(LONDON), COMPANY))
    assert board.gauge("chat", NIGHT).peak.on is False  # nobody waits
    with floor.write() as session:
        receive(session, scope, Incoming("chat", Handle("chat", "a" * 64), "Hello?", NIGHT), NIGHT)
    late = board.gauge("chat", NIGHT)
    assert late.duty.opens == datetime(2026, 11, 24, 8, 30, tzinfo=UTC)
    assert late.wait == pytest.approx(81.5 * 3600 + 480 / 2)
    assert late.peak.on
    hours = board.outlook("chat", NIGHT, 96).hints
    assert [one.expected.at.hour for one in hours if one.expected.open] == list(range(8, 20))
    morning = board.gauge("chat", datetime(2026, 11, 24, 9, 0, tzinfo=UTC))
    assert (morning.duty.opens, morning.wait) == (None, pytest.approx(480 / 4))
