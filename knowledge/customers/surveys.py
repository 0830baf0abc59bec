"""Surveys: whom to ask how it was, and one answer to each time of asking."""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge.customers import consent, inbox, issues, persons, remaining, suppression, timeline
from knowledge.customers.conversations import Conversation
from knowledge.customers.entries import Entry, Handle, SurveyAnswered
from knowledge.customers.feeling import SCALES
from knowledge.customers.privacy_entries import ConsentWithdrawn
from knowledge.customers.suppression import Mark
from knowledge.customers.survey_entries import Survey, SurveyAsked
from knowledge.customers.tables import IssueRow
from knowledge.customers.timeline import NewEntry
from knowledge.failures import Conflict, NotFound, Rejected
from knowledge.ids import CustomerId, EntryId, IssueId
from knowledge.scope import Scope, within

PURPOSE = "survey"
# One person is asked once in this time, whatever they needed meanwhile.
A_MONTH = timedelta(days=30)
# Whoever was not asked within a day of the moment (nobody worked, surveys were off) is not asked any more.
LATE = timedelta(days=1)
LASTS = timedelta(days=14)
MAX_COMMENT_CHARS = 2_000
_STEPS = 2**64


@dataclass(frozen=True)
class Plan:
    """What is asked, of which share of the issues (0 to 1), and how long after they were resolved."""

    survey: Survey
    share: float
    delay: timedelta


def is_sampled(issue: IssueId, share: float) -> bool:
    """Tell whether an issue is in the sample: its id alone decides, so every worker says the same, every time."""
    return int.from_bytes(hashlib.sha256(f"survey:{issue}".encode()).digest()[:8]) < share * _STEPS


def sampled(session: Session, scope: Scope, plan: Plan, now: datetime) -> list[IssueId]:
    """Return the issues of the sample that were resolved the plan's delay ago and are so still."""
    end = now - plan.delay
    query = select(IssueRow.id).where(
        within(scope, IssueRow),
        IssueRow.status == "resolved",
        IssueRow.status_at > end - LATE,
        IssueRow.status_at <= end,
    )
    return [
        issue
        for one in session.scalars(query.order_by(IssueRow.status_at))
        if is_sampled(issue := IssueId(one), plan.share)
    ]


def where_to_ask(
    session: Session, scope: Scope, plan: Plan, issue: IssueId, channels: Collection[str], now: datetime
) -> Conversation | None:
    """Return the conversation in which to ask about an issue, `None` when the customer is not to be asked (now).

    It is the latest one on one of these channels in which the customer wrote to us and nobody else reads along.
    """
    members = issues.conversations_of(session, scope, [issue])[issue]
    due = now - plan.delay
    if not members or any(one.status != "resolved" or one.status_at > due for one in members):
        return None
    able = [one for one in members if one.channel in channels and not one.public and one.last_received_at]
    if not able:
        return None
    chosen = max(able, key=lambda one: (one.last_received_at or one.opened_at, one.id))
    records = persons.records_of(session, scope, chosen.customer)
    if _was_asked(session, scope, issue, members, records, now):
        return None
    return chosen if may_ask(session, scope, records, chosen.channel, chosen.address) else None


def _was_asked(
    session: Session,
    scope: Scope,
    issue: IssueId,
    members: Sequence[Conversation],
    records: Collection[CustomerId],
    now: datetime,
) -> bool:
    """Tell whether this issue was asked about before, or this person within the month."""
    inside = {one.id for one in members}
    everybody = {*records, *(one.customer for one in members)}
    for entry in remaining.of_kinds(session, scope, everybody, ("survey_asked",)):
        named = isinstance(entry.payload, SurveyAsked) and entry.payload.issue == issue
        if named or entry.conversation in inside or entry.at > now - A_MONTH:
            return True
    return False


def may_ask(session: Session, scope: Scope, records: Collection[CustomerId], channel: str, address: Handle) -> bool:
    """Tell whether a person may be asked on a channel: not if they said no to surveys, asked to stop, or were erased.

    An objection on the channel to anything counts as "stop".
    """
    said = consent.consents_of(session, scope, records)
    standing = said.standing(PURPOSE, channel)
    refused = standing is not None and not standing.given
    stopped = any(said.objects(one.purpose, channel) for one in said.standings)
    erased = suppression.load(session, scope).since(Mark(address.kind, address.value)) is not None
    return not (refused or stopped or erased)


def note_asked(session: Session, scope: Scope, where: Conversation, said: SurveyAsked, now: datetime) -> Entry:
    """Append that the customer was asked; about one issue it is stored once."""
    new = NewEntry(where.customer, said, now, where.id, f"survey:{said.issue}")
    return timeline.append(session, scope, new, now)


def stop(session: Session, scope: Scope, question: "Question", now: datetime) -> None:
    """Never ask this person again, on any channel: they said so where they were asked."""
    said = ConsentWithdrawn(PURPOSE, consent.EVERY_CHANNEL, "survey", "customer", question.id, objection=True)
    consent.withdraw(session, scope, question.entry.customer, said, now, now)


@dataclass(frozen=True)
class Question:
    """A survey as it was asked, and the answer to it, if there is one."""

    id: EntryId
    asked: SurveyAsked
    entry: Entry
    answer: SurveyAnswered | None

    def is_open(self, now: datetime) -> bool:
        """Tell whether it can be answered still."""
        return self.answer is None and now < self.entry.at + LASTS


def get_question(session: Session, scope: Scope, asked: EntryId) -> Question:
    """Return a survey that was asked.

    Raises:
        NotFound: there is none of this id, or its customer was forgotten.
    """
    entry = timeline.get_entry(session, scope, asked)
    if not isinstance(entry.payload, SurveyAsked):
        raise NotFound("There is no such survey.")
    given = timeline.find(session, scope, _key(asked))
    answer = given.payload if given is not None and isinstance(given.payload, SurveyAnswered) else None
    return Question(asked, entry.payload, entry, answer)


def open_question(
    session: Session, scope: Scope, records: Collection[CustomerId], channel: str, now: datetime
) -> Question | None:
    """Return the latest survey that was asked on a channel of these records and waits for its answer."""
    for entry in reversed(remaining.of_kinds(session, scope, records, ("survey_asked",))):
        if isinstance(entry.payload, SurveyAsked) and entry.payload.channel == channel:
            question = get_question(session, scope, entry.id)
            if question.is_open(now):
                return question
    return None


def answer(session: Session, scope: Scope, asked: EntryId, score: int, comment: str, now: datetime) -> Entry:
    """Take the one answer to a survey; the same answer again is the same entry.

    Raises:
        NotFound: there is no such survey.
        Conflict: it was answered otherwise, or has ended.
        Rejected: the score is not on its scale, or the comment is too long.
    """
    timeline.hold(session, scope)
    question = get_question(session, scope, asked)
    said = question.asked
    least, most = SCALES[said.survey]
    if not least <= score <= most:
        raise Rejected(f"The answer is a number from {least} to {most}.", "Choose one of them.")
    payload = SurveyAnswered(
        said.survey, score, inbox.clean(comment, 0, MAX_COMMENT_CHARS), issue=said.issue, asked=asked
    )
    if question.answer is not None and question.answer != payload:
        raise Conflict("This survey was answered already.", "One answer counts.")
    if question.answer is None and not question.is_open(now):
        raise Conflict("This survey has ended.", "Write to us instead.")
    new = NewEntry(question.entry.customer, payload, now, question.entry.conversation, _key(asked))
    return timeline.append(session, scope, new, now)


def _key(asked: EntryId) -> str:
    return f"survey_answer:{asked}"
