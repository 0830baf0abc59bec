"""Erasure: a person is forgotten in every room at once; envelopes, hashes and a certificate stay."""

import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from knowledge.customers import access, holds, issue_rows, persons, record, remaining, suppression, timeline
from knowledge.customers.entries import Entry
from knowledge.customers.link_tables import LinkRow, LinkSuggestionRow, MemberRow
from knowledge.customers.privacy_entries import Erased, Ground
from knowledge.customers.privacy_tables import AccessRow
from knowledge.customers.tables import ConversationRow, CustomerRow, EntryRow, HandleRow, IssueRow, PayloadRow
from knowledge.customers.timeline import NewEntry
from knowledge.erasing import Eraser, Person, delete_rows
from knowledge.failures import NotFound
from knowledge.ids import ConversationId, CustomerId, IssueId
from knowledge.scope import Scope, within

FORMAT = "threadline-erasure/1"
KIND = "erased"


@dataclass(frozen=True)
class Wish:
    """Who is to be forgotten, on which ground, and who carries it out (a staff e-mail)."""

    customer: CustomerId
    author: str
    ground: Ground = "request"


def erase(session: Session, scope: Scope, wish: Wish, erasers: Sequence[Eraser], now: datetime) -> dict[str, Any]:
    """Forget a person in one transaction and return the certificate; whoever is forgotten already keeps theirs.

    Raises:
        NotFound: there is no such customer.
        Conflict: a legal hold stands, with its reason.
    """
    timeline.hold(session, scope)
    known = find_certificate(session, scope, wish.customer)
    if known is not None:
        return known
    person = Person(persons.records_of(session, scope, wish.customer))
    record.get_customer(session, scope, wish.customer)
    holds.refuse_held(session, scope, person.records)
    channels = _channels(session, scope, person.records)
    suppressed = suppression.add(session, scope, suppression.marks_of(session, scope, person.records), now)
    counts = {eraser.room: dict(eraser.erase(session, scope, person)) for eraser in erasers}
    erased = Erased(
        records=person.records,
        author=wish.author,
        ground=wish.ground,
        erased=counts,
        envelopes=_envelopes(session, scope, person.records),
        suppressed=suppressed,
        channels=channels,
    )
    for one in person.records:
        entry = timeline.append(session, scope, NewEntry(one, erased, now, dedupe_key=f"{KIND}:{one}"), now)
    return certificate(entry)


def find_certificate(session: Session, scope: Scope, customer: CustomerId) -> dict[str, Any] | None:
    """Return the certificate of a customer's erasure, `None` when they were not erased."""
    entry = timeline.find(session, scope, f"{KIND}:{customer}")
    return certificate(entry) if entry is not None else None


def get_certificate(session: Session, scope: Scope, customer: CustomerId) -> dict[str, Any]:
    """Return the certificate of a customer's erasure.

    Raises:
        NotFound: nobody of this id was erased.
    """
    found = find_certificate(session, scope, customer)
    if found is None:
        raise NotFound("Nobody of this id was erased.")
    return found


def certificate(entry: Entry) -> dict[str, Any]:
    """Return what an `Erased` entry certifies as plain JSON values; `digest` is over everything else in it."""
    said = entry.payload
    assert isinstance(said, Erased)
    told: dict[str, Any] = {
        "format": FORMAT,
        "records": list(said.records),
        "at": entry.at.isoformat(),
        "by": said.author,
        "ground": said.ground,
        "erased": said.erased,
        "kept": {"envelopes": said.envelopes, "suppression hashes": said.suppressed},
        "tell": list(said.channels),
    }
    return {**told, "digest": digest_of(told)}


def digest_of(told: dict[str, Any]) -> str:
    """Return the SHA-256 of a certificate without its `digest`: canonical JSON, keys sorted, no blanks."""
    rest = {key: value for key, value in told.items() if key != "digest"}
    return hashlib.sha256(json.dumps(rest, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def forget(session: Session, scope: Scope, person: Person) -> dict[str, int]:
    """Delete everything the customer record holds about a person, and make the projections follow.

    Nothing stays of the rows but the envelopes of entries and who looked at them; the conversations have lost their
    beginning with its payload, so their rows go as a fold says they must.
    """
    mine = list(person.records)
    payloads = drop_payloads(session, scope, _entries_of(scope, mine))
    linked = [or_(table.one.in_(mine), table.other.in_(mine)) for table in (LinkSuggestionRow, LinkRow)]
    counts = {
        "payloads": payloads.dropped,
        "conversations": payloads.conversations,
        "link suggestions": delete_rows(session, LinkSuggestionRow, linked[0]),
        "links": delete_rows(session, LinkRow, linked[1]),
        "memberships": delete_rows(session, MemberRow, MemberRow.customer.in_(mine)),
        "handles": delete_rows(session, HandleRow, HandleRow.customer.in_(mine)),
        "reasons of looks": access.forget_words(session, scope, mine),
    }
    for conversation in session.scalars(select(ConversationRow).where(ConversationRow.customer.in_(mine))):
        session.delete(conversation)  # one that never had a payload
    session.flush()
    issues = session.scalars(select(IssueRow.id).where(IssueRow.customer.in_(mine))).all()
    issue_rows.project(session, scope, {IssueId(one) for one in issues})  # what others told in it, if anything, stays
    return {**counts, "customers": delete_rows(session, CustomerRow, CustomerRow.id.in_(mine))}


ERASER = Eraser(
    room="knowledge.customers",
    tables=frozenset(
        table.__tablename__
        for table in (
            PayloadRow,
            EntryRow,
            ConversationRow,
            IssueRow,
            HandleRow,
            CustomerRow,
            LinkRow,
            MemberRow,
            LinkSuggestionRow,
            AccessRow,
        )
    ),
    erase=forget,
)


@dataclass(frozen=True)
class Dropped:
    """How many payloads are gone, and from how many conversations."""

    dropped: int
    conversations: int


def drop_payloads(session: Session, scope: Scope, entries: Any) -> Dropped:
    """Delete the payloads and salts of the entries that a query of ids selects; conversations follow their fold."""
    touched = session.scalars(
        select(EntryRow.conversation)
        .join(PayloadRow, PayloadRow.entry == EntryRow.id)
        .where(EntryRow.id.in_(entries), EntryRow.conversation.is_not(None))
        .distinct()
    ).all()
    dropped = delete_rows(session, PayloadRow, PayloadRow.entry.in_(entries))
    for conversation in touched:
        found = ConversationId(str(conversation))
        remaining.project_again(session, scope, found)
    return Dropped(dropped, len(touched))


def _entries_of(scope: Scope, records: Collection[CustomerId]) -> Any:
    return select(EntryRow.id).where(within(scope, EntryRow), EntryRow.customer.in_(records))


def _channels(session: Session, scope: Scope, records: Collection[CustomerId]) -> tuple[str, ...]:
    query = select(ConversationRow.channel).where(within(scope, ConversationRow), ConversationRow.customer.in_(records))
    return tuple(session.scalars(query.distinct().order_by(ConversationRow.channel)))


def _envelopes(session: Session, scope: Scope, records: Collection[CustomerId]) -> int:
    return session.scalar(select(func.count()).select_from(_entries_of(scope, records).subquery())) or 0
