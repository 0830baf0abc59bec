"""A message arrives, an answer leaves: once, in the right place, or with a clear refusal."""

from datetime import datetime, timedelta

import pytest

from knowledge.customers import inbox, timeline
from knowledge.customers.conversations import Wanted, get_conversation, list_conversations
from knowledge.customers.entries import Handle, MessageReceived, MessageSent
from knowledge.customers.identity import add_handle
from knowledge.customers.inbox import Incoming, Reply
from knowledge.database import Database
from knowledge.failures import Conflict, NotFound, Rejected
from knowledge.ids import ConversationId
from knowledge.scope import Scope

MAYA = Handle("email", "Maya.L@Mail.example")


def mail(text: str, at: datetime, **more: object) -> Incoming:
    return Incoming("email", MAYA, text, at, **more)  # type: ignore[arg-type]


def test_first_message_opens_a_conversation_for_a_new_customer(database: Database, scope: Scope, now: datetime) -> None:
    with database.write() as session:
        entry = inbox.receive(session, scope, mail("Where is my tent?", now, subject="Order"), now)
    with database.read() as session:
        (conversation,) = list_conversations(session, scope, Wanted(waiting=True))
    assert entry.payload == MessageReceived("email", "Where is my tent?", "Order")
    assert conversation.address == Handle("email", "maya.l@mail.example")
    assert (conversation.subject, conversation.status, conversation.messages) == ("Order", "open", 1)
    assert conversation.waiting


def test_the_same_message_twice_is_stored_once(database: Database, scope: Scope, now: datetime) -> None:
    for _ in range(2):
        with database.write() as session:
            inbox.receive(session, scope, mail("Hello", now, external_id="m-1"), now)
    with database.read() as session:
        assert len(timeline.after(session, scope, 0)) == 2  # the opening and the message


def test_next_message_goes_on_in_the_live_conversation_and_a_resolved_one_is_left_alone(
    database: Database, scope: Scope, now: datetime
) -> None:
    later = now + timedelta(hours=1)
    with database.write() as session:
        first = inbox.receive(session, scope, mail("One", now), now)
        second = inbox.receive(session, scope, mail("Two", now), now)
        assert first.conversation is not None
        inbox.set_status(session, scope, first.conversation, "resolved", "sara@shop.example", now)
        third = inbox.receive(session, scope, mail("Three", later), later)
    assert first.conversation == second.conversation != third.conversation
    assert first.customer == third.customer


def test_a_reply_goes_to_the_conversations_own_address_once(database: Database, scope: Scope, now: datetime) -> None:
    with database.write() as session:
        asked = inbox.receive(session, scope, mail("Hello?", now), now)
        assert asked.conversation is not None
        answer = Reply(asked.conversation, "Hello!", "sara@shop.example", key="k1")
        sent = inbox.reply(session, scope, answer, now)
        again = inbox.reply(session, scope, answer, now)
        state = get_conversation(session, scope, asked.conversation)
    assert sent == again
    assert isinstance(sent.payload, MessageSent)
    assert sent.payload.address == Handle("email", "maya.l@mail.example")
    assert sent.payload.delivery == "queued"  # no mail connector delivers it yet, and we say so
    assert not state.waiting


def test_a_chat_reply_is_delivered_by_being_appended(database: Database, scope: Scope, now: datetime) -> None:
    with database.write() as session:
        asked = inbox.receive(session, scope, Incoming("chat", Handle("chat", "s1"), "Hi", now), now)
        assert asked.conversation is not None
        sent = inbox.reply(session, scope, Reply(asked.conversation, "Hello!", "sara@shop.example"), now)
    assert isinstance(sent.payload, MessageSent)
    assert sent.payload.delivery == "posted"


def test_a_key_used_for_another_text_is_a_conflict(database: Database, scope: Scope, now: datetime) -> None:
    with database.write() as session:
        asked = inbox.receive(session, scope, mail("Hello?", now), now)
        assert asked.conversation is not None
        inbox.reply(session, scope, Reply(asked.conversation, "One", "sara@shop.example", key="k"), now)
    with pytest.raises(Conflict), database.write() as session:
        inbox.reply(session, scope, Reply(asked.conversation, "Two", "sara@shop.example", key="k"), now)


@pytest.mark.parametrize("text", ["", "   ", "\0\0", "x" * (inbox.MAX_TEXT_CHARS + 1)])
def test_an_empty_or_endless_message_is_refused_and_leaves_nothing(
    database: Database, scope: Scope, now: datetime, text: str
) -> None:
    with pytest.raises(Rejected), database.write() as session:
        inbox.receive(session, scope, mail(text, now), now)
    with database.read() as session:
        assert timeline.after(session, scope, 0) == []


def test_odd_text_is_kept_readable(database: Database, scope: Scope, now: datetime) -> None:
    with database.write() as session:
        entry = inbox.receive(session, scope, mail("a\0b \ud800 שלום 👩‍🚀", now), now)
    assert isinstance(entry.payload, MessageReceived)
    assert entry.payload.text == "ab ? שלום 👩‍🚀"


def test_an_unknown_conversation_is_not_found(database: Database, scope: Scope, now: datetime) -> None:
    with pytest.raises(NotFound), database.write() as session:
        inbox.reply(session, scope, Reply(ConversationId("nope"), "Hi", "sara@shop.example"), now)


def test_another_scope_sees_nothing(database: Database, scope: Scope, now: datetime) -> None:
    other = Scope(team="other", brand="main")
    with database.write() as session:
        entry = inbox.receive(session, scope, mail("Hello", now), now)
    with database.read() as session:
        assert timeline.after(session, other, 0) == []
        assert list_conversations(session, other, Wanted()) == []
        assert entry.conversation is not None
        with pytest.raises(NotFound):
            get_conversation(session, other, entry.conversation)


def test_a_claimed_address_opens_nobodys_history(database: Database, scope: Scope, now: datetime) -> None:
    with database.write() as session:
        real = inbox.receive(session, scope, mail("It is me", now), now)
        claim = inbox.receive(session, scope, mail("It is me too", now, verified=False), now)
        again = inbox.receive(session, scope, mail("Really", now, verified=False), now)
    assert real.customer != claim.customer
    assert claim.customer == again.customer
    assert claim.conversation == again.conversation


def test_a_conversation_moves_with_its_customer_and_not_with_a_stranger(
    database: Database, scope: Scope, now: datetime
) -> None:
    phone, stranger = Handle("whatsapp", "+447700900123"), Handle("whatsapp", "+447700900999")
    with database.write() as session:
        first = inbox.receive(session, scope, mail("Hello", now, conversation_key="conv-1"), now)
        add_handle(session, scope, first.customer, phone, True, now)
        for minutes, address in ((1, phone), (2, stranger)):
            at = now + timedelta(minutes=minutes)
            moved = Incoming("whatsapp", address, "I am here now", at, conversation_key="conv-1")
            assert inbox.receive(session, scope, moved, at).conversation == first.conversation
        assert first.conversation is not None
        state = get_conversation(session, scope, first.conversation)
        sent = inbox.reply(session, scope, Reply(first.conversation, "Hello!", "sara@shop.example"), at)
    assert (state.channel, state.address) == ("whatsapp", phone)
    assert isinstance(sent.payload, MessageSent)
    assert (sent.payload.channel, sent.payload.address) == ("whatsapp", phone)
