"""A search narrowed to what articles state: their product, their language.

Where little fits, it has indexes of its own, so that neither a filter nor a deep look into the big ones is paid for;
where much fits, the big ones are looked at deeper by as much as does not fit.
"""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from threading import Lock

import numpy as np
from sqlalchemy.orm import Session

from knowledge.failures import Rejected
from knowledge.library.articles import stated
from knowledge.scope import Scope
from retrieval.dense import VISIBILITIES
from retrieval.embedding import Embedder
from retrieval.indexes import Indexes, open_memory
from retrieval.passages import Only
from retrieval.store import PassageStore, fitting

# Passages that a part of the library with an index of its own may hold: at 384 dimensions 8 MB.
FEW = 5_000
# Parts kept at hand.
KEPT = 8
NAMED = 10


@dataclass(frozen=True)
class Part:
    """The passages that fit, and indexes of their own where they are few."""

    ids: frozenset[str]
    exact: Indexes | None


class Parts:
    """The parts of a library last asked for; forgotten when the library changes."""

    def __init__(self, store: PassageStore, embedder: Embedder) -> None:
        self._store, self._embedder = store, embedder
        self._kept: OrderedDict[Only, Part] = OrderedDict()
        self._lock, self._making = Lock(), Lock()

    def of(self, only: Only) -> Part:
        """Return what fits.

        Raises:
            Unavailable: a vector is missing and the embedder cannot make it.
        """
        # One part, however it is written.
        only = Only(only.product.strip().casefold(), only.language.strip().casefold())
        if (known := self._known(only)) is not None:
            return known
        with self._making:  # who asks for the same meanwhile waits, instead of making it too
            kept = self._kept
            if (known := self._known(only)) is not None:
                return known
            made = self._make(only)
            if made.ids:  # what nothing fits is made in a moment, and must not push others out
                self._keep(kept, only, made)
        return made

    def _keep(self, kept: OrderedDict[Only, Part], only: Only, made: Part) -> None:
        with self._lock:
            kept[only] = made
            while len(kept) > KEPT:
                kept.popitem(last=False)

    def _known(self, only: Only) -> Part | None:
        with self._lock:
            if only in self._kept:
                self._kept.move_to_end(only)
            return self._kept.get(only)

    def forget(self) -> None:
        """Drop all parts; one that is being made meanwhile is used by who asked for it and not kept."""
        with self._lock:
            self._kept = OrderedDict()

    def _make(self, only: Only) -> Part:
        fits = self._store.fitting(only)
        if len(fits) > FEW:
            return Part(frozenset(fits), None)
        vectors = self._store.vectors(sorted(fits), self._embedder)
        own = open_memory(self._embedder)
        for visibility in VISIBILITIES:
            some = [key for key in vectors if fits[key] == visibility]
            if some:
                own.dense.add(visibility, some, np.stack([vectors[key] for key in some]))
        own.lexical.update(self._store.get(sorted(fits)).values(), ())
        own.lexical.close()  # its writer: nothing more is added
        return Part(frozenset(fits), own)


def check_stated(session: Session, scope: Scope, only: Only) -> None:
    """Look whether any article states what is asked for, for those who may know what there is.

    Raises:
        Rejected: none does; the remedy names what they state.
    """
    known = stated(session, scope)
    if only.product and not fitting(known.products, only.product):
        raise Rejected(f"No article states the product {only.product[:100]!r}.", _named("products", known.products))
    if only.language and not fitting(known.languages, only.language):
        raise Rejected(f"No article is in the language {only.language[:20]!r}.", _named("languages", known.languages))


def _named(what: str, names: Iterable[str]) -> str:
    every = [name for name in names if name]
    more = f" and {len(every) - NAMED} more" if len(every) > NAMED else ""
    return f"There are the {what}: {', '.join(every[:NAMED])}{more}." if every else f"No article states {what}."
