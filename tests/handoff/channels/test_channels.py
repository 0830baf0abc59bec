"""Channels: rules exclude in words, own history beats everybody's where there is enough, a move carries the context."""

from datetime import UTC, datetime, timedelta

import pytest

from handoff.channels.choosing import Moment, Way, rank
from handoff.channels.moving import Move, move, moved_private, ways_of
from handoff.channels.prediction import Contact, learn
from handoff.plan import parse_plan
from knowledge.customers import inbox, timeline
from knowledge.customers.consent import Consents, Standing
from knowledge.customers.conversations import get_conversation
from knowledge.customers.entries import Handle, MessageSent
from knowledge.customers.inbox import Incoming
from knowledge.customers.record import KnownHandle, NewCustomer, save_customer
from knowledge.database import Database
from knowledge.failures import Conflict, Rejected
from knowledge.ids import EntryId
from knowledge.scope import Scope

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
PLAN = parse_plan(
    """
hours: {fri: "08:00-18:00"}
topics: {refunds: {words: [refund], sensitive: true}, rental: {words: [rent], channels: [email]}}
channel_costs: {phone: 1.0}
"""
)
WAYS = [Way(channel, Handle(channel, "x")) for channel in ("email", "phone", "sms", "instagram", "chat")]


def tries(customer: str, channel: str, answered: int, missed: int) -> list[Contact]:
    """One try a day at noon; on which days they answered differs from customer to customer."""
    total, shift = answered + missed, sum(map(ord, customer))
    hits = [(number + shift) % total < answered for number in range(total)]
    return [
        Contact(customer, channel, NOON - timedelta(days=number + 1), hit, True if hit else None)
        for number, hit in enumerate(hits)
    ]


def refusals(moment: Moment, consents: Consents | None = None) -> dict[str, str]:
    ranked = rank(WAYS, consents or Consents(), PLAN, learn([]), moment)
    assert [bool(one.refused) for one in ranked] == sorted(bool(one.refused) for one in ranked)
    return {one.way.channel: one.refused for one in ranked if one.refused}


def test_rules_exclude_in_words() -> None:
    assert refusals(Moment("c", NOON)) == {}
    assert refusals(Moment("c", NOON, "refunds")) == {"instagram": "everybody can read there, and this is private"}
    assert set(refusals(Moment("c", NOON, "rental"))) == {"phone", "sms", "instagram", "chat"}
    assert refusals(Moment("c", NOON, timezone="Asia/Tokyo")) == {
        "phone": "it is evening where they live",
        "sms": "it is evening where they live",
    }
    assert "nobody is at work" in refusals(Moment("c", NOON + timedelta(hours=7)))["chat"]
    objection = Standing("service", "sms", False, True, "", "told us", "a", "", NOON, EntryId("1"))
    assert refusals(Moment("c", NOON), Consents((objection,))) == {"sms": "the customer objects to it"}


def test_own_history_counts_and_new_customers_follow_everybody() -> None:
    crowd = []
    for number in range(40):  # three of four answer mails, the others short messages
        likes, other = ("sms", "email") if number % 4 == 0 else ("email", "sms")
        crowd += tries(f"p{number}", likes, 5, 1) + tries(f"p{number}", other, 1, 5)
    model = learn(crowd + tries("maya", "sms", 8, 1) + tries("maya", "email", 1, 8))
    new = {channel: model.chance("new", channel, NOON).reached for channel in ("email", "sms")}
    assert new["email"] == pytest.approx(0.67, abs=0.1)
    assert new["sms"] == pytest.approx(0.33, abs=0.1)
    assert model.chance("maya", "sms", NOON).reached > 0.6
    assert model.chance("maya", "email", NOON).reached < 0.4
    best = rank(WAYS[:3], Consents(), PLAN, model, Moment("maya", NOON))[0]
    assert best.way.channel == "sms"
    assert "tries with this customer on sms" in " ".join(best.reasons)


def test_cost_is_taken_off_and_nothing_known_is_even() -> None:
    ranked = rank(WAYS, Consents(), PLAN, learn([]), Moment("c", NOON))
    assert ranked[-1].way.channel == "phone"
    assert {round(one.chance.reached, 6) for one in ranked if one.chance} == {0.5}


def test_a_move_carries_the_words_and_is_tracked(database: Database, scope: Scope, now: datetime) -> None:
    mail, social = Handle("email", "ana@mail.example"), Handle("instagram", "ana.x")
    with database.write() as session:
        ana = save_customer(
            session, scope, NewCustomer("c-1", "Ana", handles=(KnownHandle(mail, True), KnownHandle(social, True))), now
        )
        save_customer(
            session, scope, NewCustomer("c-2", "Bo", handles=(KnownHandle(Handle("email", "bo@x.example"), True),)), now
        )
        said = Incoming("instagram", social, "You owe me money\nsince May", now, public=True, customer=ana)
        conversation = inbox.receive(session, scope, said, now).conversation
    assert conversation is not None
    with database.write() as session:
        ways = ways_of(session, scope, get_conversation(session, scope, conversation))
        assert {(one.channel, one.address) for one in ways} == {("email", mail), ("instagram", social)}
        for stranger in (Handle("email", "bo@x.example"), Handle("email", "nobody@x.example")):
            with pytest.raises(Rejected, match="not proven"):
                move(session, scope, Move(conversation, Way("email", stranger), "Hi", "private", "sara"), now)
        with pytest.raises(Rejected, match="there already"):
            move(session, scope, Move(conversation, Way("instagram", social), "Hi", "private", "sara"), now)
        to_mail = Move(conversation, Way("email", mail), "Let us go on here.", "money is private", "sara")
        move(session, scope, to_mail, now)
    with database.write() as session:
        with pytest.raises(Conflict, match="asked to go on there at 09:00 UTC already"):
            move(session, scope, to_mail, now + timedelta(minutes=1))
        (moved,) = moved_private(session, scope)
        assert (moved.public, moved.resolved) == (conversation, False)
        sent = timeline.latest_of(session, scope, moved.private, ["message_sent"])
        assert sent is not None
        assert isinstance(sent.payload, MessageSent)
        assert sent.payload.address == mail
        assert sent.payload.text == "Let us go on here.\n\n> You owe me money\n> since May"
        inbox.set_status(session, scope, moved.private, "resolved", "sara", now)
        assert moved_private(session, scope)[0].resolved
        move(session, scope, to_mail, now + timedelta(minutes=2))
        assert len(moved_private(session, scope)) == 2
