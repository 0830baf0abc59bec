"""Facts of a person: folded from their entries whenever they are asked for, with what colleagues corrected."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from knowledge.customers import timeline
from knowledge.customers.entries import Entry
from knowledge.customers.fact_entries import FactCorrected
from knowledge.customers.facts.fact import Fact
from knowledge.customers.facts.fold import facts_of
from knowledge.customers.facts.quoted import facts_read
from knowledge.customers.facts.said import Said, said_of
from knowledge.customers.persons import Whose
from knowledge.failures import NotFound, Rejected
from knowledge.ids import ConversationId, CustomerId, EntryId
from knowledge.scope import Scope

# The newest entries that facts are read from; older ones are history, found by search.
MOST_ENTRIES = 1_000
MOST_CHARS = 300


def read_facts(
    session: Session, scope: Scope, *, customer: Whose | None = None, conversation: ConversationId | None = None
) -> tuple[Fact, ...]:
    """Return the facts of a customer, or of one conversation, in the order they were first said."""
    return fold(timeline.page(session, scope, customer=customer, conversation=conversation, limit=MOST_ENTRIES))


def fold(entries: Sequence[Entry]) -> tuple[Fact, ...]:
    """Return the facts of these entries: each conversation is read on its own; a model's come after code's."""
    threads: dict[ConversationId | None, list[Said]] = {}
    for one in said_of(entries):
        threads.setdefault(one.conversation, []).append(one)
    found = [fact for thread in threads.values() for fact in facts_of(thread)]
    found += facts_read(entries, found)
    payloads = [entry.payload for entry in entries]
    corrected = correct(found, [one for one in payloads if isinstance(one, FactCorrected)])
    return tuple(sorted(corrected, key=lambda fact: fact.at))


def correct(facts: Iterable[Fact], corrections: Sequence[FactCorrected]) -> list[Fact]:
    """Return the facts as colleagues put them right; of several corrections of one fact the last holds."""
    last = {(one.type, one.value): one for one in corrections}
    found: list[Fact] = []
    for fact in facts:
        change = last.get((fact.type, fact.value))
        if change is None:
            found.append(fact)
        elif change.to:
            found.append(replace(fact, text=change.to, corrected_by=change.author, now="", status="current"))
    return found


@dataclass(frozen=True)
class Correction:
    """Which fact of a customer (its type and normal value) reads how from now on; `to` empty: it is no fact."""

    customer: CustomerId
    type: str
    value: str
    to: str
    author: str


def correct_fact(session: Session, scope: Scope, given: Correction, now: datetime) -> Entry:
    """Store a correction; the messages stay as they are.

    Raises:
        NotFound: the customer has no such fact.
        Rejected: the new words are longer than a fact can be, or the fact reads so already.
    """
    timeline.hold(session, scope)
    to = " ".join(given.to.split())
    if len(to) > MOST_CHARS:
        raise Rejected(f"A fact has at most {MOST_CHARS} characters.", "Shorten it, or write a note.")
    facts = read_facts(session, scope, customer=given.customer)
    fact = next((one for one in facts if (one.type, one.value) == (given.type, given.value)), None)
    if fact is None:
        raise NotFound("This customer has no such fact.", "Read the facts again: they may have changed.")
    if to == fact.text:
        raise Rejected("The fact reads so already.", "Nothing needs to be changed.")
    source = timeline.get_entry(session, scope, EntryId(fact.source))
    payload = FactCorrected(given.type, given.value, to, given.author, source.id)
    new = timeline.NewEntry(source.customer, payload, now, source.conversation)
    return timeline.append(session, scope, new, now)
