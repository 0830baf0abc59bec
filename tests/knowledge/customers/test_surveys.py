"""Surveys: whom to ask, once and never against their will, and one answer to each."""

import json
from datetime import datetime, timedelta

import pytest

from knowledge.customers import consent, erasure, inbox, suppression, surveys
from knowledge.customers.conversations import get_conversation
from knowledge.customers.entries import Entry, Handle
from knowledge.customers.erasure import Wish
from knowledge.customers.export import export_person
from knowledge.customers.inbox import Incoming
from knowledge.customers.issue_entries import IssueLinked
from knowledge.customers.privacy_entries import ConsentGiven, ConsentWithdrawn
from knowledge.customers.suppression import Mark
from knowledge.customers.survey_entries import SurveyAsked
from knowledge.customers.surveys import A_MONTH, LASTS, Plan
from knowledge.customers.timeline import NewEntry, append
from knowledge.database import Database
from knowledge.failures import Conflict, NotFound, Rejected
from knowledge.ids import ConversationId, EntryId, IssueId
from knowledge.scope import Scope

PLAN = Plan("csat", 1.0, timedelta(hours=24))
CHANNELS = frozenset({"chat", "email"})
DAY = timedelta(days=1)


class Desk:
    """A record in which customers write and their issues are resolved."""

    def __init__(self, database: Database, scope: Scope) -> None:
        self.database, self.scope = database, scope

    def resolved(self, at: datetime, email: str = "ana@example.com", channel: str = "email") -> ConversationId:
        with self.database.write() as session:
            entry = inbox.receive(session, self.scope, Incoming(channel, Handle("email", email), "Help", at), at)
            assert entry.conversation is not None
            inbox.set_status(session, self.scope, entry.conversation, "resolved", "kim@example.com", at)
        return entry.conversation

    def write_again(
        self, at: datetime, email: str = "ana@example.com", conversation: ConversationId | None = None
    ) -> None:
        incoming = Incoming("email", Handle("email", email), "It is back", at, conversation=conversation)
        with self.database.write() as session:
            inbox.receive(session, self.scope, incoming, at)

    def where(self, conversation: ConversationId, now: datetime, plan: Plan = PLAN) -> ConversationId | None:
        with self.database.read() as session:
            issue = get_conversation(session, self.scope, conversation).issue
            found = surveys.where_to_ask(session, self.scope, plan, issue, CHANNELS, now)
        return found.id if found else None

    def due(self, now: datetime, plan: Plan = PLAN) -> list[IssueId]:
        with self.database.read() as session:
            return surveys.sampled(session, self.scope, plan, now)

    def ask(self, conversation: ConversationId, now: datetime, survey: str = "csat") -> Entry:
        with self.database.write() as session:
            state = get_conversation(session, self.scope, conversation)
            said = SurveyAsked(survey, state.issue, state.channel)  # type: ignore[arg-type]
            return surveys.note_asked(session, self.scope, state, said, now)

    def answer(self, asked: EntryId, score: int, comment: str, now: datetime) -> Entry:
        with self.database.write() as session:
            return surveys.answer(session, self.scope, asked, score, comment, now)


@pytest.fixture
def desk(database: Database, scope: Scope) -> Desk:
    return Desk(database, scope)


def test_the_sample_is_the_same_every_time_and_of_its_size() -> None:
    ids = [IssueId(f"{number:032x}") for number in range(4_000)]
    chosen = [one for one in ids if surveys.is_sampled(one, 0.3)]
    assert chosen == [one for one in ids if surveys.is_sampled(one, 0.3)]
    assert abs(len(chosen) / len(ids) - 0.3) < 0.03
    assert set(chosen) <= {one for one in ids if surveys.is_sampled(one, 0.5)}
    assert not any(surveys.is_sampled(one, 0.0) for one in ids)
    assert all(surveys.is_sampled(one, 1.0) for one in ids)


def test_asked_a_day_after_and_not_before_or_long_after(desk: Desk, now: datetime) -> None:
    conversation = desk.resolved(now)
    assert desk.due(now + timedelta(hours=23)) == []
    assert desk.where(conversation, now + timedelta(hours=23)) is None
    assert desk.due(now + DAY) == [conversation]
    assert desk.where(conversation, now + DAY) == conversation
    assert desk.due(now + 2 * DAY) == []
    assert desk.due(now + DAY, Plan("csat", 0.0, DAY)) == []


def test_reopened_is_not_asked_until_resolved_anew(desk: Desk, now: datetime) -> None:
    conversation = desk.resolved(now)
    desk.write_again(now + timedelta(hours=2), conversation=conversation)
    assert (desk.due(now + DAY), desk.where(conversation, now + DAY)) == ([], None)
    with desk.database.write() as session:
        inbox.set_status(session, desk.scope, conversation, "resolved", "kim@example.com", now + timedelta(hours=5))
    assert desk.where(conversation, now + DAY) is None
    assert desk.where(conversation, now + DAY + timedelta(hours=5)) == conversation


def test_an_issue_is_due_when_all_its_conversations_are(desk: Desk, now: datetime) -> None:
    first = desk.resolved(now)
    second = desk.resolved(now + timedelta(hours=3))
    assert first != second
    with desk.database.write() as session:
        state = get_conversation(session, desk.scope, second)
        linked = IssueLinked(IssueId(first), "moved", "kim@example.com")
        append(session, desk.scope, NewEntry(state.customer, linked, now, second), now)
    assert desk.where(first, now + DAY) is None
    assert desk.where(first, now + DAY + timedelta(hours=3)) == second


def test_once_an_issue_and_once_a_month(desk: Desk, now: datetime) -> None:
    conversation = desk.resolved(now)
    asked = desk.ask(conversation, now + DAY)
    assert desk.ask(conversation, now + 2 * DAY).id == asked.id
    another = desk.resolved(now + 3 * DAY)
    assert desk.where(another, now + 4 * DAY) is None
    desk.write_again(now + 3 * A_MONTH, conversation=conversation)
    with desk.database.write() as session:
        inbox.set_status(session, desk.scope, conversation, "resolved", "kim@example.com", now + 3 * A_MONTH)
    assert desk.where(conversation, now + 3 * A_MONTH + DAY) is None  # this issue was asked about
    later = desk.resolved(now + 3 * A_MONTH)
    assert desk.where(later, now + 3 * A_MONTH + DAY) == later
    assert desk.where(desk.resolved(now, "bo@example.com"), now + DAY) is not None


def test_only_where_a_customer_wrote_to_us_alone(desk: Desk, now: datetime) -> None:
    assert desk.where(desk.resolved(now, channel="phone"), now + DAY) is None
    with desk.database.write() as session:
        public = Incoming("email", Handle("email", "cy@example.com"), "Help", now, public=True)
        entry = inbox.receive(session, desk.scope, public, now)
        assert entry.conversation is not None
        inbox.set_status(session, desk.scope, entry.conversation, "resolved", "kim@example.com", now)
    assert desk.where(entry.conversation, now + DAY) is None
    with desk.database.read() as session:
        assert surveys.where_to_ask(session, desk.scope, PLAN, IssueId("0" * 32), CHANNELS, now) is None


@pytest.mark.parametrize(
    ("said", "may"),
    [
        (ConsentWithdrawn("survey", "", "form", "customer"), False),
        (ConsentWithdrawn("survey", "email", "form", "customer"), False),
        (ConsentWithdrawn("survey", "sms", "form", "customer"), True),
        (ConsentWithdrawn("marketing", "", "form", "customer"), True),
        (ConsentWithdrawn("marketing", "", "form", "customer", objection=True), False),
        (ConsentWithdrawn("marketing", "sms", "form", "customer", objection=True), True),
        (ConsentGiven("survey", "email", "v1", "form", "customer"), True),
    ],
)
def test_never_against_their_will(desk: Desk, now: datetime, said: ConsentGiven | ConsentWithdrawn, may: bool) -> None:
    conversation = desk.resolved(now)
    with desk.database.write() as session:
        customer = get_conversation(session, desk.scope, conversation).customer
        if isinstance(said, ConsentGiven):
            consent.withdraw(session, desk.scope, customer, ConsentWithdrawn("survey", "", "form", "x"), now, now)
            consent.give(session, desk.scope, customer, said, now + timedelta(hours=1), now + timedelta(hours=1))
        else:
            consent.withdraw(session, desk.scope, customer, said, now, now)
    assert (desk.where(conversation, now + DAY) is not None) is may


def test_whoever_was_erased_and_writes_again_is_not_asked(desk: Desk, now: datetime) -> None:
    with desk.database.write() as session:
        suppression.add(session, desk.scope, {Mark("email", "ana@example.com")}, now)
    assert desk.where(desk.resolved(now), now + DAY) is None


@pytest.mark.parametrize(
    ("survey", "good", "bad"), [("csat", (1, 5), (0, 6)), ("ces", (1, 7), (0, 8)), ("nps", (0, 10), (-1, 11))]
)
def test_a_score_is_on_its_scale(
    desk: Desk, now: datetime, survey: str, good: tuple[int, ...], bad: tuple[int, ...]
) -> None:
    asked = desk.ask(desk.resolved(now), now, survey)
    for score in bad:
        with pytest.raises(Rejected, match="a number from"):
            desk.answer(asked.id, score, "", now)
    desk.answer(asked.id, good[0], "", now)
    other = desk.ask(desk.resolved(now, "bo@example.com"), now, survey)
    desk.answer(other.id, good[1], "", now)


def test_one_answer_counts_until_the_survey_ends(desk: Desk, now: datetime) -> None:
    conversation = desk.resolved(now)
    asked = desk.ask(conversation, now)
    first = desk.answer(asked.id, 5, " Danke, schön!\0 ", now)
    assert (first.payload.issue, first.payload.asked) == (conversation, asked.id)  # type: ignore[union-attr]
    assert first.payload.comment == "Danke, schön!"  # type: ignore[union-attr]
    assert desk.answer(asked.id, 5, "Danke, schön!", now + LASTS * 2).id == first.id
    with pytest.raises(Conflict, match="answered already"):
        desk.answer(asked.id, 1, "", now)
    late = desk.ask(desk.resolved(now, "bo@example.com"), now)
    with pytest.raises(Conflict, match="ended"):
        desk.answer(late.id, 5, "", now + LASTS)
    with pytest.raises(Rejected):
        desk.answer(late.id, 5, "x" * 2_001, now)
    for nothing in (first.id, EntryId("0" * 32)):
        with pytest.raises(NotFound):
            desk.answer(nothing, 5, "", now)


def test_what_waits_is_the_latest_open_one_of_the_channel(desk: Desk, now: datetime) -> None:
    asked = desk.ask(desk.resolved(now), now)
    with desk.database.read() as session:
        found = surveys.open_question(session, desk.scope, [asked.customer], "email", now)
        assert found is not None
        assert found.id == asked.id
        assert surveys.open_question(session, desk.scope, [asked.customer], "chat", now) is None
        assert surveys.open_question(session, desk.scope, [asked.customer], "email", now + LASTS) is None
    with desk.database.write() as session:
        surveys.stop(session, desk.scope, found, now)
    assert desk.where(desk.resolved(now + 2 * A_MONTH), now + 2 * A_MONTH + DAY) is None


def test_it_is_in_the_export_and_gone_with_the_customer(desk: Desk, now: datetime) -> None:
    asked = desk.ask(desk.resolved(now), now)
    desk.answer(asked.id, 2, "plumvessel", now)
    with desk.database.read() as session:
        told = json.dumps(export_person(session, desk.scope, asked.customer, now), default=str)
    assert "plumvessel" in told
    assert "survey_asked" in told
    with desk.database.write() as session:
        erasure.erase(session, desk.scope, Wish(asked.customer, "kim@example.com"), (erasure.ERASER,), now)
    with pytest.raises(NotFound):
        desk.answer(asked.id, 2, "", now)
