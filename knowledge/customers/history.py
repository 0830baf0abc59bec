"""History: what was said and done with one person, each thing as the words it can be found by."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge.customers import persons, timeline
from knowledge.customers.entries import Entry
from knowledge.customers.tables import EntryRow
from knowledge.ids import CustomerId
from knowledge.scope import Scope, within

# The newest things of a person that are read; of somebody with more the oldest are not searched, and that is said.
MOST = 5_000


@dataclass(frozen=True)
class Told:
    """An entry and its words, never empty."""

    entry: Entry
    text: str


@dataclass(frozen=True)
class History:
    """What can be searched of a person, the newest first; `complete`: nothing older was left out."""

    told: tuple[Told, ...]
    complete: bool


def read_history(session: Session, scope: Scope, customer: CustomerId, most: int = MOST) -> History:
    """Return what was said and done with the person a record belongs to, over all their records and channels."""
    records = persons.records_of(session, scope, customer)
    newest = (
        select(EntryRow.id)
        .where(within(scope, EntryRow), EntryRow.customer.in_(records), EntryRow.kind.in_(list(_WORDS)))
        .order_by(EntryRow.at.desc(), EntryRow.seq.desc())
        .limit(most + 1)
    )
    query = timeline.ENTRIES.where(EntryRow.id.in_(newest)).order_by(EntryRow.at.desc(), EntryRow.seq.desc())
    entries = [timeline.read_row(row) for row in session.execute(query)]
    told = (Told(entry, words_of(entry)) for entry in entries[:most])
    return History(tuple(one for one in told if one.text), len(entries) <= most)


def words_of(entry: Entry) -> str:
    """Return the words an entry can be found by; empty for what says nothing, or was forgotten."""
    words = _WORDS.get(entry.kind)
    if words is None or entry.payload is None:
        return ""
    return " ".join(" ".join(str(part) for part in words(entry.payload) if part).split())


_WORDS: Mapping[str, Callable[[Any], tuple[object, ...]]] = {
    "conversation_opened": lambda said: (said.subject,),
    "message_received": lambda said: (said.subject, said.text, *(file.name for file in said.attachments)),
    "message_sent": lambda said: (said.text, *(file.name for file in said.attachments)),
    "note_added": lambda said: (said.text,),
    "order_recorded": lambda said: (
        said.order,
        said.status,
        *(part for item in said.items for part in (item.name, item.sku)),
        said.carrier,
        said.tracking,
    ),
    "account_recorded": lambda said: (said.account, said.plan, said.status),
    "survey_answered": lambda said: (said.comment,),
    "page_viewed": lambda said: (said.title, said.url),
    "product_event": lambda said: (said.name, *(value for value in said.properties.values() if value is not None)),
}
