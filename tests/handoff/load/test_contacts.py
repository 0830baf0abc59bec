"""Contacts and gauges are read off the real record, and reading on is the same as reading anew."""

from datetime import UTC, datetime, timedelta

import pytest

from handoff.load.contacts import Contact, Contacts, Event, fold
from handoff.load.peaks import Limits
from handoff.load.queues import Duty, gauge, handling, level
from knowledge.customers import inbox
from knowledge.customers.entries import Handle
from knowledge.customers.inbox import Incoming, Reply
from knowledge.database import Database
from knowledge.ids import ConversationId
from knowledge.scope import Scope

AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
ONE = ConversationId("c" * 32)


def minutes(number: float) -> datetime:
    return AT + timedelta(minutes=number)


def heard(number: float) -> Event:
    return Event("message_received", minutes(number))


def said(number: float, *, bot: bool = False, hold: bool = False) -> Event:
    return Event("message_sent", minutes(number), bot, hold)


def test_a_contact_is_answered_by_a_person_and_a_pause_begins_another() -> None:
    first, second = fold("chat", ONE, [heard(0), heard(1), said(3), heard(4), said(5), heard(90)])
    assert (first.arrived, first.answered, first.until, first.replies) == (AT, minutes(3), minutes(5), 2)
    assert second.waiting
    (patient,) = fold("email", ONE, [heard(0), heard(600)])  # asking again while waiting is the same contact
    assert patient.arrived == AT


def test_a_told_wait_is_no_answer_and_the_bots_answer_is_one_until_they_ask_on() -> None:
    (held,) = fold("chat", ONE, [heard(0), said(1, bot=True, hold=True)])
    assert held.waiting
    (served,) = fold("chat", ONE, [heard(0), said(1, bot=True)])
    assert served.by_bot
    assert not served.waiting
    (again,) = fold("chat", ONE, [heard(0), said(1, bot=True), heard(2)])
    assert again.waiting
    (closed,) = fold("chat", ONE, [heard(0), Event("status_changed", minutes(2), closing=True)])
    assert closed.left


def test_the_level_counts_those_whose_time_is_up() -> None:
    contacts = [
        Contact("chat", ONE, AT, answered=AT + timedelta(seconds=30)),
        Contact("chat", ONE, AT, answered=AT + timedelta(seconds=90)),
        Contact("chat", ONE, AT),  # still waits, too long already
        Contact("chat", ONE, AT, left=True),
        Contact("chat", ONE, minutes(1.9)),  # still in time
    ]
    assert level(contacts, 60, minutes(2)) == pytest.approx(1 / 3)
    assert level([], 60, AT) is None


def test_handling_is_measured_when_enough_tell() -> None:
    one = Contact("chat", ONE, AT, answered=minutes(1), until=minutes(4), replies=3)
    assert handling("chat", [one] * 29) == 480
    assert handling("chat", [one] * 30) == 240


def receive(database: Database, scope: Scope, who: str, at: datetime) -> ConversationId:
    with database.write() as session:
        entry = inbox.receive(session, scope, Incoming("chat", Handle("email", who), "Hello there", at), at)
    assert entry.conversation is not None
    return entry.conversation


def test_reading_on_is_reading_anew(database: Database, scope: Scope) -> None:
    read_on = Contacts(AT - timedelta(days=1))
    for number in range(4):
        conversation = receive(database, scope, f"p{number}@example.com", minutes(number))
        with database.read() as session:
            read_on.refresh(session, scope)
        if number % 2:
            reply = Reply(conversation, 'I say "author":"bot" and {"holding":true}', "sara@example.com")
            with database.write() as session:
                inbox.reply(session, scope, reply, minutes(number + 0.5))
        if number == 2:
            with database.write() as session:
                inbox.reply(session, scope, Reply(conversation, "Sixty days.", "bot"), minutes(number + 0.1))
    anew = Contacts(AT - timedelta(days=1))
    with database.read() as session:
        read_on.refresh(session, scope)
        anew.refresh(session, scope)
    assert read_on.by_queue() == anew.by_queue()
    chat = anew.by_queue()["chat"]
    assert [one.waiting for one in chat] == [True, False, False, False]
    assert [one.by_bot for one in chat] == [False, False, True, False]


def test_the_gauge_tells_backlog_wait_and_peak(database: Database, scope: Scope) -> None:
    for number in range(12):
        receive(database, scope, f"p{number}@example.com", minutes(number / 6))
    contacts = Contacts(AT - timedelta(days=1))
    with database.read() as session:
        contacts.refresh(session, scope)
    now = minutes(4)
    found = gauge("chat", contacts.by_queue()["chat"], Duty(2, 2), Limits(), now)
    assert (found.backlog, found.arrivals, found.oldest) == (12, 12, 240)
    assert found.wait == pytest.approx(12 * 480 / 4)
    assert found.level == 0
    assert found.peak.on
    quiet = gauge("chat", [], Duty(2, 2), Limits(), now)
    assert (quiet.wait, quiet.level, quiet.peak.on) == (0, None, False)
    assert gauge("chat", contacts.by_queue()["chat"], Duty(0), Limits(), now).wait == float("inf")
