"""Answers to how colleagues like their work: one a month each, and nothing that joins an answer with a name."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from knowledge.database import Database
from knowledge.failures import Conflict, NotFound, Rejected
from knowledge.scope import Scope
from knowledge.staff.people import NewStaff, add_staff
from knowledge.staff.pulse import answer_pulse, has_answered, pulses
from tests.conftest import NOW

STAFF = [f"{number}@example.com" for number in range(4)]


def test_one_answer_a_month_without_a_name(database: Database, scope: Scope) -> None:
    later = NOW + timedelta(days=14)
    with database.write() as session:
        for email in STAFF:
            add_staff(session, scope, NewStaff(email, "Somebody", "agent"), NOW)
        for email, score in zip(STAFF, (5, 2, 4, 5), strict=True):
            answer_pulse(session, scope, email, score, NOW)
        with pytest.raises(Conflict):
            answer_pulse(session, scope, STAFF[0], 1, NOW + timedelta(days=5))
        for wrong in (0, 6):
            with pytest.raises(Rejected):
                answer_pulse(session, scope, STAFF[0], wrong, later)
        with pytest.raises(NotFound):
            answer_pulse(session, scope, "nobody@example.com", 3, NOW)
        answer_pulse(session, scope, STAFF[0], 3, later)
        assert has_answered(session, scope, STAFF[1], NOW)
        assert not has_answered(session, scope, STAFF[1], later)
    with database.read() as session:
        assert pulses(session, scope) == {"2026-11": [2, 4, 5, 5], "2026-12": [3]}
        assert pulses(session, Scope(team="other")) == {}
        rows = session.execute(text("SELECT * FROM pulses")).mappings().all()
        assert {key for row in rows for key in row} == {"id", "month", "score", "team", "brand"}
