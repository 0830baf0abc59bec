"""Export: everything we hold about one person, for that person; nobody else's data and nothing internal."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge.customers import access, attachments, consent, holds, persons, remaining
from knowledge.customers.attachments import Kept
from knowledge.customers.call_entries import CallHeld
from knowledge.customers.entries import Entry, SuggestionShown, as_json
from knowledge.customers.record import get_customer
from knowledge.customers.tables import ConversationRow, CustomerRow, HandleRow
from knowledge.ids import CustomerId
from knowledge.library import lessons
from knowledge.scope import Scope

FORMAT = "threadline-export/1"
# Fields that name a colleague: another person, whose address is not the customer's to have.
_COLLEAGUES = frozenset({"author", "owner"})
_OFFERED = frozenset({*_COLLEAGUES, "to"})
_COLLEAGUES_OF = {"conversation_offered": _OFFERED, "offer_answered": _OFFERED}
_NO_COLLEAGUE = frozenset({"bot", "customer", "import", ""})


def export_person(session: Session, scope: Scope, customer: CustomerId, now: datetime) -> dict[str, Any]:
    """Return everything about a person as plain JSON values: what they gave us and what we observed.

    All records of the person are in it. Colleagues appear as "a colleague"; of the passages behind a suggestion only
    public ones are told, the others as a number. Notes colleagues wrote about the person are the person's data.

    Raises:
        NotFound: there is no such customer.
    """
    get_customer(session, scope, customer)
    records = persons.records_of(session, scope, customer)
    entries = remaining.of_kinds(session, scope, records)
    return {
        "format": FORMAT,
        "exported_at": now.isoformat(),
        "records": [_record(session, one) for one in records],
        "conversations": _conversations(session, records),
        "files": [_file(kept) for kept in attachments.of_customers(session, scope, records)],
        "consents": [_plain(asdict(one)) for one in consent.consents_of(session, scope, records).standings],
        "legal_hold": holds.hold_on(session, scope, records) is not None,
        "entries": [_entry(entry) for entry in entries],
        "waiting_to_be_learnt_from": lessons.told_of(session, scope, records),
        "looked_at_by_us": [
            {"at": look.at.isoformat() if look.at else "", "what": look.what}
            for look in access.looks_at(session, scope, records)
        ],
    }


def _record(session: Session, record: CustomerId) -> dict[str, Any]:
    row = session.get_one(CustomerRow, record)
    handles = session.scalars(select(HandleRow).where(HandleRow.customer == record).order_by(HandleRow.id))
    return {
        "id": row.id,
        "outside_id": row.external_key,
        "name": row.name,
        "language": row.language,
        "timezone": row.timezone,
        "preferences": row.preferences,
        "attributes": row.attributes,
        "handles": [{"kind": one.kind, "value": one.value, "verified": one.verified} for one in handles],
        "known_since": row.created_at.isoformat(),
    }


def _conversations(session: Session, records: Sequence[CustomerId]) -> list[dict[str, Any]]:
    rows = session.scalars(
        select(ConversationRow).where(ConversationRow.customer.in_(records)).order_by(ConversationRow.opened_at)
    )
    return [
        {
            "id": one.id,
            "channel": one.channel,
            "address": one.address_value,
            "subject": one.subject,
            "public": one.public,
            "status": one.status,
            "opened_at": one.opened_at.isoformat(),
            "last_at": one.last_at.isoformat(),
            "messages": one.messages,
        }
        for one in rows
    ]


def _file(kept: Kept) -> dict[str, Any]:
    told = kept.attachment
    content = b64encode(kept.content).decode()
    return {"name": told.name, "type": told.media_type, "size": told.size, "sha256": told.digest, "base64": content}


def _entry(entry: Entry) -> dict[str, Any]:
    if isinstance(entry.payload, SuggestionShown):
        entry = replace(entry, payload=_without_internal(entry.payload))
    if isinstance(entry.payload, CallHeld):
        named = tuple((label, str(_colleague(who))) for label, who in entry.payload.speakers)
        entry = replace(entry, payload=replace(entry.payload, speakers=named))
    told, naming = as_json(entry), _COLLEAGUES_OF.get(entry.kind, _COLLEAGUES)
    return {**told, "payload": _plain(told["payload"], naming) if told["payload"] else None}


def _without_internal(shown: SuggestionShown) -> SuggestionShown:
    public = tuple(passage for passage in shown.passages if passage.visibility == "public")
    return replace(shown, passages=public)


def _plain(value: Any, naming: frozenset[str] = _COLLEAGUES) -> Any:
    """Return JSON values in which no colleague is named; `naming` are the fields that name one."""
    if isinstance(value, Mapping):
        return {key: _colleague(inner) if key in naming else _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value.isoformat() if isinstance(value, datetime) else value


def _colleague(named: Any) -> Any:
    return named if named is None or named in _NO_COLLEAGUE else "a colleague"
