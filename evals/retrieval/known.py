"""A search that finds nothing but some articles: their own passage for a question, what was known at a time."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from knowledge.ids import ArticleId
from retrieval.passages import EVERYTHING, Audience, Hit, Only
from retrieval.search import Search


class KnownArticles(Search):
    """Another search as it would be if there were `known` articles alone; they may change between questions."""

    def __init__(self, search: Search, known: frozenset[ArticleId] = frozenset()) -> None:
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
        """Return passages of the articles known."""
        found = self._search.search_vector(query, vector, audience, self._search.count, only) if self.known else []
        return [hit for hit in found if hit.passage.article in self.known][:limit]
