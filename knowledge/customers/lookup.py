"""Lookup: many customers, conversations or handles found with one query each."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from knowledge.customers.conversations import STATES, Conversation, state_of
from knowledge.customers.entries import Handle
from knowledge.customers.tables import ConversationRow, CustomerRow, HandleRow
from knowledge.ids import CustomerId
from knowledge.prepared import Prepared, among
from knowledge.scope import Scope

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
