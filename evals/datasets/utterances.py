"""Utterances with what they want: NatCS' insurance calls (one intent each) and NLU++ (several, with slots)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import Field

from evals.datasets.collections import folder
from evals.datasets.rows import Row, read_rows
from evals.figures import digest


class _NatCs(Row):
    utterance: str
    utterance_id: str
    intent: str


class _Nlu(Row):
    domain: str
    fold: int
    text: str
    intents: tuple[str, ...] = ()
    slots: dict[str, dict[str, Any]] = Field(default_factory=dict)


@dataclass(frozen=True)
class Utterance:
    """What somebody said and wants; `slots` name → the words it was said with; `fold` keeps like ones together."""

    id: str
    text: str
    intents: frozenset[str]
    domain: str
    fold: str = ""
    slots: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Utterances:
    """All utterances of one data set, and the digest of its files."""

    name: str
    rows: tuple[Utterance, ...]
    digest: str


def read_natcs(data: Path) -> Utterances:
    """Read NatCS' utterances, every domain that is there.

    Raises:
        NotFound: the data set is not there.
        Rejected: a row is none.
    """
    files = sorted(folder(data, "natcs_intents").glob("*.jsonl"))
    rows = tuple(
        Utterance(row.utterance_id, row.utterance, frozenset({row.intent}), path.stem)
        for path in files
        for row in read_rows(path, _NatCs)
    )
    return Utterances("natcs_intents", rows, digest(files))


def read_nlupp(data: Path) -> Utterances:
    """Read NLU++'s utterances; the folds are the data's own.

    Raises:
        NotFound: the data set or its file is not there.
        Rejected: a row is none.
    """
    path = folder(data, "nlupp") / "utterances.jsonl"
    rows = tuple(
        Utterance(
            id=f"nlupp-{number}",
            text=row.text,
            intents=frozenset(row.intents),
            domain=row.domain,
            fold=str(row.fold),
            slots={name: str(slot.get("text", "")) for name, slot in row.slots.items()},
        )
        for number, row in enumerate(read_rows(path, _Nlu))
    )
    return Utterances("nlupp", rows, digest([path]))
