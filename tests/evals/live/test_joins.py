"""Joins that were taken back count, with who had joined: proof or a person."""

from datetime import datetime, timedelta

from evals.live.joins import Join, joins, read_joins
from evals.live.measures import Period
from knowledge.customers.links import Ground, link, unlink
from knowledge.customers.record import NewCustomer, save_customer
from knowledge.database import Database
from knowledge.scope import Scope

ADA = Ground("ada@example.com", "the same telephone")


def test_what_was_joined_and_parted_again(database: Database, scope: Scope, now: datetime) -> None:
    with database.write() as session:
        one, two, three, four = (save_customer(session, scope, NewCustomer(name), now) for name in "abcd")
        link(session, scope, one, two, Ground("threadline", proof=True), now)
        wrong = link(session, scope, two, three, ADA, now + timedelta(hours=1))
        assert wrong is not None
        unlink(session, scope, wrong.id, ADA, now + timedelta(hours=2))
        link(session, scope, three, four, ADA, now + timedelta(days=9))
    period = Period(now, now + timedelta(days=1), now + timedelta(days=30))
    with database.read() as session:
        found = read_joins(session, scope, now)
        assert read_joins(session, scope, now + timedelta(days=10)) == []
        assert read_joins(session, Scope(team="other"), now) == []
    assert [(one.by_proof, one.parted) for one in found] == [(True, False), (False, True), (False, False)]
    measure = joins(found, period)
    assert (measure.value, measure.n, measure.few) == (50, 2, True)
    assert measure.parts == {"by proof": 50, "parted": 1, "parted, by proof": 0}
    assert joins([Join(now - timedelta(days=1), True, True)], period).value is None
