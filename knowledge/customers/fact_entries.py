"""What can happen to facts and to the package that passes them on: read by a model, corrected, opened, worded."""

from dataclasses import dataclass
from typing import Literal

from knowledge.ids import EntryId


@dataclass(frozen=True)
class FactCorrected:
    """A colleague put a fact right: the fact of this `type` and normal `value` reads `to` (empty: it is no fact).

    `source` is the message the fact came from.
    """

    type: str
    value: str
    to: str
    author: str
    source: EntryId
    kind: Literal["fact_corrected"] = "fact_corrected"


@dataclass(frozen=True)
class FactQuoted:
    """A fact of this `type`, in the words of the message."""

    type: str
    text: str


@dataclass(frozen=True)
class FactsRead:
    """A model read facts in a customer's message that code does not find there; each is quoted word for word."""

    message: EntryId
    facts: tuple[FactQuoted, ...]
    model: str
    method: str
    kind: Literal["facts_read"] = "facts_read"


@dataclass(frozen=True)
class PackageOpened:
    """A colleague opened the handoff package; `seen` is the number of the last entry it told of."""

    author: str
    seen: int
    facts: int
    words: int
    kind: Literal["package_opened"] = "package_opened"


@dataclass(frozen=True)
class PackageWorded:
    """A model put a conversation in words for the next person, up to the entry numbered `seen`.

    `sentences` are those that the transcript bears out, `dropped` counts the others.
    """

    seen: int
    sentences: tuple[str, ...]
    dropped: int
    model: str
    author: str = "threadline"
    kind: Literal["package_worded"] = "package_worded"
