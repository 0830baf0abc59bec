"""The search: a query in, the best passages out, for one audience."""

import logging
import threading
import time
from collections.abc import Sequence, Set
from datetime import date
from math import ceil

import numpy as np
from numpy.typing import NDArray

from knowledge.customers.entries import Visibility
from knowledge.database import Database
from knowledge.failures import Conflict
from knowledge.library.drafts import clean
from knowledge.scope import Scope
from knowledge.settings import Settings
from retrieval.cross import open_reranker
from retrieval.dense import Damaged
from retrieval.embedding import Embedder, embed_queries, open_embedder
from retrieval.fusion import Fused, fuse
from retrieval.indexes import Home, Indexes, Progress, Source, open_memory, synchronise, update
from retrieval.lexical import LexicalIndex
from retrieval.names import Names
from retrieval.narrowing import Part, Parts
from retrieval.passages import EVERYTHING, Audience, Hit, Only
from retrieval.query import parts
from retrieval.rerank import CANDIDATES, Candidate, Reranker, in_order
from retrieval.store import PassageStore, Today, utc_today

# How many passages each index contributes to the fusion.
DEPTH = 100
# … and how much more where the search is narrowed and too few of them fit.
DEEPER = 4
# A search looks for news at most this often, in seconds.
FRESHNESS = 0.5
ALLOWED: dict[Audience, tuple[Visibility, ...]] = {"agent": ("public", "internal"), "customer": ("public",)}

log = logging.getLogger(__name__)


class Search:
    """Finds passages; opened once a process, safe to use from many threads.

    The process that owns the index folder (`home`) keeps its indexes on disk; any other has its own in memory.
    """

    def __init__(
        self, store: PassageStore, embedder: Embedder, home: Home | None, reranker: Reranker | None = None
    ) -> None:
        self.embedder = embedder
        self.reranker = reranker
        self._store = store
        self._source = Source(store, embedder)
        self._home = home
        self._following = threading.Lock()
        self._revision = -1
        self._day = date.min
        self._looked_at = 0.0
        self._ids: set[str] = set()
        self._names = Names(())
        self._parts = Parts(store, embedder)
        self._indexes = home.open() if home else open_memory(embedder)
        self.refresh()

    @property
    def owner(self) -> bool:
        """Whether this process owns the index on disk."""
        return self._home is not None

    @property
    def count(self) -> int:
        """How many passages can be found."""
        return len(self._ids)

    @property
    def lexical(self) -> LexicalIndex:
        """The index of words as it is now."""
        return self._indexes.lexical

    def search(self, query: str, *, audience: Audience, limit: int = 10, only: Only = EVERYTHING) -> list[Hit]:
        """Return the best passages for `query`; a customer never receives an internal one.

        `only` narrows the search to what articles state (`retrieval.narrowing`).

        Raises:
            Unavailable: the embedder cannot be used.
        """
        words = clean(query).strip()
        if not words or limit < 1:
            return []
        return self.search_vector(words, self.vector(words), audience, limit, only)

    def vector(self, query: str) -> NDArray[np.float32]:
        """Return the query's vector, unit length: its parts' vectors added by their weight.

        Raises:
            Unavailable: the embedder cannot be used.
        """
        wanted = parts(query)
        rows = embed_queries(self.embedder, [part.text for part in wanted])
        if len(wanted) == 1:
            return np.asarray(rows[0], dtype=np.float32)
        total = np.asarray([part.weight for part in wanted], dtype=np.float32) @ rows
        return np.asarray(total / max(float(np.linalg.norm(total)), 1e-9), dtype=np.float32)

    def rarity(self, words: Sequence[str]) -> list[float]:
        """Return how rare each word is among all passages, 0 to log(passages + 1); see `LexicalIndex.rarity`."""
        return [self.lexical.rarity(word) for word in words]

    def names_in(self, text: str) -> list[str]:
        """Return the names of what the library writes about that stand in a text; see `Names`."""
        return self._names.said_in(text)

    def search_vector(
        self, query: str, vector: NDArray[np.float32], audience: Audience, limit: int = 10, only: Only = EVERYTHING
    ) -> list[Hit]:
        """Search with the query's vector (`vector`) already at hand."""
        found = self.candidates(query, vector, audience, max(CANDIDATES, limit + 5), only)
        if self.reranker:
            found = in_order(query, found, self.reranker, self.lexical)
        return [
            Hit(one.passage, one.fused.score, one.fused.lexical_rank, one.fused.dense_rank, one.fused.similarity)
            for one in found[:limit]
        ]

    def candidates(
        self,
        query: str,
        vector: NDArray[np.float32],
        audience: Audience,
        limit: int = CANDIDATES,
        only: Only = EVERYTHING,
    ) -> list[Candidate]:
        """Return the best passages of the fusion, as a reranker is given them."""
        self._look_for_news()
        depth = max(DEPTH, limit)
        if only == EVERYTHING:
            return self._read(self._fused(query, vector, audience, depth, limit), audience)
        part = self._parts.of(only)
        if part.exact is None:
            return self._read(self._deeper(query, vector, audience, limit, part), audience)
        words = part.exact.lexical.search(query, ALLOWED[audience], depth)
        meaning = part.exact.dense.search(vector, ALLOWED[audience], depth)
        return self._read(fuse(words, meaning, depth, limit), audience)

    def _deeper(
        self, query: str, vector: NDArray[np.float32], audience: Audience, limit: int, part: Part
    ) -> list[Fused]:
        """Look so deep that enough should fit, and deeper until enough does; what does not fit is never read."""
        depth = ceil(max(DEPTH, limit) * self.count / len(part.ids))
        while True:
            found = self._fused(query, vector, audience, depth, limit, part.ids)
            if len(found) >= limit or depth >= self.count:
                return found
            depth *= DEEPER

    def _fused(
        self,
        query: str,
        vector: NDArray[np.float32],
        audience: Audience,
        depth: int,
        limit: int,
        among: Set[str] | None = None,
    ) -> list[Fused]:
        allowed, indexes = ALLOWED[audience], self._indexes
        try:
            dense = indexes.dense.search(vector, allowed, depth)
        except Damaged as damage:
            dense = self._heal(indexes, damage).dense.search(vector, allowed, depth)
        return fuse(self.lexical.search(query, allowed, depth), dense, depth, limit, among)

    def _read(self, fused: Sequence[Fused], audience: Audience) -> list[Candidate]:
        passages = self._store.get([one.id for one in fused])
        found = [Candidate(one, passages[one.id]) for one in fused if one.id in passages]
        return [one for one in found if one.passage.visibility in ALLOWED[audience]]

    def refresh(self) -> None:
        """Follow the library's revision, and the day: articles come into and go out of their dates."""
        with self._following:
            self._looked_at = time.monotonic()
            if self._store.revision() == self._revision and self._store.today() == self._day:
                return
            snapshot = self._store.snapshot()
            try:
                self._follow(set(snapshot.passages))
            except Damaged as damage:
                self._start_anew(damage)
                self._follow(set(snapshot.passages))
            self._revision, self._day = snapshot.revision, snapshot.day

    def _follow(self, wanted: set[str]) -> None:
        if self._revision < 0:
            synchronise(self._indexes, self._source, wanted)
        else:
            update(self._indexes, self._source, wanted - self._ids, self._ids - wanted)
        self._store.warm(wanted - self._ids)
        self._names = Names(self._store.titles())
        self._parts.forget()
        self._ids = wanted

    def _look_for_news(self) -> None:
        if time.monotonic() - self._looked_at < FRESHNESS or self._following.locked():
            return
        self.refresh()

    def _heal(self, seen: Indexes, damage: Damaged) -> Indexes:
        with self._following:
            if self._indexes is seen:
                self._start_anew(damage)
                self._follow(set(self._store.snapshot().passages))
            return self._indexes

    def _start_anew(self, damage: Damaged) -> None:
        if self._home is None:
            raise damage
        log.warning("The search index is damaged (%s): filling it again.", damage)
        self._revision, self._ids = -1, set()
        self._indexes = self._home.start_anew()

    def close(self) -> None:
        """Give files and locks back."""
        with self._following:
            self._indexes.close()
            if self._home:
                self._home.release()


def open_search(
    settings: Settings, database: Database, scope: Scope, embedder: Embedder | None = None, today: Today = utc_today
) -> Search:
    """Open the indexes, healing them where they are damaged; without an owner's lock, in memory.

    Raises:
        Rejected: the settings contradict themselves.
        Unavailable: the embedder, the reranker or the Chroma server cannot be used.
    """
    embedder = embedder or open_embedder(settings)
    reranker = open_reranker(settings)
    home = Home(settings, scope, embedder)
    return Search(PassageStore(database, scope, today), embedder, home if home.acquire() else None, reranker)


def reindex(
    settings: Settings,
    database: Database,
    scope: Scope,
    embedder: Embedder | None = None,
    progress: Progress | None = None,
) -> int:
    """Throw the indexes away and fill them again from the database. Returns how many passages they hold.

    Raises:
        Conflict: another process owns them.
        Unavailable: the embedder or the Chroma server cannot be used.
    """
    embedder = embedder or open_embedder(settings)
    home = Home(settings, scope, embedder)
    if not home.acquire():
        raise Conflict(
            "Another process owns the search index.",
            "A running server keeps it up to date by itself; or stop it first.",
        )
    try:
        store = PassageStore(database, scope)
        wanted = set(store.snapshot().passages)
        indexes = home.start_anew()
        try:
            synchronise(indexes, Source(store, embedder, progress), wanted)
        finally:
            indexes.close()
    finally:
        home.release()
    return len(wanted)
