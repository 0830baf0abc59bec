"""The library as it was known at a time: articles that came or changed later are not there."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import cast

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select

from evals.datasets.collections import Document
from evals.retrieval.library import Making, open_library
from knowledge.customers.entries import Visibility
from knowledge.database import Database
from knowledge.ids import ArticleId
from knowledge.library.tables import ArticleRow
from knowledge.scope import Scope, within
from retrieval.passages import EVERYTHING, Audience, Hit, Only
from retrieval.search import Search


@dataclass(frozen=True)
class Past:
    """A copy of a library in another configuration; `since` tells when each article took the form it has."""

    search: Search
    since: Mapping[ArticleId, datetime]

    def at(self, moment: datetime) -> "AsOf":
        """The search as it would have been at that time."""
        return AsOf(self.search, frozenset(one for one, since in self.since.items() if since <= moment))


class AsOf(Search):
    """A search that finds nothing but the articles known then."""

    def __init__(self, search: Search, known: frozenset[ArticleId]) -> None:
        self._search = search
        self.embedder = search.embedder
        self.known = known

    def vector(self, query: str) -> NDArray[np.float32]:
        """As the search itself."""
        return self._search.vector(query)

    def rarity(self, words: Sequence[str]) -> list[float]:
        """As the search itself."""
        return self._search.rarity(words)

    def search_vector(
        self, query: str, vector: NDArray[np.float32], audience: Audience, limit: int = 10, only: Only = EVERYTHING
    ) -> list[Hit]:
        """Return passages of the articles known then."""
        deep = limit if len(self.known) == 0 else self._search.count
        found = self._search.search_vector(query, vector, audience, deep, only) if self.known else []
        return [hit for hit in found if hit.passage.article in self.known][:limit]


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
