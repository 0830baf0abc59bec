"""MTRAG-UN: passages of four domains and 168 conversations whose last question they answer."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from evals.datasets.collections import Collection, Document, Query, folder, read_lines, read_qrels, without_title
from evals.figures import digest


def read(data: Path) -> Collection:
    """Read the pooled passages and the queries that have a relevant one.

    Raises:
        NotFound: the data set or one of its files is not there.
    """
    root = folder(data, "mtrag")
    files = [root / name for name in ("passages.jsonl", "queries_un.jsonl", "qrels_un.tsv")]
    qrels = read_qrels(files[2])
    return Collection(
        name="mtrag",
        documents=tuple(_document(row) for row in read_lines(files[0])),
        queries=tuple(_query(row) for row in read_lines(files[1]) if row["query_id"] in qrels),
        qrels=qrels,
        digest=digest(files),
    )


def last_user_turns(conversation: Sequence[dict[str, Any]], turns: int = 2) -> str:
    """The customer's last turns, one a line: the query string that every system is given."""
    said = [turn["text"] for turn in conversation if turn["speaker"] == "user"]
    return "\n".join(said[-turns:])


def _document(row: dict[str, Any]) -> Document:
    return Document(row["passage_id"], row["title"] or "", without_title(row["title"] or "", row["text"]))


def _query(row: dict[str, Any]) -> Query:
    return Query(row["query_id"], last_user_turns(row["conversation"]), row["conversation_id"])
