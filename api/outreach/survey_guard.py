"""Surveys before the guard of outreach: what it looks at, for a question that we would ask first."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from assistant.outreach.facts import Content, Facts, Policy
from assistant.outreach.guard import Verdict, judge
from knowledge.customers import consent, holds, identity, issues, persons, record, remaining, suppression
from knowledge.customers.conversations import Conversation
from knowledge.customers.entries import Entry
from knowledge.customers.suppression import Mark
from knowledge.customers.surveys import PURPOSE
from knowledge.ids import EntryId
from knowledge.scope import Scope
from knowledge.settings import Settings

POLICY = Policy()


@dataclass(frozen=True)
class Question:
    """A survey that would be asked: where, in how many characters; `leaving` is its mail once that is in the outbox."""

    where: Conversation
    chars: int
    leaving: EntryId | None = None


def ask_guard(session: Session, scope: Scope, settings: Settings, question: Question, now: datetime) -> Verdict:
    """Return what the guard says about asking in this conversation now.

    It is the conversation in which the customer wrote themselves, so there is no doubt who they are. Where their time
    zone is not known it is the company's: they wrote to us at its hours.
    """
    where = question.where
    records = persons.records_of(session, scope, where.customer)
    known = issues.list_issues(session, scope, issues.Wanted(customer=records, status="open"), limit=1)
    before = remaining.of_kinds(session, scope, records, ("survey_asked", "outreach_sent"))
    zone = record.get_customer(session, scope, where.customer).timezone or settings.time_zone
    facts = Facts(
        at=now,
        purpose=PURPOSE,
        channel=where.channel,
        certainty=1.0,
        erased=False,
        suppressed=suppression.load(session, scope).since(Mark(where.address.kind, where.address.value)) is not None,
        held=holds.hold_on(session, scope, records) is not None,
        consents=consent.consents_of(session, scope, records),
        verified=identity.find(session, scope, where.address) in records,
        stops=("open_issue",) if known else (),
        zones=(zone,),
        last_inbound=where.last_received_at,
        attempts=tuple(one.at for one in before if not _is_leaving(one, question)),
        # Our own fixed words; they say how to stop.
        content=Content(question.chars, cited=True, footer=True),
        held_out=False,
    )
    return judge(facts, POLICY)


def _is_leaving(entry: Entry, question: Question) -> bool:
    return question.leaving is not None and getattr(entry.payload, "message", None) == question.leaving
