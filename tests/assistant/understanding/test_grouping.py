"""Conversations of one problem find each other: by number, by meaning, over channels and records; others do not."""

from datetime import timedelta
from typing import Any

import pytest

from assistant.understanding.grouping import group
from knowledge.customers import correcting, links
from knowledge.customers.conversations import get_conversation
from knowledge.customers.entries import Entry, Handle, OrderRecorded
from knowledge.customers.issue_entries import IssueLinked
from knowledge.customers.links import Ground
from knowledge.customers.record import KnownHandle
from knowledge.ids import ConversationId
from retrieval.embedding import Embedder

PHONE = Handle("whatsapp", "+447700900231")


def told(entry: Entry) -> ConversationId:
    assert entry.conversation is not None
    return entry.conversation


@pytest.fixture
def both(desk: Any) -> Any:
    """A customer who is reached by mail and by WhatsApp."""
    desk.customer(KnownHandle(Handle("email", "maya@example.org"), True), KnownHandle(PHONE, True))
    return desk


def issue_of(desk: Any, conversation: ConversationId) -> str:
    with desk.database.read() as session:
        return get_conversation(session, desk.scope, conversation).issue


def test_the_same_order_on_two_channels_is_one_issue(both: Any, embedder: Embedder) -> None:
    first = told(both.receive("Where is my order TF-104233? It should have come on Monday."))
    with both.database.read() as session:
        customer = get_conversation(session, both.scope, first).customer
    both.append(customer, OrderRecorded("TF-104233", "shipped"))
    second = told(both.receive("hi any news of order 104233", PHONE))
    entry = group(both.database, both.scope, embedder, second, both.tick())
    assert entry is not None
    assert isinstance(entry.payload, IssueLinked)
    assert (entry.payload.how, entry.payload.reference, entry.payload.like) == ("reference", "TF104233", first)
    assert issue_of(both, second) == first
    assert group(both.database, both.scope, embedder, second, both.tick()) is None


def test_the_same_problem_in_other_words_is_one_issue_and_another_problem_is_not(both: Any, embedder: Embedder) -> None:
    first = told(both.receive("The zip of my new tent is broken and does not close any more"))
    other = told(both.receive("How do I change my payment card?", PHONE))
    third = told(both.receive("my tent's zip broke and it won't close", PHONE, conversation_key="w-2"))
    entry = group(both.database, both.scope, embedder, third, both.tick())
    assert entry is not None
    assert isinstance(entry.payload, IssueLinked)
    assert entry.payload.how == "topic"
    assert entry.payload.score is not None
    assert entry.payload.score > 0.65
    assert issue_of(both, third) == first
    assert group(both.database, both.scope, embedder, other, both.tick()) is None


def test_a_colleagues_word_is_left_alone(both: Any, embedder: Embedder) -> None:
    first = told(both.receive("Order TF-104233 is late"))
    second = told(both.receive("Order TF-104233 is still late", PHONE))
    group(both.database, both.scope, embedder, second, both.tick())
    with both.database.write() as session:
        correcting.split(session, both.scope, second, "sara", "a second parcel", both.tick())
    assert group(both.database, both.scope, embedder, second, both.tick()) is None
    assert issue_of(both, second) != first


def test_strangers_are_never_grouped_until_they_are_one_person(both: Any, embedder: Embedder) -> None:
    first = both.receive("Order TF-104233 is late")
    second = both.receive("Order TF-104233 is late", Handle("email", "ben@example.org"))
    assert group(both.database, both.scope, embedder, told(second), both.tick()) is None
    with both.database.write() as session:
        links.link(session, both.scope, first.customer, second.customer, Ground("sara"), both.tick())
    assert group(both.database, both.scope, embedder, told(second), both.tick()) is not None


def test_an_old_problem_is_not_taken_up_by_likeness(both: Any, embedder: Embedder) -> None:
    both.receive("The zip of my tent is broken")
    both.now += timedelta(days=40)
    second = told(both.receive("The zip of my tent is broken", PHONE))
    assert group(both.database, both.scope, embedder, second, both.tick()) is None


def test_nothing_said_and_nobody_there_are_no_failure(both: Any, embedder: Embedder) -> None:
    assert group(both.database, both.scope, embedder, ConversationId("0" * 32), both.tick()) is None
    both.receive("?")
    for text in ("\u200b", "🙂", "ordér " * 5_000, "注文番号 はどこですか", "'; DROP TABLE issues; --"):
        one = told(both.receive(text, PHONE, conversation_key=f"k{len(text)}{text[:3]}"))
        group(both.database, both.scope, embedder, one, both.tick())
