"""The search: a query in, the best passages out, for one audience."""

import numpy as np
from numpy.typing import NDArray

from knowledge.database import Database
from knowledge.scope import Scope
from knowledge.settings import Settings
from retrieval.embedding import Embedder
from retrieval.passages import Audience, Hit


class Search:
    """Finds passages; opened once a process, safe to use from many threads."""

    embedder: Embedder

    def search(self, query: str, *, audience: Audience, limit: int = 10) -> list[Hit]:
        """Return the best passages for `query`; a customer never receives an internal one."""
        raise NotImplementedError

    def search_vector(self, query: str, vector: NDArray[np.float32], audience: Audience, limit: int = 10) -> list[Hit]:
        """Search with the query's vector already at hand."""
        raise NotImplementedError

    def refresh(self) -> None:
        """Follow the library's revision; cheap when nothing changed."""
        raise NotImplementedError

    def close(self) -> None:
        """Give files and locks back."""
        raise NotImplementedError


def open_search(settings: Settings, database: Database, scope: Scope, embedder: Embedder | None = None) -> Search:
    """Open the indexes, healing them where they are damaged."""
    raise NotImplementedError
