"""Training results: what passes, what wants attention, before and after, whose they are."""

from datetime import timedelta

import pytest

from knowledge.database import Database
from knowledge.failures import NotFound, Rejected
from knowledge.scope import Scope
from knowledge.staff.people import NewStaff, add_staff
from knowledge.staff.training import Training, keep_training, list_trainings
from tests.conftest import NOW

EMAIL = "kim@example.com"


@pytest.mark.parametrize(
    ("met", "percent", "standing"),
    [(8, 80.0, "passed"), (79, 79.0, "attention"), (5, 50.0, "attention"), (4, 40.0, "failed")],
)
def test_a_score_passes_from_80_and_wants_attention_from_50(met: int, percent: float, standing: str) -> None:
    one = Training(EMAIL, NOW, 10, 1, {"cited": (met, 100 if met == 79 else 10)})
    assert (one.percent, one.standing) == (percent, standing)


def test_nothing_asked_is_nothing_met_and_the_weakest_line_is_named() -> None:
    assert Training(EMAIL, NOW, 0, 1, {}).standing == "failed"
    assert Training(EMAIL, NOW, 2, 1, {"a": (2, 2), "b": (0, 2), "c": (1, 2)}).weakest == "b"
    assert Training(EMAIL, NOW, 2, 1, {"a": (2, 2)}).weakest == ""


def test_exercises_are_kept_in_order_for_each_colleague(database: Database, scope: Scope) -> None:
    with database.write() as session:
        for email in (EMAIL, "ola@example.com"):
            add_staff(session, scope, NewStaff(email, "Somebody", "agent"), NOW)
        before = Training(EMAIL, NOW, 3, 1, {"cited": (1, 3)})
        after = Training(EMAIL, NOW + timedelta(days=1), 3, 2, {"cited": (3, 3)})
        other = Training("ola@example.com", NOW, 3, 1, {"cited": (2, 3)})
        for one in (after, other, before):
            keep_training(session, scope, one)
    with database.read() as session:
        assert list_trainings(session, scope, EMAIL) == [before, after]
        assert len(list_trainings(session, scope)) == 3
        assert list_trainings(session, Scope("other")) == []


def test_strangers_and_impossible_counts_are_refused(database: Database, scope: Scope) -> None:
    with database.write() as session:
        with pytest.raises(NotFound):
            keep_training(session, scope, Training("nobody@example.com", NOW, 1, 1, {}))
        add_staff(session, scope, NewStaff(EMAIL, "Kim", "agent"), NOW)
        with pytest.raises(Rejected):
            keep_training(session, scope, Training(EMAIL, NOW, 1, 1, {"cited": (2, 1)}))
        with pytest.raises(NotFound):
            list_trainings(session, scope, "nobody@example.com")
