"""The conversation row equals the fold of its entries, in whatever order they came."""

from datetime import timedelta
from itertools import permutations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from knowledge.customers import timeline
from knowledge.customers.conversations import (
    Conversation,
    Wanted,
    fold,
    get_conversation,
    list_conversations,
    waiting_since,
)
from knowledge.customers.entries import (
    ConversationAssigned,
    ConversationOpened,
    Entry,
    Handle,
    MessageReceived,
    MessageSent,
    NoteAdded,
    Payload,
    StatusChanged,
)
from knowledge.customers.identity import recognise
from knowledge.customers.timeline import NewEntry
from knowledge.database import Database
from knowledge.ids import ConversationId, CustomerId, EntryId, new_id
from knowledge.scope import Scope
from tests.conftest import NOW

ADDRESS = Handle("email", "maya@mail.example")
OPENED = ConversationOpened("email", ADDRESS, subject="Tent")

# What the inbox lets through: no NUL, no half surrogate pairs.
words = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=20)
payloads: st.SearchStrategy[Payload] = st.one_of(
    st.builds(MessageReceived, st.just("email"), words),
    st.builds(MessageSent, st.just("email"), words, st.just("sara"), st.just(ADDRESS)),
    st.builds(NoteAdded, st.just("note"), st.just("sara")),
    st.builds(ConversationAssigned, st.sampled_from(["sara", "imran", None]), st.just("sara")),
    st.builds(StatusChanged, st.sampled_from(["open", "pending", "resolved"]), st.just("sara")),
)
histories = st.lists(st.tuples(payloads, st.integers(-50, 50)), max_size=12)


@given(history=histories)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_projection_is_the_fold(database: Database, scope: Scope, history: list[tuple[Payload, int]]) -> None:
    conversation = ConversationId(new_id())
    with database.write() as session:
        customer = recognise(session, scope, ADDRESS, True, NOW)
        timeline.append(session, scope, NewEntry(customer, OPENED, NOW, conversation), NOW)
        for payload, minutes in history:
            at = NOW + timedelta(minutes=minutes)
            timeline.append(session, scope, NewEntry(customer, payload, at, conversation), NOW)
    with database.read() as session:
        entries = timeline.after(session, scope, 0, conversation=conversation)
        assert get_conversation(session, scope, conversation) == fold(entries)


def entry(seq: int, payload: Payload, minutes: int) -> Entry:
    at = NOW + timedelta(minutes=minutes)
    return Entry(seq, EntryId(str(seq)), at, NOW, payload.kind, CustomerId("c"), ConversationId("v"), payload)


def test_late_arrivals_lead_to_the_same_state() -> None:
    opening = entry(0, OPENED, 0)
    happened = [
        entry(1, MessageReceived("email", "Where is it?"), 1),
        entry(2, ConversationAssigned("sara", "sara"), 2),
        entry(3, MessageSent("email", "On its way", "sara", ADDRESS), 3),
        entry(4, StatusChanged("resolved", "sara"), 4),
    ]
    states = {fold([opening, *order]) for order in permutations(happened)}
    assert len(states) == 1
    (state,) = states
    assert isinstance(state, Conversation)
    assert (state.status, state.owner, state.last_text, state.waiting) == ("resolved", "sara", "On its way", False)


def test_a_message_after_the_end_opens_it_again() -> None:
    state = fold(
        [
            entry(0, OPENED, 0),
            entry(1, StatusChanged("resolved", "sara"), 5),
            entry(2, MessageReceived("email", "?"), 6),
        ]
    )
    assert state is not None
    assert (state.status, state.waiting) == ("open", True)


def test_entries_without_an_opening_are_no_conversation() -> None:
    assert fold([entry(1, NoteAdded("x", "sara"), 0)]) is None


def test_lists_are_what_the_states_say(database: Database, scope: Scope) -> None:
    with database.write() as session:
        customer = recognise(session, scope, ADDRESS, True, NOW)
        ids = [ConversationId(new_id()) for _ in range(3)]
        for number, conversation in enumerate(ids):
            at = NOW + timedelta(minutes=number)
            timeline.append(session, scope, NewEntry(customer, OPENED, at, conversation), NOW)
            timeline.append(session, scope, NewEntry(customer, MessageReceived("email", "?"), at, conversation), NOW)
        later = NOW + timedelta(hours=1)
        sent = MessageSent("email", "!", "sara", ADDRESS)
        timeline.append(session, scope, NewEntry(customer, sent, later, ids[0]), NOW)
        mine = ConversationAssigned("sara", "sara")
        timeline.append(session, scope, NewEntry(customer, mine, later, ids[1]), NOW)
    with database.read() as session:

        def listed(wanted: Wanted) -> list[ConversationId]:
            return [found.id for found in list_conversations(session, scope, wanted)]

        assert listed(Wanted(waiting=True)) == [ids[1], ids[2]]  # the longest wait first
        assert listed(Wanted(waiting=False)) == [ids[0]]
        assert listed(Wanted(owner="sara")) == [ids[1]]
        assert set(listed(Wanted(owner=""))) == {ids[0], ids[2]}
        assert listed(Wanted(status="resolved")) == []


def test_a_second_message_does_not_send_a_customer_to_the_back_of_the_queue(database: Database, scope: Scope) -> None:
    first, second = ConversationId(new_id()), ConversationId(new_id())
    asked, answer = MessageReceived("email", "?"), MessageSent("email", "!", "sara", ADDRESS)
    with database.write() as session:
        customer = recognise(session, scope, ADDRESS, True, NOW)
        for conversation, payload, minutes in (
            (first, OPENED, 0),
            (first, asked, 0),
            (first, answer, 1),
            (first, asked, 2),
            (second, OPENED, 3),
            (second, asked, 3),
            (first, asked, 4),
        ):
            at = NOW + timedelta(minutes=minutes)
            timeline.append(session, scope, NewEntry(customer, payload, at, conversation), NOW)
    with database.read() as session:
        listed = list_conversations(session, scope, Wanted(waiting=True))
        since = waiting_since(session, scope, listed)
    assert [found.id for found in listed] == [first, second]
    assert since == {first: NOW + timedelta(minutes=2), second: NOW + timedelta(minutes=3)}
