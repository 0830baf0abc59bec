"""Presidio's synthetic sentences: short texts with the stretches of personal data in them."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.datasets.collections import folder, read_lines
from evals.figures import digest
from knowledge.failures import Rejected


@dataclass(frozen=True)
class Span:
    """`text[start:end]` is personal data of this type."""

    type: str
    start: int
    end: int


@dataclass(frozen=True)
class Sentence:
    """A text and its spans; `template` names the pattern it was made from."""

    text: str
    spans: tuple[Span, ...]
    template: str


@dataclass(frozen=True)
class Sentences:
    """All of them, and the digest of the file."""

    rows: tuple[Sentence, ...]
    digest: str


def read(data: Path) -> Sentences:
    """Read the sentences.

    Raises:
        NotFound: the data set or its file is not there.
        Rejected: a row has another form.
    """
    path = folder(data, "pii_presidio") / "pii.jsonl"
    return Sentences(tuple(_sentence(row) for row in read_lines(path)), digest([path]))


def _sentence(row: Mapping[str, Any]) -> Sentence:
    try:
        spans = tuple(Span(str(one["type"]), int(one["start"]), int(one["end"])) for one in row["spans"])
        return Sentence(str(row["text"]), spans, str(row["template_id"]))
    except (KeyError, TypeError, ValueError) as error:
        raise Rejected(f"pii_presidio: a row has another form ({error}).") from error
