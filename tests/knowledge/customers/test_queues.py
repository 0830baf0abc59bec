"""A queue followed from any cursor: nothing lost or doubled, and an old list with its moves is the list of now."""

import asyncio
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from knowledge.customers import erasure, inbox, queues, timeline
from knowledge.customers.conversations import Conversation, Wanted, list_conversations, step
from knowledge.customers.entries import ConversationAssigned, Entry, Handle
from knowledge.customers.erasure import Wish
from knowledge.customers.inbox import Incoming, Reply
from knowledge.customers.live import Tail, Watcher
from knowledge.customers.queues import Move, Queue, fits
from knowledge.customers.timeline import NewEntry
from knowledge.database import Database, open_database
from knowledge.ids import ConversationId, CustomerId
from knowledge.scope import Scope
from tests.conftest import NOW

ANA, SARA = "ana@mail.example", "sara@shop.example"
QUEUES = [
    Wanted(waiting=True),
    Wanted(owner=""),
    Wanted(status="open", owner=SARA),
    Wanted(status="resolved"),
    Wanted(resolved=False, waiting=False),
    Wanted(),
]
KINDS = ("received", "sent", "noted", "taken", "returned", "resolved", "pending", "opened")
steps = st.lists(st.tuples(st.sampled_from(KINDS), st.integers(0, 3), st.integers(0, 4)), min_size=1, max_size=7)
histories = st.lists(steps, min_size=2, max_size=3)
readers = st.lists(st.tuples(st.integers(0, 8), st.integers(1, 6)), min_size=1, max_size=3)


def receive(database: Database, scope: Scope, number: int) -> Entry:
    with database.write() as session:
        mail = Incoming(
            "email", Handle("email", f"c{number}@mail.example"), "Hello", NOW, conversation_key=f"t{number}"
        )
        return inbox.receive(session, scope, mail, NOW)


def act(database: Database, scope: Scope, about: Entry, kind: str, dawdle: int) -> None:
    """Do one thing in a conversation; the commit comes some thousandths of a second after the number was drawn."""
    assert about.conversation
    with database.write() as session:
        if kind == "received":
            place = Handle("email", ANA)
            inbox.receive(session, scope, Incoming("email", place, "More", NOW, customer=about.customer), NOW)
            more = Incoming("email", place, "Again", NOW, customer=about.customer, conversation_key=about.conversation)
            inbox.receive(session, scope, more, NOW)
        elif kind == "sent":
            inbox.reply(session, scope, Reply(about.conversation, "Yes", SARA), NOW)
        elif kind == "noted":
            inbox.note(session, scope, about.conversation, "Hm", SARA, NOW)
        elif kind in {"taken", "returned"}:
            owner = ConversationAssigned(SARA if kind == "taken" else None, SARA)
            timeline.append(session, scope, NewEntry(about.customer, owner, NOW, about.conversation), NOW)
        else:
            status = "open" if kind == "opened" else kind
            inbox.set_status(session, scope, about.conversation, status, SARA, NOW)  # type: ignore[arg-type]
        time.sleep(dawdle / 1000)


def erase(database: Database, scope: Scope, customer: CustomerId) -> None:
    with database.write() as session:
        erasure.erase(session, scope, Wish(customer, "mona@shop.example"), (erasure.ERASER,), NOW)


def listed(database: Database, scope: Scope, wanted: Wanted) -> set[ConversationId]:
    with database.read() as session:
        return {one.id for one in list_conversations(session, scope, wanted, limit=1_000)}


def entries_of(database: Database, scope: Scope, cursor: int = 0) -> list[Entry]:
    with database.read() as session:
        return timeline.after(session, scope, cursor, limit=10_000)


def moves_told_by_the_fold(entries: list[Entry], wanted: Wanted) -> list[tuple[int, str]]:
    """What each entry does to the queue, reckoned from the whole timeline at once."""
    states: dict[ConversationId, Conversation | None] = {}
    told: list[tuple[int, str]] = []
    names = {(False, True): "entered", (True, True): "changed", (True, False): "left"}
    for entry in entries:
        if entry.kind == "erased":
            told.append((entry.seq, "erased"))
        elif entry.conversation:
            before = states.get(entry.conversation)
            states[entry.conversation] = after = step(before, entry)
            change = names.get((fits(before, wanted), fits(after, wanted)))
            told += [(entry.seq, change)] if change else []
    return told


def applied(listing: set[ConversationId], moves: list[Move], whose: dict[ConversationId, CustomerId]) -> set[str]:
    now = set(listing)
    for move in moves:
        if move.change == "erased":
            now -= {one for one in now if whose.get(one) == move.entry.customer}
        elif move.entry.conversation and move.change == "left":
            now.discard(move.entry.conversation)
        elif move.entry.conversation:
            now.add(move.entry.conversation)
    return {str(one) for one in now}


async def follow(database: Database, scope: Scope, tail: Tail, wanted: Wanted, begin: int, cut: int) -> list[Move]:
    """Follow to the erasure that ends the story; every `cut` moves the line breaks and a new reader resumes."""
    moves: list[Move] = []
    while not moves or moves[-1].change != "erased":
        queue = Queue(database, scope, wanted).follow(tail, moves[-1].entry.seq if moves else begin)
        taken = 0
        async for move in queue:
            if move is not None:
                moves.append(move)
                taken += 1
            if taken == cut or (moves and moves[-1].change == "erased"):
                break
    return moves


@contextmanager
def elsewhere(database: Database, scope: Scope) -> Iterator[Database]:
    """A second connection pool, as another process has, and the watcher that hears it."""
    with closing(open_database(database.engine.url.render_as_string(hide_password=False))) as other:
        watcher = Watcher(database, scope, seconds=0.02)
        watcher.start()
        yield other
        watcher.stop()


@given(histories=histories, readers=readers, wanted=st.sampled_from(QUEUES))
@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_replay_and_live_moves_make_an_old_list_the_list_of_now(
    database: Database,
    scope: Scope,
    histories: list[list[tuple[str, int, int]]],
    readers: list[tuple[int, int]],
    wanted: Wanted,
) -> None:
    with elsewhere(database, scope) as other:
        known = [receive(database, scope, number) for number in range(4)]
        last = receive(database, scope, 9)
        start = entries_of(database, scope)[-1].seq
        listing = listed(database, scope, wanted)

        def write(writer: int) -> None:
            for kind, number, dawdle in histories[writer]:
                act((database, other)[writer % 2], scope, known[number], kind, dawdle)

        def write_all() -> None:
            with ThreadPoolExecutor(len(histories)) as pool:
                for done in [pool.submit(write, writer) for writer in range(len(histories))]:
                    done.result()
            erase(database, scope, last.customer)

        async def read_all() -> list[list[Move]]:
            tail = Tail(database, scope)
            reading = [
                asyncio.ensure_future(follow(database, scope, tail, wanted, max(0, start - back), cut))
                for back, cut in [(0, 1_000), *readers]
            ]
            writing = asyncio.to_thread(write_all)
            try:
                *moves, _ = await asyncio.wait_for(asyncio.gather(*reading, writing), 30)
            finally:
                tail.close()
            return moves  # type: ignore[return-value]

        seen = asyncio.run(read_all())
    entries = [one for one in entries_of(database, scope) if one.seq > start]
    whose = {one.conversation: one.customer for one in entries_of(database, scope) if one.conversation}
    assert applied(listing, seen[0], whose) == listed(database, scope, wanted)
    live = [(move.entry.seq, move.change) for move in seen[0]]
    assert [seq for seq, _ in live] == sorted({seq for seq, _ in live})
    for moves in seen[1:]:  # whoever was cut, or came from earlier, was told the same
        assert [(move.entry.seq, move.change) for move in moves if move.entry.seq > start] == live
    before = [one for one in entries_of(database, scope) if one.seq <= start]
    assert [move for move in moves_told_by_the_fold([*before, *entries], wanted) if move[0] > start] == live
    empty(database, scope, known)


def empty(database: Database, scope: Scope, known: list[Entry]) -> None:
    """Let the next example begin with nobody in any queue."""
    for one in known:
        erase(database, scope, one.customer)


@pytest.mark.parametrize("wanted", QUEUES)
def test_a_state_fits_where_the_list_has_it(database: Database, scope: Scope, wanted: Wanted) -> None:
    for number in range(8):
        entry = receive(database, scope, number)
        for place, kind in enumerate(("taken", "sent", "resolved")):
            if number >> place & 1:
                act(database, scope, entry, kind, 0)
    with database.read() as session:
        every = list_conversations(session, scope, Wanted(), limit=100)
    assert len(every) == 8
    assert {one.id for one in every if fits(one, wanted)} == listed(database, scope, wanted)


def test_forgotten_states_are_read_again(database: Database, scope: Scope, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queues, "REMEMBERED", 1)
    known = [receive(database, scope, number) for number in range(3)]
    for kind in ("taken", "sent", "received", "resolved"):
        for one in known:
            act(database, scope, one, kind, 0)
    erase(database, scope, known[0].customer)

    async def reading(wanted: Wanted) -> list[Move]:
        tail = Tail(database, scope)
        try:
            return await asyncio.wait_for(follow(database, scope, tail, wanted, 0, 4), 20)
        finally:
            tail.close()

    for wanted in QUEUES:
        moves = asyncio.run(reading(wanted))
        told = moves_told_by_the_fold(entries_of(database, scope), wanted)
        assert [(move.entry.seq, move.change) for move in moves] == told
