"""The outbox row equals the fold of the message's entries; a delivery under way is marked before it is made."""

from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from knowledge.customers import inbox, outbox, remaining, timeline
from knowledge.customers.conversations import get_conversation
from knowledge.customers.delivery_entries import (
    Delivery,
    DeliveryFailed,
    DeliveryRetried,
    MessageBounced,
    MessageDelivered,
)
from knowledge.customers.entries import Entry, Handle
from knowledge.customers.erasure import ERASER, Wish, erase
from knowledge.customers.inbox import Incoming, Reply
from knowledge.customers.timeline import NewEntry
from knowledge.database import Database
from knowledge.failures import Conflict, NotFound
from knowledge.ids import EntryId
from knowledge.scope import Scope

WHAT = st.lists(st.sampled_from(["delivered", "failed", "unsure", "retried", "bounced"]), max_size=8)


def send(database: Database, scope: Scope, now: datetime, channel: str = "email") -> Entry:
    with database.write() as session:
        asked = inbox.receive(session, scope, Incoming(channel, Handle("email", "a@example.com"), "Hi", now), now)
        assert asked.conversation
        return inbox.reply(session, scope, Reply(asked.conversation, "Hello", "kim@example.com"), now)


def said(word: str, message: EntryId) -> Delivery:
    return {
        "delivered": MessageDelivered(message, "email", "<x@y>"),
        "failed": DeliveryFailed(message, "email", "refused"),
        "unsure": DeliveryFailed(message, "email", "lost", unsure=True),
        "retried": DeliveryRetried(message, "email", "kim@example.com"),
        "bounced": MessageBounced(message, "email", "no such user"),
    }[word]


@given(words=WHAT)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_row_is_the_fold(database: Database, scope: Scope, now: datetime, words: list[str]) -> None:
    sent = send(database, scope, now)
    for number, word in enumerate(words):
        with database.write() as session:
            at = now + timedelta(seconds=number)
            timeline.append(session, scope, NewEntry(sent.customer, said(word, sent.id), at, sent.conversation), at)
    with database.read() as session:
        entries = remaining.of_conversation(session, sent.conversation)
        assert outbox.waiting_of(session, scope, sent.id) == outbox.fold(
            entry
            for entry in entries
            if entry.id == sent.id or (isinstance(entry.payload, Delivery) and entry.payload.message == sent.id)
        )


def test_a_delivery_is_begun_once_and_who_comes_later_knows(database: Database, scope: Scope, now: datetime) -> None:
    sent = send(database, scope, now)
    with database.write() as session:
        assert outbox.begin(session, scope, sent.id, now) == outbox.Begun(None, 1)
    with database.write() as session:
        assert outbox.begin(session, scope, sent.id, now + timedelta(minutes=1)) == outbox.Begun(now, 1)
        assert outbox.is_under_way(session, sent.id)
        outbox.put_back(session, scope, sent.id, "greylisted")
    with database.write() as session:
        assert outbox.begin(session, scope, sent.id, now) == outbox.Begun(None, 2)
        timeline.append(
            session, scope, NewEntry(sent.customer, said("delivered", sent.id), now, sent.conversation), now
        )
        assert outbox.begin(session, scope, sent.id, now) is None


def test_what_the_customer_reads_here_is_not_queued(database: Database, scope: Scope, now: datetime) -> None:
    sent = send(database, scope, now, "chat")
    with database.read() as session, pytest.raises(NotFound):
        outbox.waiting_of(session, scope, sent.id)


def test_failing_opens_the_conversation_again_and_only_then_it_is_asked_for(
    database: Database, scope: Scope, now: datetime
) -> None:
    sent = send(database, scope, now)
    with database.write() as session:
        inbox.set_status(session, scope, sent.conversation, "resolved", "kim@example.com", now)
        with pytest.raises(Conflict, match="queued"):
            outbox.ask_again(session, scope, sent.id, "kim@example.com")
        timeline.append(session, scope, NewEntry(sent.customer, said("failed", sent.id), now, sent.conversation), now)
        assert get_conversation(session, scope, sent.conversation).status == "open"
        assert outbox.ask_again(session, scope, sent.id, "kim@example.com").message == sent.id


def test_what_waits_for_a_forgotten_person_is_not_sent(database: Database, scope: Scope, now: datetime) -> None:
    sent = send(database, scope, now)
    with database.write() as session:
        erase(session, scope, Wish(sent.customer, "x"), (outbox.ERASER, ERASER), now)
    with database.write() as session:
        assert outbox.begin(session, scope, sent.id, now) is None
        assert outbox.before_first_waiting(session, scope) is None
