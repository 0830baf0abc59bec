"""Sampling: of a sampled trigger's words a person looks at some; the rest waits for their yes, and a no stops it."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_
from sqlalchemy.orm import Session

from assistant.outreach.terms import BY_TRIGGER
from assistant.outreach.triggers import Plan, Trigger
from knowledge.customers.entries import Entry
from knowledge.customers.outreach_entries import OutreachApproved, OutreachProposed
from knowledge.customers.seldom import of_kinds
from knowledge.customers.tables import EntryRow, PayloadRow
from knowledge.customers.timeline import ENTRIES, read_row
from knowledge.ids import EntryId
from knowledge.json_values import value_in
from knowledge.scope import Scope

# A yes to a sample is good for so long; after that the next message is looked at anew.
GOOD_FOR = timedelta(days=30)
SAID = ("name", "when", "purpose", "subject", "text", "article")


@dataclass
class Sample:
    """How the sample of one trigger's words stands.

    `looking` waits to be looked at, `rest` waits for that; `stopped` waited when somebody said no. `author` said the
    latest word, `stopper` the latest no.
    """

    looking: dict[EntryId, Entry] = field(default_factory=dict)
    rest: dict[EntryId, Entry] = field(default_factory=dict)
    stopped: dict[EntryId, Entry] = field(default_factory=dict)
    said: bool | None = None
    author: str = ""
    stopper: str = ""

    @property
    def stands(self) -> bool:
        """Whether a message may wait for it: some of it waits for a look, or the latest word was a yes."""
        return bool(self.looking) or self.said is True

    @property
    def goes(self) -> bool:
        """Whether the rest may go: all of the sample was looked at, and the latest word was a yes."""
        return not self.looking and self.said is True

    def propose(self, entry: Entry, rest: bool) -> None:
        """Take a proposal in."""
        (self.rest if rest else self.looking)[entry.id] = entry

    def hear(self, said: OutreachApproved) -> None:
        """Take a word in: a no to one that was looked at stops all that waits by now, whatever is said later."""
        if self.looking.pop(said.proposal, None) is not None:
            self.said, self.author = said.approved, said.author
            if not said.approved:
                self.stopper, self.stopped, self.rest = said.author, self.stopped | self.rest, {}
        else:
            self.rest.pop(said.proposal, None)
            self.stopped.pop(said.proposal, None)

    def forget(self, before: datetime) -> None:
        """Leave out what is too old to be sent; what nobody looked at in time takes an earlier yes back."""
        fresh = {name: one for name, one in self.looking.items() if one.at >= before}
        self.said = self.said if len(fresh) == len(self.looking) else None
        self.looking = fresh
        self.rest = {name: one for name, one in self.rest.items() if one.at >= before}


def words_of(trigger: Trigger) -> str:
    """Return what a yes is said to: a digest of when a trigger goes off and what it says."""
    told = trigger.model_dump(mode="json", include=set(SAID))
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:16]


def read_samples(session: Session, scope: Scope, plan: Plan, now: datetime) -> dict[str, Sample]:
    """Return how the sample of each sampled trigger stands, for the words it has now."""
    sampled = {words_of(one): one for one in plan.triggers if one.approval == "sample"}
    samples = {one.name: Sample() for one in sampled.values()}
    of_proposal: dict[EntryId, Sample] = {}
    mine = value_in(session, PayloadRow.body, "sample").in_([json.dumps(words) for words in sampled])
    for entry in _told(session, scope, now, mine) if samples else ():
        said = entry.payload
        if isinstance(said, OutreachProposed) and said.sample in sampled:
            of_proposal[entry.id] = samples[sampled[said.sample].name]
            of_proposal[entry.id].propose(entry, said.rest)
        elif isinstance(said, OutreachApproved) and said.proposal in of_proposal:
            of_proposal[said.proposal].hear(said)
    for one in sampled.values():
        samples[one.name].forget(now - timedelta(hours=one.fresh_hours))
    return samples


def waiting(session: Session, scope: Scope, plan: Plan, now: datetime, limit: int = 100) -> list[Entry]:
    """Return the proposals that a person is to decide about, the oldest first.

    What waits for a sample is no such, nor what is too old by now to be sent.
    """
    fresh = {one.name: now - timedelta(hours=one.fresh_hours) for one in plan.triggers}
    found: dict[EntryId, Entry] = {}
    # Campaigns are large: what leaves without a look is not read at all.
    by_itself = [(name, True) for name in ("auto", "rest", "by_sample")] + [("author", BY_TRIGGER)]
    people = and_(*(value_in(session, PayloadRow.body, name) != json.dumps(said) for name, said in by_itself))
    for entry in _told(session, scope, now, people):
        said = entry.payload
        if isinstance(said, OutreachProposed):
            if not said.rest and entry.at >= fresh.get(said.trigger, entry.at):
                found[entry.id] = entry
        elif isinstance(said, OutreachApproved):
            found.pop(said.proposal, None)
    return list(found.values())[-limit:]


def _told(session: Session, scope: Scope, now: datetime, which: ColumnElement[bool]) -> Iterator[Entry]:
    decided = of_kinds(scope, "outreach_proposed", "outreach_approved")
    query = ENTRIES.where(decided, EntryRow.at > now - GOOD_FOR, which)
    for row in session.execute(query.order_by(EntryRow.seq).execution_options(yield_per=500)):
        yield read_row(row)
