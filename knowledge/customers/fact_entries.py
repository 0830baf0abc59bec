"""What can happen to facts and to the package that passes them on: corrected, found by a model, opened."""

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
class ModelFact:
    """A fact a model read from a message: `text` stands in the message word for word, which was checked."""

    type: str
    label: str
    text: str


@dataclass(frozen=True)
class FactsFound:
    """What a configured model read from one message besides what code finds; `refused` counts what it made up."""

    source: EntryId
    facts: tuple[ModelFact, ...]
    model: str
    refused: int = 0
    kind: Literal["facts_found"] = "facts_found"


@dataclass(frozen=True)
class PackageOpened:
    """A colleague opened the handoff package; `seen` is the number of the last entry it told of."""

    author: str
    seen: int
    facts: int
    words: int
    kind: Literal["package_opened"] = "package_opened"
