"""What was said again after a handover, from entries: once for each message, within its handover."""

from datetime import UTC, datetime, timedelta

from evals.live.said_again import said_again
from knowledge.customers.entries import Entry, Handle, MessageReceived, MessageSent, Payload
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
    assert list(said_again(entries, [])) == []
    found = list(said_again(entries, [AT + timedelta(minutes=3)]))
    assert [(one.entry, one.value, one.at) for one in found] == [
        ("e6", "tf-10422", AT + timedelta(minutes=6)),
        ("e20", "tf-10422", AT + timedelta(minutes=20)),
    ]
    later = list(said_again(entries, [AT + timedelta(minutes=3), AT + timedelta(minutes=10)]))
    assert [(one.entry, one.elicited) for one in later] == [("e6", True), ("e20", False)]
