"""Presidio's made sentences with the personal data in them, and which template each came from."""

from dataclasses import dataclass
from pathlib import Path

from evals.datasets.collections import folder
from evals.datasets.rows import Row, read_rows
from evals.figures import digest
from knowledge.failures import Rejected


class _Span(Row):
    type: str
    value: str
    start: int
    end: int


class _Sentence(Row):
    text: str
    spans: tuple[_Span, ...] = ()
    template_id: int = -1


@dataclass(frozen=True)
class Span:
    """Personal data in a text: what kind, and from where to where."""

    kind: str
    start: int
    end: int


@dataclass(frozen=True)
class Sentence:
    """A text with the personal data in it; `template` names what it is not independent of."""

    text: str
    spans: tuple[Span, ...]
    template: str


@dataclass(frozen=True)
class Sentences:
    """All sentences, and the digest of the file."""

    rows: tuple[Sentence, ...]
    digest: str


def read(data: Path) -> Sentences:
    """Read the sentences.

    Raises:
        NotFound: the data set or its file is not there.
        Rejected: a row is none, or a span does not hold the value it names.
    """
    path = folder(data, "pii_presidio") / "pii.jsonl"
    rows = []
    for number, row in enumerate(read_rows(path, _Sentence), start=1):
        for span in row.spans:
            if row.text[span.start : span.end] != span.value:
                raise Rejected(f"{path}, line {number}: {span.type} does not stand where it is said to.")
        spans = tuple(Span(span.type, span.start, span.end) for span in row.spans)
        rows.append(Sentence(row.text, spans, str(row.template_id)))
    return Sentences(tuple(rows), digest([path]))
