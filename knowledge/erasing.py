"""The contract of forgetting: whoever stores something about people brings an eraser for it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import CursorResult, delete
from sqlalchemy.orm import Session

from knowledge.database import Base
from knowledge.ids import CustomerId
from knowledge.scope import Scope


@dataclass(frozen=True)
class Person:
    """Who is to be forgotten: every record that stands for them."""

    records: tuple[CustomerId, ...]


@dataclass(frozen=True)
class Eraser:
    """What a room does to forget a person.

    `tables` are those that hold personal data and that `erase` answers for. `erase` deletes within the transaction it
    is given and returns how many things of each name it deleted.
    """

    room: str
    tables: frozenset[str]
    erase: Callable[[Session, Scope, Person], Mapping[str, int]]


def delete_rows(session: Session, table: type[Base], which: Any) -> int:
    """Delete the rows of a table for which a condition holds, and return how many they were."""
    done: CursorResult[Any] = session.execute(delete(table).where(which))  # type: ignore[assignment]
    return done.rowcount
