"""Whom a run reads: nobody in vain, and nobody left out for whom a trigger has gone off."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from assistant.outreach import people, report
from assistant.outreach.campaign import cases
from assistant.outreach.firing import firings
from assistant.outreach.looking import EVERYTHING, Reading, reading
from assistant.outreach.triggers import Plan, parse_triggers
from knowledge.customers import links, timeline
from knowledge.customers.entries import (
    Handle,
    MessageReceived,
    MessageSent,
    OrderRecorded,
    PageViewed,
    Payload,
    SurveyAnswered,
)
from knowledge.customers.record import NewCustomer, save_customer
from knowledge.customers.record_entries import AccountRecorded, ProductEvent
from knowledge.customers.timeline import NewEntry
from knowledge.database import Database
from knowledge.ids import CustomerId
from knowledge.scope import Scope

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
MAIL = Handle("email", "x@example.org")
KINDS = """
  - {name: late, when: {kind: delivery_late, days: 7}, REST}
  - {name: failed, when: {kind: payment_failed}, REST}
  - {name: visits, when: {kind: page_visits, url: help, visits: 2}, REST}
  - {name: promised, when: {kind: promise_due, days: 3}, REST}
  - {name: unhappy, when: {kind: survey_unhappy}, REST}
  - {name: incident, when: {kind: incident, name: Fire, began: 2026-11-19T12:00Z, plans: [pro]}, REST}
  - {name: past, when: {kind: incident, name: Old, began: 2026-01-19T12:00Z, plans: [pro]}, REST}
  - {name: health, when: {kind: health_falling, points: 5}, REST}
  - {name: similar, when: {kind: same_problem, event: export_failed, customers: 1}, REST}
"""
REST = "purpose: service, channels: [email], subject: Hello, text: Hello, holdout: 0, fresh_hours: 72"


def plan_of(*names: str) -> Plan:
    lines = [
        line for line in KINDS.strip("\n").splitlines() if not names or line.split("name: ")[1].split(",")[0] in names
    ]
    return parse_triggers("sender: {name: Tarnfell}\ntriggers:\n" + "\n".join(lines).replace("REST", REST))


def happened(random: Random, number: int) -> Iterator[tuple[datetime, Payload]]:
    """Draw what happened to one customer over the last hundred days."""

    def some(*made: Payload) -> Payload:
        return random.choice(made)

    for _ in range(random.randint(0, 8)):
        at = NOW - timedelta(days=random.choice((0.5, 1, 2, 4, 8, 12, 40, 90)), minutes=random.randint(0, 600))
        placed = at if random.random() < 0.7 else at + timedelta(days=2)
        yield (
            at,
            some(
                OrderRecorded(f"TF-{number}", random.choice(("late", "sent", "delivered")), placed_at=placed),
                ProductEvent(random.choice(("export_failed", "payment_failed", "login"))),
                AccountRecorded("acme", random.choice(("pro", "free")), random.choice(("active", "past_due"))),
                PageViewed(f"https://shop.example/{random.choice(('help', 'home'))}"),
                *(ProductEvent("export_failed"), MessageReceived("email", "It fails")) * 3,
                MessageSent("email", "I will call you tomorrow with the result.", "kim@example.com", MAIL),
                SurveyAnswered("csat", random.randint(1, 5)),
            ),
        )


@pytest.fixture
def everyone(database: Database, scope: Scope) -> list[CustomerId]:
    random, made = Random(6), list[CustomerId]()
    with database.write() as session:
        for number in range(60):
            who = save_customer(session, scope, NewCustomer(f"c{number}"), NOW)
            made.append(who)
            for at, payload in happened(random, number):
                timeline.append(session, scope, NewEntry(who, payload, at), NOW)
        for one, other in zip(made[:10:2], made[1:10:2], strict=True):
            links.link(session, scope, one, other, links.Ground("kim@example.com"), NOW)
    return made


def everything(database: Database, scope: Scope, plan: Plan, window: timedelta | None = None) -> set[Any]:
    """What goes off when everybody is read whole."""
    found = set()
    with database.read() as session:
        known = people.others(session, scope, plan)
        for person, entries in people.reached(session, scope, Reading(EVERYTHING, dict.fromkeys(EVERYTHING))):
            for trigger in plan.triggers:
                since = NOW - (window or timedelta(hours=trigger.fresh_hours))
                gone = [one for one in firings(trigger.when, person, entries, known, NOW) if one.at > since]
                found |= {(trigger.name, person, gone[0].at, gone[-1].at)} if gone else set()
    return found


@pytest.mark.parametrize("names", [(), *((name,) for name in ("late", "promised", "incident", "past", "similar"))])
def test_nobody_is_left_out_for_whom_a_trigger_went_off(
    database: Database, scope: Scope, everyone: list[CustomerId], names: tuple[str, ...]
) -> None:
    plan = plan_of(*names)
    told = everything(database, scope, plan)
    assert {(one.trigger.name, one.person, one.fired.at) for one in cases(database, scope, plan, NOW)} == {
        (name, person, last) for name, person, _, last in told
    }
    seen = everything(database, scope, plan, report.PREVIEW)
    with database.read() as session:
        found = report.preview(session, scope, plan, NOW)
    assert {(one.trigger, one.customer, one.at) for one in found} == {
        (name, who, first) for name, who, first, _ in seen
    }
    assert not names or names == ("past",) or seen


def test_who_has_nothing_lately_is_not_read(database: Database, scope: Scope) -> None:
    with database.write() as session:
        for number in range(5):
            who = save_customer(session, scope, NewCustomer(f"c{number}"), NOW)
            at = NOW - timedelta(days=1 if number == 3 else 60)
            timeline.append(session, scope, NewEntry(who, OrderRecorded("TF-1", "late"), at), NOW)
            timeline.append(session, scope, NewEntry(who, PageViewed("https://shop.example/"), NOW), NOW)
    with database.read() as session:
        read = list(people.reached(session, scope, reading(plan_of("late").triggers, NOW)))
        assert [len(entries) for _, entries in read] == [1]  # one person, and of them the order alone
        assert list(people.reached(session, scope, reading(plan_of("past").triggers, NOW))) == []
