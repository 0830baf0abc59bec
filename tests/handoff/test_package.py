"""The handoff package: within its budget, each line with its message, opened in the open."""

from datetime import UTC, datetime, timedelta

import pytest

from handoff.choosing import MOST_FACTS, MOST_WORDS, choose
from handoff.package import due, mood_of, open_package, read_package
from handoff.passing import passed
from knowledge.customers import inbox, timeline
from knowledge.customers.entries import ConversationAssigned, Entry, Handle, MessageSent
from knowledge.customers.facts.fold import facts_of
from knowledge.customers.facts.said import Said
from knowledge.customers.inbox import Incoming, Reply
from knowledge.customers.record_entries import MoodNoted
from knowledge.database import Database
from knowledge.failures import NotFound
from knowledge.ids import ConversationId, CustomerId, EntryId
from knowledge.scope import Scope

ANA = Handle("email", "ana@example.com")
AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


def hear(database: Database, scope: Scope, text: str, at: datetime) -> ConversationId:
    with database.write() as session:
        entry = inbox.receive(session, scope, Incoming("email", ANA, text, at), at)
    assert entry.conversation
    return entry.conversation


def answer(
    database: Database, scope: Scope, conversation: ConversationId, text: str, author: str, at: datetime
) -> None:
    with database.write() as session:
        inbox.reply(session, scope, Reply(conversation, text, author), at)


def test_the_package_tells_what_was_said_tried_promised_and_asked(
    database: Database, scope: Scope, now: datetime
) -> None:
    one = hear(database, scope, "I need a spare pole for my Raven 2, order TF-10422. I already tried tape.", now)
    text = "A new pole will be sent within 3 to 5 days. Which length do you need?"
    answer(database, scope, one, text, "mona@example.com", now + timedelta(minutes=1))
    with database.read() as session:
        package = read_package(session, scope, one, "ben@example.com")
    assert package.issue == "I need a spare pole for my Raven 2, order TF-10422"
    assert [line.text for line in package.tried] == ["I already tried tape"]
    assert [(line.text, line.owner) for line in package.promised] == [
        ("A new pole will be sent within 3 to 5 days.", "agent")
    ]
    assert package.promised[0].until == now + timedelta(minutes=1, days=5)
    assert [line.text for line in package.questions] == ["question: Which length do you need?"]
    assert package.step == "Wait for the customer."
    assert not package.looked_before
    assert all(line.seq for line in package.lines)


def test_opening_is_written_once_and_what_came_since_is_marked(database: Database, scope: Scope, now: datetime) -> None:
    one = hear(database, scope, "I need a spare pole for order TF-10422.", now)
    for _ in range(2):
        with database.write() as session:
            open_package(session, scope, one, "ben@example.com", now)
    hear(database, scope, "My phone is +44 20 7946 0958.", now + timedelta(minutes=2))
    with database.read() as session:
        again = read_package(session, scope, one, "ben@example.com")
        opened = [e for e in timeline.page(session, scope, conversation=one) if e.kind == "package_opened"]
    assert len(opened) == 1
    assert again.looked_before
    assert [line.new for line in again.lines if "7946" in line.text] == [True]
    assert [line.new for line in again.lines if "TF-10422" in line.text and "7946" not in line.text] in ([], [False])


def test_a_package_of_nothing_is_not_found(database: Database, scope: Scope) -> None:
    with pytest.raises(NotFound), database.read() as session:
        read_package(session, scope, ConversationId("0" * 32), "ben@example.com")


def test_a_reply_before_opening_is_told(database: Database, scope: Scope, now: datetime) -> None:
    one = hear(database, scope, "Where is my tent?", now)
    with database.read() as session:
        customer = timeline.page(session, scope, conversation=one)[0].customer
    for minutes, payload in (
        (1, ConversationAssigned("mona", "mona")),
        (2, ConversationAssigned("ben", "mona")),
        (3, MessageSent("email", "On its way.", "ben", ANA)),
    ):
        at = now + timedelta(minutes=minutes)
        with database.write() as session:
            timeline.append(session, scope, timeline.NewEntry(customer, payload, at, one), at)
    with database.write() as session:
        open_package(session, scope, one, "ben", now + timedelta(minutes=4))
    with database.read() as session:
        (change,) = passed(timeline.page(session, scope, conversation=one))
    assert (change.to, change.by, change.replied_unread) == ("ben", "mona", True)
    assert change.opened_at == now + timedelta(minutes=4)


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("You will get it within two weeks.", timedelta(weeks=2)),
        ("We'll reply within 24 hours.", timedelta(hours=24)),
        ("The refund takes 5 to 7 business days.", timedelta(days=7)),
        ("We will look into it.", None),
    ],
)
def test_a_promise_says_until_when(text: str, after: timedelta | None) -> None:
    assert due(text, AT) == (AT + after if after else None)


def test_a_long_hostile_talk_stays_within_the_budget() -> None:
    said = [
        Said(str(at), "customer", f"I need {at} things like <b>AB-{at}00X</b> and " + "very " * 30 + "soon.", AT)
        for at in range(200)
    ]
    lines = choose(facts_of(said))
    assert len(lines) <= MOST_FACTS
    assert sum(line.words for line in lines) <= MOST_WORDS
    assert lines == choose(facts_of(said))


@pytest.mark.parametrize(
    ("scores", "mood"),
    [
        ((), ""),
        ((0.1,), "negative"),
        ((0.5, 0.4, -0.6), "negative, getting worse"),
        ((-0.8, 0.2), "negative, getting better"),
        ((0.1, 0.2), "negative"),
    ],
)
def test_mood_tells_where_it_is_going(scores: tuple[float, ...], mood: str) -> None:
    noted = [MoodNoted(EntryId("m"), "negative", score, "en", "test") for score in scores]
    entries = [
        Entry(at, EntryId(str(at)), AT, AT, one.kind, CustomerId("c"), ConversationId("v"), one)
        for at, one in enumerate([*noted, MoodNoted(EntryId("m"), "unknown", None, "", "test")])
    ]
    assert mood_of(entries) == mood
