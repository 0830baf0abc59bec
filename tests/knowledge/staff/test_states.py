"""When colleagues are there: spans that follow each other, on both databases; who leaves is gone everywhere."""

from datetime import timedelta

import pytest

from knowledge.database import Database
from knowledge.failures import NotFound, Rejected
from knowledge.scope import Scope
from knowledge.staff.logins import issue_token, whose
from knowledge.staff.people import NewStaff, add_staff, end_staff, find_staff
from knowledge.staff.states import list_spans, say_state
from tests.conftest import NOW

KIM = "kim@example.com"
HOUR = timedelta(hours=1)


@pytest.fixture
def staffed(database: Database, scope: Scope) -> Database:
    with database.write() as session:
        add_staff(session, scope, NewStaff(KIM, "Kim", "agent"), NOW)
    return database


def test_a_day_with_a_break(staffed: Database, scope: Scope) -> None:
    with staffed.write() as session:
        for hours, state in ((0, "available"), (1, "available"), (3, "away"), (4, "available"), (8, "off"), (9, "off")):
            say_state(session, scope, KIM, state, NOW + hours * HOUR)  # type: ignore[arg-type]
    with staffed.read() as session:
        spans = list_spans(session, scope, NOW, NOW + 24 * HOUR)
        told = [(one.state, (one.since - NOW) / HOUR, (one.until - NOW) / HOUR if one.until else None) for one in spans]
        assert told == [("available", 0, 3), ("away", 3, 4), ("available", 4, 8)]
        assert find_staff(session, scope, KIM).state == "off"
        assert [one.state for one in list_spans(session, scope, NOW + 3 * HOUR, NOW + 4 * HOUR)] == ["away"]
        assert not list_spans(session, Scope(team="other"), NOW, NOW + 24 * HOUR)


def test_no_such_state_and_nobody_there(staffed: Database, scope: Scope) -> None:
    with staffed.write() as session:
        with pytest.raises(Rejected, match="no state"):
            say_state(session, scope, KIM, "asleep", NOW)  # type: ignore[arg-type]
        with pytest.raises(NotFound):
            say_state(session, scope, "nobody@example.com", "away", NOW)


def test_who_leaves_is_gone_and_can_come_back(staffed: Database, scope: Scope) -> None:
    with staffed.write() as session:
        say_state(session, scope, KIM, "available", NOW)
        token = issue_token(session, scope, KIM, "console", NOW, 24 * HOUR)
        left = end_staff(session, scope, "KIM@example.com", NOW + HOUR)
        again = end_staff(session, scope, KIM, NOW + 5 * HOUR)
        assert (left.active, left.left, left.state) == (False, NOW + HOUR, "")
        assert again.left == NOW + HOUR
        assert whose(session, scope, token, NOW + HOUR) is None
        [span] = list_spans(session, scope, NOW, NOW + 24 * HOUR)
        assert span.until == NOW + HOUR
        with pytest.raises(NotFound):
            say_state(session, scope, KIM, "available", NOW + 2 * HOUR)
        back = add_staff(session, scope, NewStaff(KIM, "Kim", "agent"), NOW + 3 * HOUR)
        assert (back.active, back.left, back.since) == (True, None, NOW)
