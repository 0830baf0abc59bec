"""The outbox to colleagues: one mail for each address and occasion, and what became of it."""

from datetime import datetime

from knowledge.database import Database
from knowledge.scope import Scope
from knowledge.staff import mailings


def test_each_address_has_one_mail_about_one_thing(database: Database, scope: Scope, now: datetime) -> None:
    with database.write() as session:
        assert mailings.queue(session, scope, "report 2026-11", ["b@x.example", "A@x.example", "a@x.example"], now) == 2
        assert mailings.queue(session, scope, "report 2026-11", ["a@x.example", "c@x.example"], now) == 1
        assert mailings.queue(session, scope, "report 2026-12", ["a@x.example"], now) == 1
        assert mailings.list_mailings(session, Scope(team="other")) == []
    with database.read() as session:
        every = mailings.list_mailings(session, scope)
    assert [(one.about, one.address) for one in every] == [
        ("report 2026-12", "a@x.example"),
        ("report 2026-11", "a@x.example"),
        ("report 2026-11", "b@x.example"),
        ("report 2026-11", "c@x.example"),
    ]


def test_what_becomes_of_a_mail_is_kept(database: Database, scope: Scope, now: datetime) -> None:
    with database.write() as session:
        mailings.queue(session, scope, "r", ["a@x.example", "b@x.example", "c@x.example"], now)
        a, b, c = mailings.list_mailings(session, scope)
        mailings.begin(session, a, now)
        mailings.begin(session, b, now)
        mailings.put_back(session, b, "later")
        mailings.settle(session, c, "failed", "no such box" * 100)
    with database.read() as session:
        a, b, c = mailings.list_mailings(session, scope)
        waiting = mailings.list_mailings(session, scope, "r", "queued")
    assert (a.state, a.since) == ("queued", now)
    assert (b.state, b.since, b.reason) == ("queued", None, "later")
    assert (c.state, len(c.reason)) == ("failed", 500)
    assert waiting == [a, b]
