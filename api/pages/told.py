"""What a customer already told us, as the console lists it: each fact with the message it came from."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from knowledge.customers import timeline
from knowledge.customers.facts.fact import Fact
from knowledge.customers.facts.reading import MOST_ENTRIES, fold
from knowledge.ids import CustomerId
from knowledge.scope import Scope

SHOWN = 60
NAMES = {
    "reference": "number",
    "answer": "answer",
    "symptom": "problem",
    "stated": "said",
    "promise": "promised",
    "count": "how many",
    "agreed": "agreed to",
    "request": "wants",
}


@dataclass(frozen=True)
class Told:
    """One fact ready to show: `name` says what it is, `seq` numbers the entry that says it (0: not on this page)."""

    fact: Fact
    name: str
    seq: int


def read_told(session: Session, scope: Scope, customer: CustomerId) -> list[Told]:
    """Return the facts that hold and that a person gave or was promised, the latest first."""
    entries = timeline.page(session, scope, customer=customer, limit=MOST_ENTRIES)
    numbers: dict[str, int] = {entry.id: entry.seq for entry in entries}
    facts = [fact for fact in fold(entries) if _is_shown(fact)]
    return [Told(fact, name_of(fact), numbers.get(fact.source, 0)) for fact in reversed(facts)][:SHOWN]


def name_of(fact: Fact) -> str:
    """Return in a word or two what a fact is."""
    if fact.status == "done":
        return "done"
    return fact.label or NAMES.get(fact.type, fact.type)


def _is_shown(fact: Fact) -> bool:
    if fact.status == "withdrawn" or fact.internal:
        return False
    return fact.owner == "customer" or fact.type == "promise" or fact.status == "done" or bool(fact.corrected_by)
