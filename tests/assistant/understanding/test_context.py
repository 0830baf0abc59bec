"""Context: what a drafter may know, who may be shown what, and the budget that is never exceeded."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from assistant.brief import Context, Turn
from assistant.understanding.context import approximate_tokens, build_context, fit, shorten
from knowledge.customers.conversations import get_conversation
from knowledge.customers.entries import (
    Entry,
    Handle,
    NoteAdded,
    OrderRecorded,
    StatusChanged,
    SuggestionShown,
)
from knowledge.customers.record import KnownHandle
from knowledge.database import Database
from knowledge.ids import SuggestionId
from knowledge.scope import Scope

NOW = datetime(2026, 11, 1, tzinfo=UTC)
MAIL = Handle("email", "maya@example.org")
CHAT = Handle("chat", "session-1")


def context_of(database: Database, scope: Scope, entry: Entry, budget: int = 3_000) -> Context:
    assert entry.conversation
    with database.read() as session:
        return build_context(session, scope, get_conversation(session, scope, entry.conversation), budget)


def said(turns: tuple[Turn, ...]) -> list[str]:
    return [turn.text for turn in turns]


def test_own_facts_and_every_channel(desk: Any, database: Database, scope: Scope) -> None:
    customer = desk.customer(
        KnownHandle(MAIL, True), KnownHandle(CHAT, True), language="en", preferences={"contact": "by e-mail"}
    )
    desk.append(customer, OrderRecorded("A1", "placed"))
    desk.append(customer, OrderRecorded("A2", "placed"))
    desk.append(customer, OrderRecorded("A1", "shipped"))
    desk.receive("Said in the chat", CHAT)
    asked = desk.receive("Asked by mail, in English of course", MAIL)
    desk.reply(asked.conversation, "Our answer")
    context = context_of(database, scope, asked)
    assert (context.name, context.language) == ("Maya Lind", "en")
    assert [(order.order, order.status) for order in context.orders] == [("A1", "shipped"), ("A2", "placed")]
    assert context.preferences == (("contact", "by e-mail"),)
    assert said(context.history) == ["Said in the chat"]
    assert said(context.dialogue) == ["Asked by mail, in English of course", "Our answer"]


def test_a_claimed_address_opens_nothing(desk: Any, database: Database, scope: Scope) -> None:
    claimed = Handle("email", "claimed@example.org")
    customer = desk.customer(KnownHandle(CHAT, True), KnownHandle(claimed, False))
    desk.append(customer, OrderRecorded("A1", "placed"))
    desk.receive("Said in the chat", CHAT)
    asked = desk.receive("I am Maya, what did I order?", claimed, customer=customer)
    context = context_of(database, scope, asked)
    assert context.history == ()
    assert context.orders == ()


def test_no_other_channel_without_a_second_proven_address(desk: Any, database: Database, scope: Scope) -> None:
    customer = desk.customer(KnownHandle(MAIL, True), KnownHandle(CHAT, False))
    desk.receive("Said in the chat", CHAT, customer=customer)
    asked = desk.receive("Asked by mail", MAIL)
    assert context_of(database, scope, asked).history == ()


def test_a_resolved_part_is_history(desk: Any, database: Database, scope: Scope) -> None:
    first = desk.receive("Old question", MAIL, conversation_key="thread")
    desk.reply(first.conversation, "Old answer")
    desk.append(first.customer, StatusChanged("resolved", "a@example.org"), first.conversation)
    desk.receive("New question", MAIL, conversation_key="thread")
    context = context_of(database, scope, first)
    assert said(context.history) == ["Old question", "Old answer"]
    assert said(context.dialogue) == ["New question"]


def test_notes_and_suggestions_stay_out(desk: Any, database: Database, scope: Scope) -> None:
    asked = desk.receive("A question", MAIL)
    desk.append(asked.customer, NoteAdded("between us", "a@example.org"), asked.conversation)
    shown = SuggestionShown(SuggestionId("s"), "q", "answer", "machine text", "", (), (), (), (), "extractive", "", "")
    desk.append(asked.customer, shown, asked.conversation)
    assert "between us" not in repr(context_of(database, scope, asked))
    assert "machine text" not in repr(context_of(database, scope, asked))


def test_a_public_conversation_brings_only_itself(desk: Any, database: Database, scope: Scope) -> None:
    customer = desk.customer(KnownHandle(MAIL, True), KnownHandle(CHAT, True), preferences={"size": "44"})
    desk.append(customer, OrderRecorded("A1", "placed"))
    desk.receive("Said in the chat", CHAT)
    context = context_of(database, scope, desk.receive("Said in public", MAIL, public=True))
    assert (context.orders, context.history, context.preferences) == ((), (), ())


def test_the_language_is_that_of_the_last_words(desk: Any, database: Database, scope: Scope) -> None:
    desk.customer(KnownHandle(MAIL, True), language="en")
    asked = desk.receive("Guten Tag, wo bleibt denn mein Paket? Es sollte gestern kommen.", MAIL)
    assert context_of(database, scope, asked).language == "de"
    assert context_of(database, scope, desk.receive("TF-104233", MAIL)).language == "de"
    asked = desk.receive("Never mind, I have found the parcel at my neighbour's.", MAIL)
    assert context_of(database, scope, asked).language == "en"


def test_where_no_words_tell_the_language_it_is_that_on_record(desk: Any, database: Database, scope: Scope) -> None:
    desk.customer(KnownHandle(MAIL, True), language="de-AT")
    assert context_of(database, scope, desk.receive("TF-104233?", MAIL)).language == "de"


TURNS = st.lists(
    st.builds(
        lambda who, text, minute: Turn(who, text, NOW + timedelta(minutes=minute), "chat"),
        st.sampled_from(["customer", "us"]),
        st.text(max_size=2_000),
        st.integers(0, 10_000),
    ),
    max_size=30,
)
ORDERS = st.lists(st.builds(lambda text: OrderRecorded(text, text), st.text(max_size=300)), max_size=6)


@given(dialogue=TURNS, history=TURNS, orders=ORDERS, budget=st.integers(0, 5_000))
def test_the_budget_holds_and_the_newest_stay(
    dialogue: list[Turn], history: list[Turn], orders: list[OrderRecorded], budget: int
) -> None:
    context = fit(Context(orders=tuple(orders), history=tuple(history), dialogue=tuple(dialogue)), budget)
    used = sum(approximate_tokens(turn.text) for turn in (*context.dialogue, *context.history))
    assert used + sum(approximate_tokens(repr(order)) for order in context.orders) <= budget
    kept = [turn.at for turn in context.dialogue]
    assert kept == [turn.at for turn in dialogue[len(dialogue) - len(kept) :]]


@given(st.text(max_size=500), st.integers(0, 300))
def test_shorten_keeps_to_its_bytes(text: str, most: int) -> None:
    short = shorten(text, most)
    assert len(short.encode()) <= most or short == ""
    assert short == text or len(text.encode()) > most
