"""Escalation: a plan is read strictly, linted, acts once with its reason, and its dry run is what acting would do."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from handoff.agents.agent import Agent, agent_of
from handoff.escalation.acting import Call, escalate, escalate_waiting, firing
from handoff.escalation.dry_run import dry_run
from handoff.escalation.linting import lint
from handoff.escalation.situation import pauses, reply_clock
from handoff.plan import parse_plan, read_plan
from knowledge.customers import inbox, remaining, timeline
from knowledge.customers.conversations import get_conversation
from knowledge.customers.entries import Handle
from knowledge.customers.inbox import Incoming, Reply
from knowledge.customers.record_entries import MoodNoted
from knowledge.customers.routing_entries import ConversationEscalated
from knowledge.customers.timeline import NewEntry
from knowledge.database import Database
from knowledge.failures import NotFound, Rejected
from knowledge.ids import ConversationId, StaffId
from knowledge.scope import Scope
from knowledge.staff.people import Staff

DEMO = Path(__file__).parents[2] / "examples" / "tarnfell" / "service.yaml"
MINUTE = timedelta(minutes=1)
PLAN = parse_plan(
    """
timezone: Europe/London
hours: {fri: "08:00-18:00"}
topics: {refunds: {words: [refund], skills: [refunds]}}
escalation:
  - {name: legal, when: {words: [lawyer]}, to: manager, priority: urgent, within_minutes: 60}
  - {name: long, when: {waited_minutes: 30}, to: faster, within_minutes: 15}
  - {name: again, when: {repeats: 3, topics: [refunds]}, to: specialist}
"""
)


def says(database: Database, scope: Scope, at: datetime, text: str, public: bool = False) -> ConversationId:
    channel = "instagram" if public else "email"
    incoming = Incoming(channel, Handle("email", "ana@mail.example"), text, at, public=public)
    with database.write() as session:
        entry = inbox.receive(session, scope, incoming, at)
    assert entry.conversation is not None
    return entry.conversation


def acts(database: Database, scope: Scope, at: datetime) -> list[tuple[str, str]]:
    with database.write() as session:
        found = [entry.payload for entry in escalate_waiting(session, scope, PLAN, at)]
    return [(one.rule, one.reason) for one in found if isinstance(one, ConversationEscalated)]


def test_each_rule_fires_once_and_says_why(database: Database, scope: Scope, now: datetime) -> None:
    conversation = says(database, scope, now, "My LAWYER will hear of this. Refund me")
    assert acts(database, scope, now) == [("legal", "says “lawyer”")]
    assert acts(database, scope, now + 29 * MINUTE) == []
    assert acts(database, scope, now + 31 * MINUTE) == [("long", "waits 31 working min")]
    for number in (32, 33):
        says(database, scope, now + number * MINUTE, "Hello?")
    assert acts(database, scope, now + 34 * MINUTE) == [("again", "is about refunds, 3 messages without an answer")]
    assert acts(database, scope, now + 99 * MINUTE) == []
    with database.read() as session:
        would = list(dry_run(session, scope, PLAN, now - MINUTE, now + 99 * MINUTE))
    assert [(one.fired.rule.name, one.at) for one in would] == [
        ("legal", now),
        ("long", now + 30 * MINUTE),
        ("again", now + 33 * MINUTE),
    ]
    assert {one.conversation for one in would} == {conversation}
    assert would[0].fired.due == now + 60 * MINUTE


def test_an_answer_ends_the_wait_and_a_holding_word_does_not(database: Database, scope: Scope, now: datetime) -> None:
    conversation = says(database, scope, now, "Where is it?")
    with database.write() as session:
        inbox.reply(session, scope, Reply(conversation, "Somebody will answer.", "bot", holding=True), now + MINUTE)
    assert [rule for rule, _ in acts(database, scope, now + 31 * MINUTE)] == ["long"]
    other = says(database, scope, now + 40 * MINUTE, "And this?")
    with database.write() as session:
        inbox.reply(session, scope, Reply(other, "Here it is.", "sara"), now + 41 * MINUTE)
    assert acts(database, scope, now + 200 * MINUTE) == []


def test_a_night_is_no_wait(database: Database, scope: Scope, now: datetime) -> None:
    says(database, scope, now.replace(hour=17, minute=50), "Where is it?")
    assert acts(database, scope, now + timedelta(days=3)) == []


def test_an_angry_message_calls_for_more(database: Database, scope: Scope, now: datetime) -> None:
    angry = parse_plan("escalation: [{name: angry, when: {mood_below: -0.5}, to: manager}]")
    conversation = says(database, scope, now, "This is a disgrace")
    with database.write() as session:
        message = timeline.latest_of(session, scope, conversation, ["message_received"])
        assert message is not None
        for score in (None, -0.4, -0.8):
            assert escalate_waiting(session, scope, angry, now) == []
            mood = MoodNoted(message.id, "negative", score, "en", "test")
            timeline.append(session, scope, NewEntry(message.customer, mood, now, conversation), now)
        (entry,) = escalate_waiting(session, scope, angry, now)
    assert isinstance(entry.payload, ConversationEscalated)
    assert entry.payload.reason == "sounds -0.80"


def test_a_word_is_a_whole_word(database: Database, scope: Scope, now: datetime) -> None:
    says(database, scope, now, "The lawyering course, please")
    assert acts(database, scope, now) == []


def test_a_colleague_can_call_for_more(database: Database, scope: Scope, now: datetime) -> None:
    conversation = says(database, scope, now, "Hm")
    with database.write() as session:
        entry = escalate(session, scope, Call(conversation, "manager", "above my limit", "sara"), now)
        with pytest.raises(Rejected):
            escalate(session, scope, Call(conversation, "manager", "  ", "sara"), now)
        with pytest.raises(NotFound):
            escalate(session, scope, Call(ConversationId("0" * 32), "manager", "x", "sara"), now)
    assert isinstance(entry.payload, ConversationEscalated)
    assert (entry.payload.rule, entry.payload.to) == ("", "manager")


def test_a_timer_runs_on_everything_public(database: Database, scope: Scope, now: datetime) -> None:
    public, private = says(database, scope, now, "Shame!", public=True), says(database, scope, now, "Hm")
    with database.read() as session:
        clock = reply_clock(get_conversation(session, scope, public), now, PLAN)
        assert clock is not None
        assert clock.due() == now + 45 * MINUTE
        assert reply_clock(get_conversation(session, scope, private), now, PLAN) is None


def test_clocks_rest_over_the_night_a_holiday_the_weekend_and_while_it_is_pending(
    database: Database, scope: Scope, now: datetime
) -> None:
    plan = parse_plan(
        """
timezone: America/New_York
country: US
hours: {mon: "09:00-17:00", wed: "09:00-17:00", thu: "09:00-17:00", fri: "09:00-17:00"}
reply_minutes: {email: 660}
escalation: [{name: long, when: {waited_minutes: 660}, to: faster, within_minutes: 60}]
"""
    )
    wednesday = datetime(2026, 11, 25, 21, 0, tzinfo=UTC)  # 16:00 there, and on Thursday is Thanksgiving
    monday = datetime(2026, 11, 30, 16, 0, tzinfo=UTC)  # 1 hour on Wednesday, 8 on Friday, 2 on Monday
    conversation = says(database, scope, wednesday, "Where is it?")

    def due() -> datetime | None:
        with database.read() as session:
            rests = pauses(remaining.of_conversation(session, conversation))
            clock = reply_clock(get_conversation(session, scope, conversation), wednesday, plan, rests)
        assert clock is not None
        return clock.due()

    def fires(at: datetime) -> list[str]:
        with database.read() as session:
            return [str(one.payload.rule) for one in firing(session, scope, plan, at)]  # type: ignore[union-attr]

    assert due() == monday
    assert (fires(monday - MINUTE), fires(monday)) == ([], ["long"])
    friday = datetime(2026, 11, 27, 15, 0, tzinfo=UTC)
    with database.write() as session:
        inbox.set_status(session, scope, conversation, "pending", "sara", friday)
    assert due() is None
    assert fires(monday + timedelta(days=10)) == []
    with database.write() as session:
        inbox.set_status(session, scope, conversation, "open", "sara", friday + 90 * MINUTE)
    assert due() == monday + 90 * MINUTE
    assert (fires(monday + 89 * MINUTE), fires(monday + 90 * MINUTE)) == ([], ["long"])
    with database.read() as session:
        (would,) = dry_run(session, scope, plan, wednesday, monday + timedelta(days=1))
    assert would.at == monday + 90 * MINUTE


def test_the_demo_plan_and_its_colleagues_are_fine() -> None:
    rows = [json.loads(line) for line in (DEMO.parent / "agents.jsonl").read_text().splitlines()]
    team = [agent_of(Staff(StaffId("1"), one["email"], one["name"], one["role"], one, True, True)) for one in rows]
    assert lint(read_plan(DEMO), team) == []


def test_the_linter_finds_colleagues_who_are_offered_nothing() -> None:
    broken = agent_of(Staff(StaffId("1"), "a@shop.example", "A", "agent", {"capacity": {"chat": -1}}, True, True))
    (found,) = lint(parse_plan(""), [broken])
    assert found.where == "staff.a@shop.example"
    assert "Capacity is a whole number" in found.says


@pytest.mark.parametrize(
    ("text", "where", "words"),
    [
        ("escalation: [{name: all, to: manager}]", "escalation.all", "no condition"),
        (
            "escalation: [{name: a, when: {repeats: 2}, to: manager}, {name: a, when: {vip: true}, to: manager}]",
            "escalation.a",
            "earlier rule",
        ),
        (
            "escalation: [{name: a, when: {repeats: 2}, to: manager},"
            "{name: b, when: {repeats: 3, vip: true}, to: manager}]",
            "escalation.b",
            "never comes first",
        ),
        ("escalation: [{name: a, when: {topics: [none]}, to: manager}]", "escalation.a", "does not have"),
        ("escalation: [{name: a, when: {vip: true}, to: faster}]", "escalation.a", "within_minutes"),
        ("topics: {a: {skills: [tents]}}", "topics.a", "no words"),
        ("topics: {a: {words: [tent], skills: [stoves]}}", "topics.a", "nobody here knows"),
        ("escalation: [{name: a, when: {vip: true}, to: manager}]", "escalation.a", "there is none"),
        ("topics: {a: {words: [tent], skilled_only: true}}", "topics.a", "names no skill"),
        ("topics: {a: {words: [tent], channels: [instagram]}}", "reply_minutes", "promises nothing"),
    ],
)
def test_the_linter_finds_what_cannot_be_meant(text: str, where: str, words: str) -> None:
    found = lint(parse_plan(text), [Agent("a@shop.example", skills=frozenset({"tents"}))])
    assert [(one.where, words in one.says) for one in found if words in one.says] == [(where, True)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("hours: {mon: '9 to 5'}", "no time of day"),
        ("colour: blue", "colour"),
        ("escalation: [{name: a, when: {mood: bad}, to: manager}]", "mood"),
        ("escalation: [{name: 'A b', to: ceo}]", "escalation"),
        ("assignment: {accept_minutes: 0}", "accept_minutes"),
        ("[1, 2", "no YAML"),
        ("- a", "dictionary"),
        ("a: &a [*a]", "the plan"),
        ("!!python/object/apply:os.system ['true']", "no YAML"),
    ],
)
def test_nonsense_is_no_plan(text: str, words: str) -> None:
    with pytest.raises(Rejected, match=words) as refused:
        parse_plan(text)
    assert refused.value.remedy


def test_a_plan_that_is_not_there_or_too_large(tmp_path: Path) -> None:
    with pytest.raises(Rejected, match="cannot be read"):
        read_plan(tmp_path / "none.yaml")
    (tmp_path / "huge.yaml").write_bytes(b"#" * 1_000_001)
    with pytest.raises(Rejected, match="larger"):
        read_plan(tmp_path / "huge.yaml")
    assert read_plan(None).escalation == ()
