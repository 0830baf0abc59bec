"""What can happen to facts and to the package that passes them on: corrected, opened."""

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
class PackageOpened:
    """A colleague opened the handoff package; `seen` is the number of the last entry it told of."""

    author: str
    seen: int
    facts: int
    words: int
    kind: Literal["package_opened"] = "package_opened"
