"""Lookup: many customers, conversations or handles found with one query each."""

from collections.abc import Collection
from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge.customers.conversations import STATES, Conversation, state_of
from knowledge.customers.entries import Handle
from knowledge.customers.tables import ConversationRow, CustomerRow, HandleRow
from knowledge.ids import CustomerId
from knowledge.scope import Scope, within


def customers_by_key(session: Session, scope: Scope, keys: Collection[str]) -> dict[str, CustomerId]:
    """Return the records that a source knows under these ids; unknown ids are left out."""
    found = session.execute(
        select(CustomerRow.external_key, CustomerRow.id).where(
            within(scope, CustomerRow), CustomerRow.external_key.in_(keys)
        )
    )
    return {str(key): cast(CustomerId, customer) for key, customer in found}


def conversations_by_key(session: Session, scope: Scope, keys: Collection[str]) -> dict[str, Conversation]:
    """Return the conversations that a channel or source knows under these keys; unknown keys are left out."""
    query = STATES.where(within(scope, ConversationRow), ConversationRow.external_key.in_(keys))
    return {state.external_key: state for state in map(state_of, session.execute(query))}


def proven_handles(session: Session, customers: Collection[CustomerId]) -> set[tuple[CustomerId, Handle]]:
    """Return which handles these records hold as proven."""
    found = session.execute(
        select(HandleRow.customer, HandleRow.kind, HandleRow.value).where(
            HandleRow.customer.in_(customers), HandleRow.verified
        )
    )
    return {(cast(CustomerId, customer), Handle(kind, value)) for customer, kind, value in found}
