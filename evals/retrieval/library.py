"""A library to measure on: a collection ingested into a folder of its own, with the search over it."""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from time import perf_counter
from typing import Any

from sqlalchemy import select

from evals.datasets.collections import Document
from evals.ranking import best_of_each
from evals.vectors import KeptVectors
from knowledge.customers.entries import Visibility
from knowledge.database import Database, open_database
from knowledge.ids import ArticleId
from knowledge.library.ingest import IngestPlan, ingest
from knowledge.library.report import IngestReport
from knowledge.library.tables import ArticleRow
from knowledge.library.visibility import VisibilityRules
from knowledge.scope import Scope
from knowledge.settings import Settings
from retrieval.embedding import Embedder, open_embedder
from retrieval.passages import Hit
from retrieval.search import Search, open_search

SOURCE = "collection"


@dataclass(frozen=True)
class Library:
    """An ingested collection. `keys` maps article id → document id; `seconds` is what ingest took."""

    settings: Settings
    database: Database
    scope: Scope
    search: Search
    keys: Mapping[ArticleId, str]
    report: IngestReport
    seconds: float

    def documents(self, hits: Iterable[Hit]) -> list[str]:
        """The documents of the hits, each where its best passage stands."""
        return best_of_each([self.keys[hit.passage.article] for hit in hits])


@dataclass(frozen=True)
class Making:
    """How to make a library: `states` gives each document's own visibility, if any, by its id.

    With `kept` vectors come from earlier runs where they can: for measuring quality, never for measuring time.
    """

    embedder: str = "minilm"
    passage_chars: int = 1_200
    default: Visibility | None = "public"
    states: Mapping[str, Visibility] | None = None
    kept: bool = False


def private_settings(folder: Path, **more: Any) -> Settings:
    """Settings whose data lies in `folder` alone, whatever the environment names; `more` may name another drafter."""
    fixed: dict[str, Any] = {
        "data_dir": folder,
        "database_url": f"sqlite:///{folder / 'threadline.db'}",
        "chroma_url": "",
    }
    return Settings(_env_file=None, **({"drafter": "extractive"} | more | fixed))


def write_articles(path: Path, documents: Iterable[Document], states: Mapping[str, Visibility]) -> None:
    """Write the documents as a JSONL file that ingest reads."""
    with path.open("w", encoding="utf-8") as file:
        for document in documents:
            row = {"id": document.id, "title": document.title, "text": document.text}
            stated = {"visibility": states[document.id]} if document.id in states else {}
            file.write(json.dumps(row | stated) + "\n")


@contextmanager
def open_library(
    folder: Path, documents: Iterable[Document], making: Making, now: datetime, embedder: Embedder | None = None
) -> Iterator[Library]:
    """Ingest the documents into `folder` and open the search over them; `embedder` stands in for the making's own.

    Raises:
        Unavailable: the embedder cannot be used.
    """
    folder.mkdir(parents=True, exist_ok=True)
    settings = private_settings(folder, embedder=making.embedder, passage_chars=making.passage_chars)
    write_articles(folder / "articles.jsonl", documents, making.states or {})
    embedder = embedder or open_embedder(settings)
    embedder = KeptVectors(embedder) if making.kept else embedder
    database, scope = open_database(settings.database), Scope()
    embedder.embed(["ready"])  # loading the model is no part of ingesting
    try:
        started = perf_counter()
        report = add_articles(database, scope, folder / "articles.jsonl", making, now, embedder)
        seconds = perf_counter() - started
        search = open_search(settings, database, scope, embedder)
        try:
            yield Library(settings, database, scope, search, keys(database), report, seconds)
        finally:
            search.close()
    finally:
        database.close()


def add_articles(
    database: Database, scope: Scope, path: Path, making: Making, now: datetime, embedder: Embedder
) -> IngestReport:
    """Ingest one JSONL file as the making says."""
    plan = IngestPlan(
        now=now,
        rules=VisibilityRules(default=making.default),
        source=SOURCE,
        passage_chars=making.passage_chars,
    )
    return ingest(database, scope, [path], plan, embedder)


def keys(database: Database) -> dict[ArticleId, str]:
    """Every article's id with the document it was made of."""
    with database.read() as session:
        return {ArticleId(row.id): row.key for row in session.execute(select(ArticleRow.id, ArticleRow.key))}
