"""Retention: what is too old loses its words; held records, newer entries and everything not named stay."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from knowledge.customers import access, holds, remaining, retention, timeline
from knowledge.customers.access import Look
from knowledge.customers.conversations import fold, get_conversation
from knowledge.customers.entries import ConversationOpened, Handle, MessageReceived, PageViewed
from knowledge.customers.identity import recognise
from knowledge.customers.privacy_entries import HoldSet
from knowledge.customers.privacy_tables import AccessRow
from knowledge.customers.retention import Schedule, count_expired, parse_schedule, retain
from knowledge.customers.tables import PayloadRow
from knowledge.customers.timeline import NewEntry
from knowledge.database import Database
from knowledge.failures import Rejected
from knowledge.ids import ConversationId, StaffId, new_id
from knowledge.scope import Scope
from tests.conftest import NOW


def days_ago(days: int):
    return NOW - timedelta(days=days)


def test_old_words_go_new_ones_and_held_ones_stay(database: Database, scope: Scope, monkeypatch) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    with database.write() as session:
        ana, held = (recognise(session, scope, Handle("email", f"{one}@mail.example"), True, NOW) for one in "ab")
        for number in range(5):
            timeline.append(session, scope, NewEntry(ana, PageViewed(f"/old/{number}"), days_ago(91)), NOW)
        timeline.append(session, scope, NewEntry(ana, PageViewed("/new"), days_ago(89)), NOW)
        timeline.append(session, scope, NewEntry(held, PageViewed("/held"), days_ago(500)), NOW)
        holds.set_hold(session, scope, held, HoldSet(True, "tax audit", "mona"), NOW)
    schedule = parse_schedule("page_viewed=90")
    with database.read() as session:
        assert count_expired(session, scope, schedule, NOW) == {"page_viewed": 5}
        assert session.scalar(select(func.count()).select_from(PayloadRow)) == 8
    assert retain(database, scope, schedule, NOW) == {"page_viewed": 5}
    assert retain(database, scope, schedule, NOW) == {"page_viewed": 0}
    with database.read() as session:
        said = [entry.payload for entry in timeline.page(session, scope, customer=ana)]
        assert said == [None] * 5 + [PageViewed("/new")]
        assert timeline.page(session, scope, customer=held)[0].payload == PageViewed("/held")


def test_a_conversation_follows_the_fold_of_what_is_left(database: Database, scope: Scope) -> None:
    conversation, address = ConversationId(new_id()), Handle("email", "ana@mail.example")
    with database.write() as session:
        ana = recognise(session, scope, address, True, NOW)
        opened = ConversationOpened("email", address)
        timeline.append(session, scope, NewEntry(ana, opened, days_ago(40), conversation), NOW)
        for days in (39, 2):
            said = MessageReceived("email", f"{days} days ago")
            timeline.append(session, scope, NewEntry(ana, said, days_ago(days), conversation), NOW)
    retain(database, scope, Schedule({"message_received": 30}), NOW)
    with database.read() as session:
        state = get_conversation(session, scope, conversation)
        assert state == fold(remaining.of_conversation(session, conversation))
        assert (state.messages, state.last_text) == (1, "2 days ago")


def test_the_access_log_is_shortened_too(database: Database, scope: Scope) -> None:
    with database.write() as session:
        ana = recognise(session, scope, Handle("email", "ana@mail.example"), True, NOW)
        for days in (400, 1):
            access.note(session, scope, Look(StaffId("s"), ana, "GET /x"), days_ago(days))
    assert retain(database, scope, parse_schedule("access_log=365"), NOW) == {"access_log": 1}
    with database.read() as session:
        assert len(session.scalars(select(AccessRow)).all()) == 1


@pytest.mark.parametrize(
    "text", ["nothing=3", "page_viewed", "page_viewed=0", "page_viewed=x", "erased=3", "hold_set=9"]
)
def test_what_is_no_schedule_is_refused(text: str) -> None:
    with pytest.raises(Rejected):
        parse_schedule(text)


def test_an_empty_schedule_keeps_everything() -> None:
    assert parse_schedule(" , ") == Schedule({})
