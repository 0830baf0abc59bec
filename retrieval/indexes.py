"""The two indexes of one scope: opened, probed, filled from the database, emptied when damaged."""

import json
import logging
import os
import shutil
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from filelock import FileLock, Timeout

from knowledge.library.passages import chunks
from knowledge.scope import Scope
from knowledge.settings import Settings
from retrieval.dense import ChromaDense, Damaged, DenseIndex, MemoryDense, collection_name, open_chroma
from retrieval.embedding import Embedder
from retrieval.lexical import LexicalIndex
from retrieval.store import PassageStore

# Passages taken in between two commits.
FILL = 3_000
log = logging.getLogger(__name__)
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Indexes:
    """A lexical and a dense index over the same passages."""

    lexical: LexicalIndex
    dense: DenseIndex

    def close(self) -> None:
        """Give files, locks and connections back."""
        self.lexical.close()
        self.dense.close()


@dataclass(frozen=True)
class Source:
    """Where the indexes are filled from; `progress` gets (done, total) passages taken in."""

    store: PassageStore
    embedder: Embedder
    progress: Progress | None = None


def update(indexes: Indexes, source: Source, added: Collection[str], removed: Collection[str]) -> None:
    """Take passages in, then out, so that a changed article is never missing.

    Raises:
        Damaged: an index cannot be written.
        Unavailable: a vector is missing and the embedder cannot make it.
    """
    done = 0
    for some in chunks(sorted(added), FILL):
        vectors = source.store.vectors(some, source.embedder)
        passages = [passage for passage in source.store.read(some) if passage.id in vectors]
        for visibility in {passage.visibility for passage in passages}:
            own = [passage.id for passage in passages if passage.visibility == visibility]
            indexes.dense.add(visibility, own, np.stack([vectors[key] for key in own]))
        indexes.lexical.update(passages, [passage.id for passage in passages])
        source.store.remember(passages)
        done += len(some)
        if source.progress:
            source.progress(done, len(added))
    if removed:
        indexes.dense.remove(removed)
        indexes.lexical.update([], removed)
        source.store.forget(removed)


def synchronise(indexes: Indexes, source: Source, wanted: set[str]) -> None:
    """Make both indexes hold exactly the `wanted` passages, by set difference."""
    lexical, dense = indexes.lexical.ids(), indexes.dense.ids()
    update(indexes, source, wanted - (lexical & dense), (lexical | dense) - wanted)


class Home:
    """The folder of the indexes, owned by one process at a time.

    Below it each attempt has a folder of its own, named in `current.json`; a damaged one is left behind and deleted.
    `opening` marks an attempt that is being probed: damaged files can kill the process that maps them, and
    finding the mark at the next start tells so.
    """

    def __init__(self, settings: Settings, scope: Scope, embedder: Embedder) -> None:
        self.name = collection_name(embedder.id, scope.team, scope.brand)
        self.folder = settings.data_dir.absolute() / "indexes" / self.name
        self.url = settings.chroma_url
        self._lock = FileLock(self.folder / "owner.lock", thread_local=False)

    def acquire(self) -> bool:
        """Become the owner; returns whether nobody else is."""
        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            return False
        return True

    def release(self) -> None:
        """Let another process own the folder."""
        self._lock.release()

    def open(self) -> Indexes:
        """Open the current indexes and probe them; start anew when they are damaged.

        Raises:
            Unavailable: the Chroma server does not answer.
        """
        mark = self.folder / "opening"
        if mark.exists():
            log.warning("The search index was being opened when the process ended: filling it again.")
            return self.start_anew()
        mark.touch()
        try:
            indexes = self._open_current()
        except Damaged as damage:
            log.warning("The search index is damaged (%s): filling it again.", damage)
            return self.start_anew()
        mark.unlink()
        return indexes

    def start_anew(self) -> Indexes:
        """Leave what is there behind and open empty indexes."""
        previous = self._current()
        fresh = self.folder / f"{int(previous.name) + 1:06}"
        shutil.rmtree(fresh, ignore_errors=True)
        dense = open_chroma(fresh / "dense", self.url, self.name)
        if self.url:
            dense.clear()
        lexical = LexicalIndex(fresh / "lexical")
        note = self.folder / "current.json"
        note.with_suffix(".new").write_text(json.dumps({"folder": fresh.name}))
        os.replace(note.with_suffix(".new"), note)
        (self.folder / "opening").unlink(missing_ok=True)
        for old in self.folder.glob("[0-9]" * 6):
            if old != fresh:
                shutil.rmtree(old, ignore_errors=True)
        return Indexes(lexical, dense)

    def _current(self) -> Path:
        try:
            name = str(json.loads((self.folder / "current.json").read_text())["folder"])
            return self.folder / f"{int(name):06}"
        except (OSError, ValueError, KeyError, TypeError):
            existing = sorted(self.folder.glob("[0-9]" * 6))
            return existing[-1] if existing else self.folder / "000000"

    def _open_current(self) -> Indexes:
        current = self._current()
        dense = open_chroma(current / "dense", self.url, self.name)
        try:
            dense.probe()
            return Indexes(_open_lexical(current / "lexical"), dense)
        except Damaged:
            if not self.url:
                _close_quietly(dense)
            raise


def open_memory(embedder: Embedder) -> Indexes:
    """Open indexes that live in memory: exact vectors, and words as on disk."""
    return Indexes(LexicalIndex(), MemoryDense(embedder.dimensions))


def _open_lexical(folder: Path) -> LexicalIndex:
    try:
        lexical = LexicalIndex(folder)
        lexical.probe()
    except (ValueError, OSError) as error:
        raise Damaged(f"tantivy: {str(error)[:200]}") from error
    return lexical


def _close_quietly(dense: ChromaDense) -> None:
    try:
        dense.close()
    except RuntimeError as error:
        log.warning("Closing the damaged index: %s", error)
