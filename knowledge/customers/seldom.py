"""Entries of seldom kinds: an index of their own finds them, however long the history is."""

from sqlalchemy import ColumnElement, and_, literal_column

from knowledge.customers.tables import FREQUENT, SELDOM, EntryRow
from knowledge.scope import Scope, within


def of_kinds(scope: Scope, *kinds: str) -> ColumnElement[bool]:
    """Return the condition that an entry of the scope is of these kinds, in the words that the index knows.

    Raises:
        ValueError: one of them comes with every message or event, and is in no such index.
    """
    if frequent := sorted(FREQUENT.intersection(kinds)):
        raise ValueError(f"entries of {', '.join(frequent)} are not seldom")
    in_index: ColumnElement[bool] = literal_column(f"(entries.{SELDOM})")
    return and_(within(scope, EntryRow), EntryRow.kind.in_(kinds), in_index)
