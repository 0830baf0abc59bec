"""The best channel and hour for outreach: learnt from where this customer and others answered, within the rules."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from api.outreach.choosing import BestFirst
from assistant.outreach.campaign import run
from assistant.outreach.choosing import ways_of
from assistant.outreach.terms import Campaign
from assistant.outreach.triggers import parse_triggers
from handoff.plan import Plan
from knowledge.customers import inbox, remaining, timeline
from knowledge.customers.entries import Handle, OrderRecorded
from knowledge.customers.inbox import Incoming, Reply
from knowledge.customers.outreach_entries import OutreachProposed, OutreachRefused
from knowledge.customers.record import Customer, KnownHandle, NewCustomer, get_customer, save_customer
from knowledge.customers.timeline import NewEntry
from knowledge.database import Database
from knowledge.ids import CustomerId
from knowledge.scope import Scope

NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
MAIL, PHONE = Handle("email", "maya@example.org"), Handle("phone", "+447700900123")
YAML = """
sender: {name: Tarnfell}
triggers:
  - {name: late, when: {kind: delivery_late}, purpose: service, channels: [email, sms], subject: Your order,
     text: "Hello $name, your order is late.", holdout: 0, timing: TIMING}
"""


@pytest.fixture
def maya(database: Database, scope: Scope) -> CustomerId:
    """She never answered a mail, and every text message, in the mornings."""
    handles = (KnownHandle(MAIL, True), KnownHandle(PHONE, True))
    with database.write() as session:
        who = save_customer(session, scope, NewCustomer("c1", "Maya", timezone="UTC", handles=handles), NOW)
        for days in range(60, 20, -2):
            morning = (NOW - timedelta(days=days)).replace(hour=9)
            for channel, address, at, answered in (
                ("email", MAIL, morning + timedelta(hours=6), False),
                ("sms", PHONE, morning + timedelta(hours=6), False),
                ("sms", PHONE, morning, True),
            ):
                said = Incoming(channel, address, "Hello?", at, conversation_key=f"{channel}{at}", customer=who)
                asked = inbox.receive(session, scope, said, at)
                assert asked.conversation is not None
                later = at + timedelta(minutes=5)
                inbox.reply(session, scope, Reply(asked.conversation, "Well?", "kim@example.com", at=later), later)
                where, back = asked.conversation, at + timedelta(minutes=9)
                if answered:
                    more = Incoming(channel, address, "Yes", back, external_id=f"{at}b", conversation=where)
                    inbox.receive(session, scope, more, back)
                inbox.set_status(
                    session,
                    scope,
                    where,
                    "resolved" if answered else "pending",
                    "kim@example.com",
                    at + timedelta(days=3),
                )
        timeline.append(session, scope, NewEntry(who, OrderRecorded("TF-1", "late"), NOW), NOW)
    return who


@pytest.fixture
def best(database: Database, scope: Scope) -> BestFirst:
    return BestFirst(database, scope, Plan(), NOW)


@pytest.fixture
def customer(database: Database, scope: Scope, maya: CustomerId) -> Iterator[Customer]:
    with database.read() as session:
        yield get_customer(session, scope, maya)


def test_where_they_answer_comes_first_and_rules_exclude(best: BestFirst, customer: Customer) -> None:
    ways = ways_of(customer, ("email", "sms"))
    assert [one.channel for one in best.order(customer, ways, NOW)] == ["sms", "email"]
    assert [one.channel for one in best.order(customer, ways, NOW.replace(hour=23))] == ["email"]  # no beep at night
    assert best.order(customer, [], NOW) == []


def test_an_hour_is_waited_for_where_that_gains_something(best: BestFirst, customer: Customer) -> None:
    (sms,) = ways_of(customer, ("sms",))
    when = best.moment(customer, sms, NOW, NOW + timedelta(hours=48))
    assert 8 <= when.hour < 12
    assert when > NOW
    assert best.moment(customer, sms, NOW, NOW + timedelta(hours=2)) == NOW  # no better hour is left


@pytest.mark.parametrize("timing", ["now", "best"])
def test_a_run_writes_where_and_when_they_answer(
    database: Database, scope: Scope, maya: CustomerId, best: BestFirst, timing: str
) -> None:
    campaign = Campaign(parse_triggers(YAML.replace("TIMING", timing)), chooser=best)
    morning = (NOW + timedelta(days=1)).replace(hour=9)
    came = [run(database, scope, campaign, at) for at in (NOW, morning)]
    assert came == [{}, {"proposed": 1}] if timing == "best" else [{"proposed": 1}, {}]
    with database.read() as session:
        (proposed,) = remaining.of_kinds(session, scope, [maya], ["outreach_proposed"])
    assert isinstance(proposed.payload, OutreachProposed)
    assert proposed.payload.channel == "sms"


def test_no_fit_channel_is_a_refusal_that_passes(database: Database, scope: Scope, maya: CustomerId) -> None:
    campaign = Campaign(
        parse_triggers(YAML.replace("TIMING", "now").replace("[email, sms]", "[sms]")),
        chooser=BestFirst(database, scope, Plan(), NOW),
    )
    night = NOW.replace(hour=23)
    assert run(database, scope, campaign, night) == {"refused": 1}
    with database.read() as session:
        (refused,) = remaining.of_kinds(session, scope, [maya], ["outreach_refused"])
    assert isinstance(refused.payload, OutreachRefused)
    assert refused.payload.rule == "channel"
    assert run(database, scope, campaign, (night + timedelta(days=1)).replace(hour=9)) == {"proposed": 1}
