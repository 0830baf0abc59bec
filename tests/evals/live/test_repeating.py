"""Repeats of an issue, from entries: once for each message, after the break it follows, in whatever order they come."""

from datetime import UTC, datetime, timedelta

from evals.live.repeating import repeats_of
from knowledge.customers.entries import Entry, Handle, MessageReceived, MessageSent, NoteAdded, Payload
from knowledge.ids import ConversationId, CustomerId, EntryId

AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


def entry(minute: int, payload: Payload) -> Entry:
    at = AT + timedelta(minutes=minute)
    return Entry(minute, EntryId(f"e{minute}"), at, at, payload.kind, CustomerId("c"), ConversationId("v"), payload)


def test_a_repeat_is_told_with_its_entry_and_whether_we_asked() -> None:
    entries = [
        entry(0, MessageReceived("email", "My order TF-10422 leaks.")),
        entry(5, MessageSent("email", "What is your order number?", "ben", Handle("email", "a@b.example"))),
        entry(6, MessageReceived("email", "TF 10422")),
        entry(20, MessageReceived("email", "As I said, order TF-10422.")),
    ]
    assert list(repeats_of(entries, [])) == []
    found = list(repeats_of(entries, [AT + timedelta(minutes=3)]))
    assert [(one.entry, one.value, one.at) for one in found] == [
        ("e6", "tf-10422", AT + timedelta(minutes=6)),
        ("e20", "tf-10422", AT + timedelta(minutes=20)),
    ]
    later = list(repeats_of(entries, [AT + timedelta(minutes=3), AT + timedelta(minutes=10)]))
    assert [(one.entry, one.elicited) for one in later] == [("e6", True), ("e20", False)]
    assert list(repeats_of(entries[::-1], [AT + timedelta(minutes=3)])) == found


def test_the_message_a_contact_begins_with_counts_and_a_note_tells_nothing() -> None:
    noted = [
        entry(0, MessageReceived("chat", "Hello, is anybody there?")),
        entry(5, NoteAdded("Order TF-10422, says the shop.", "ben")),
        entry(20, MessageReceived("email", "My order is TF-10422.")),
    ]
    assert list(repeats_of(noted, [AT + timedelta(minutes=20)])) == []
    told = [entry(0, MessageReceived("chat", "My order TF-10422 leaks.")), *noted[2:]]
    assert [one.entry for one in repeats_of(told, [AT + timedelta(minutes=20)])] == ["e20"]


def test_an_e_mail_that_answers_our_question_was_asked_for() -> None:
    entries = [
        entry(0, MessageReceived("email", "My order TF-10422 leaks.")),
        entry(5, MessageSent("email", "What is your order number?", "ben", Handle("email", "a@b.example"))),
        entry(6, MessageReceived("email", "TF 10422")),
    ]
    found = list(repeats_of(entries, [AT + timedelta(minutes=6)]))
    assert [(one.entry, one.elicited) for one in found] == [("e6", True)]
