"""A collection: documents, queries and which document answers which query."""

import csv
import gzip
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.figures import digest
from knowledge.failures import NotFound, Rejected


@dataclass(frozen=True)
class Document:
    """A text with a name. `text` does not repeat the title."""

    id: str
    title: str
    text: str


@dataclass(frozen=True)
class Query:
    """What is searched for; `group` names what it is not independent of (its conversation).

    `said` are the turns of both sides, oldest first, where the data set has a dialogue.
    """

    id: str
    text: str
    group: str
    said: tuple[str, ...] = ()


@dataclass(frozen=True)
class Collection:
    """Documents and queries; `qrels` maps query id → document id → relevance. `digest` names the data."""

    name: str
    documents: tuple[Document, ...]
    queries: tuple[Query, ...]
    qrels: Mapping[str, Mapping[str, int]]
    digest: str


@dataclass(frozen=True)
class Files:
    """Three files of one data set: documents with `doc_id`, queries (where their id and text stand), relevance."""

    documents: str
    queries: str
    id: str
    text: str
    relevance: str = "qrels.tsv"


def read_files(data: Path, name: str, files: Files) -> Collection:
    """Read documents and single questions.

    Raises:
        NotFound: the data set or one of its files is not there.
        Rejected: a line is no JSON object.
    """
    root = folder(data, name)
    paths = [root / one for one in (files.documents, files.queries, files.relevance)]
    asked = [(row[files.id], row[files.text]) for row in read_lines(paths[1])]
    return Collection(
        name=name,
        documents=tuple(Document(row["doc_id"], row["title"], row["text"]) for row in read_lines(paths[0])),
        queries=tuple(Query(key, text, key) for key, text in asked),
        qrels=read_qrels(paths[2]),
        digest=digest(paths),
    )


def folder(data: Path, name: str) -> Path:
    """The folder of one data set.

    Raises:
        NotFound: it is not there.
    """
    path = data / name
    if not path.is_dir():
        raise NotFound(f"No data set {name} in {data}.", "Say with --data where the public data lies.")
    return path


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a JSON-lines file, also a gzipped one.

    Raises:
        NotFound: the file is not there.
        Rejected: a line is no JSON object.
    """
    if not path.is_file():
        raise NotFound(f"{path} is not there.", "Fetch the data set again.")
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8") as file:
        for number, line in enumerate(file, start=1):
            try:
                row = json.loads(line)
            except json.JSONDecodeError as error:
                raise Rejected(f"{path}, line {number}: no JSON.") from error
            if not isinstance(row, dict):
                raise Rejected(f"{path}, line {number}: no object.")
            yield row


def read_qrels(path: Path) -> dict[str, dict[str, int]]:
    """Relevance by query and document from a tab-separated file: a heading, then query, document, score.

    Raises:
        NotFound: the file is not there.
    """
    if not path.is_file():
        raise NotFound(f"{path} is not there.", "Fetch the data set again.")
    qrels: dict[str, dict[str, int]] = {}
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file, delimiter="\t")
        next(rows)
        for query, document, score in rows:
            qrels.setdefault(query, {})[document] = int(score)
    return qrels


def without_title(title: str, text: str) -> str:
    """The text without a first line that only repeats the title."""
    first, _, rest = text.partition("\n")
    return rest.lstrip("\n") if title and rest and first.strip() == title.strip() else text
