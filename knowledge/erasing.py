"""The contract of forgetting: whoever stores something about people brings an eraser for it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

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
