"""Lookup: many customers, conversations, handles or first words found with one query each."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from knowledge.customers.conversations import STATES, Conversation, state_of
from knowledge.customers.entries import Handle, MessageReceived, load
from knowledge.customers.tables import ConversationRow, CustomerRow, EntryRow, HandleRow, PayloadRow
from knowledge.ids import ConversationId, CustomerId
from knowledge.prepared import Prepared, among
from knowledge.scope import Scope, within

_SCOPE: dict[str, Any] = {"team": bindparam("team"), "brand": bindparam("brand")}
_CUSTOMERS = Prepared(
    select(CustomerRow.external_key, CustomerRow.id).filter_by(**_SCOPE).where(among(CustomerRow.external_key, "keys"))
)
_CONVERSATIONS = Prepared(STATES.filter_by(**_SCOPE).where(among(ConversationRow.external_key, "keys")))
_PROVEN = Prepared(
    select(HandleRow.customer, HandleRow.kind, HandleRow.value).where(
        among(HandleRow.customer, "customers"), HandleRow.verified
    )
)


def customers_by_key(session: Session, scope: Scope, keys: Collection[str]) -> dict[str, CustomerId]:
    """Return the records that a source knows under these ids; unknown ids are left out."""
    return dict(_CUSTOMERS.all(session, {"team": scope.team, "brand": scope.brand, "keys": list(keys)}))


def conversations_by_key(session: Session, scope: Scope, keys: Collection[str]) -> dict[str, Conversation]:
    """Return the conversations that a channel or source knows under these keys; unknown keys are left out."""
    rows = _CONVERSATIONS.all(session, {"team": scope.team, "brand": scope.brand, "keys": list(keys)})
    return {state.external_key: state for state in map(state_of, rows)}


def proven_handles(session: Session, customers: Collection[CustomerId]) -> set[tuple[CustomerId, Handle]]:
    """Return which handles these records hold as proven."""
    rows = _PROVEN.all(session, {"customers": list(customers)})
    return {(customer, Handle(kind, value)) for customer, kind, value in rows}


def first_words(session: Session, conversations: Collection[ConversationId]) -> dict[ConversationId, str]:
    """Return what the customer said first in each conversation; those without a message of theirs are left out."""
    place = func.row_number().over(partition_by=EntryRow.conversation, order_by=(EntryRow.at, EntryRow.seq))
    heard = select(EntryRow.id, EntryRow.conversation, place.label("place")).where(
        EntryRow.conversation.in_(list(conversations)), EntryRow.kind == "message_received"
    )
    first = heard.subquery()
    rows = session.execute(
        select(first.c.conversation, PayloadRow.body)
        .join(PayloadRow, PayloadRow.entry == first.c.id)
        .where(first.c.place == 1)
    )
    said = {ConversationId(conversation): load(body) for conversation, body in rows}
    return {key: " ".join(one.text.split()) for key, one in said.items() if isinstance(one, MessageReceived)}


def heard_of_since(session: Session, scope: Scope, records: Collection[CustomerId]) -> datetime | None:
    """Return when the first thing happened that is stored of these records, `None` where nothing is."""
    mine = within(scope, EntryRow), EntryRow.customer.in_(list(records))
    return session.scalar(select(func.min(EntryRow.at)).where(*mine))
