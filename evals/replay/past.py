"""The library as it was known at a time: articles that came or changed later are not there."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import cast

from sqlalchemy import select

from evals.datasets.collections import Document
from evals.retrieval.known import KnownArticles
from evals.retrieval.library import Making, open_library
from knowledge.customers.entries import Visibility
from knowledge.database import Database
from knowledge.ids import ArticleId
from knowledge.library.tables import ArticleRow
from knowledge.scope import Scope, within
from retrieval.search import Search


@dataclass(frozen=True)
class Past:
    """A copy of a library in another configuration; `since` tells when each article took the form it has."""

    search: Search
    since: Mapping[ArticleId, datetime]

    def at(self, moment: datetime) -> KnownArticles:
        """The search as it would have been at that time."""
        return KnownArticles(self.search, frozenset(one for one, since in self.since.items() if since <= moment))


@contextmanager
def open_past(folder: Path, database: Database, scope: Scope, how: Making, now: datetime) -> Iterator[Past]:
    """Copy the articles into `folder` in another configuration and open the search over them.

    The library keeps only an article's present words: one that changed since is left out before its change.

    Raises:
        Unavailable: the embedder cannot be used.
    """
    with database.read() as session:
        rows = session.execute(
            select(
                ArticleRow.id, ArticleRow.title, ArticleRow.text, ArticleRow.visibility, ArticleRow.ingested_at
            ).where(within(scope, ArticleRow))
        ).all()
    documents = [Document(row.id, row.title, row.text) for row in rows]
    states = {row.id: cast(Visibility, row.visibility) for row in rows}
    ingested = {row.id: row.ingested_at for row in rows}
    making = Making(how.embedder, how.passage_chars, None, states)
    with open_library(folder, documents, making, now) as library:
        yield Past(library.search, {article: ingested[key] for article, key in library.keys.items()})
