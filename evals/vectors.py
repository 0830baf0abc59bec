"""Vectors kept between runs: what was embedded once by a model is not embedded again."""

import hashlib
import re
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from threading import Lock
from time import monotonic

import numpy as np
from numpy.typing import NDArray

from retrieval.embedding import Embedder

FOLDER = Path("build") / "vectors"
# Texts embedded between two commits: what a run that is stopped has done by then is not done again.
BATCH = 256
_TABLE = "CREATE TABLE IF NOT EXISTS vectors (text BLOB PRIMARY KEY, vector BLOB NOT NULL) WITHOUT ROWID"


class KeptVectors:
    """An embedder that remembers in a file, one for each embedder's id; texts are known by their SHA-256."""

    def __init__(self, embedder: Embedder, folder: Path = FOLDER) -> None:
        self._embedder = embedder
        self.id = embedder.id
        self.dimensions = embedder.dimensions
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / f"{re.sub(r'[^A-Za-z0-9.-]', '_', embedder.id)}.db"
        self._lock = Lock()
        self.made = 0
        self.seconds = 0.0
        with closing(self._open()) as store, store:
            store.execute(_TABLE)

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return unit vectors, shape (n, dimensions); only what was never embedded is, the rest is read."""
        keys = [hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest() for text in texts]
        result = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        with self._lock, closing(self._open()) as store:
            for start in range(0, len(texts), BATCH):
                some = range(start, min(len(texts), start + BATCH))
                found = _read(store, {keys[row] for row in some})
                missing = [row for row in some if keys[row] not in found]
                found |= self._make(store, [keys[row] for row in missing], [texts[row] for row in missing])
                for row in some:
                    result[row] = np.frombuffer(found[keys[row]], dtype="<f4")
        return result

    def _make(self, store: sqlite3.Connection, keys: Sequence[bytes], texts: Sequence[str]) -> dict[bytes, bytes]:
        if not texts:
            return {}
        started = monotonic()
        rows = self._embedder.embed(texts).astype("<f4")
        self.made += len(texts)
        self.seconds += monotonic() - started
        made = {key: row.tobytes() for key, row in zip(keys, rows, strict=True)}
        with store:
            store.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?)", made.items())
        return made

    def _open(self) -> sqlite3.Connection:
        return sqlite3.connect(self._path, timeout=60)


def _read(store: sqlite3.Connection, keys: set[bytes]) -> dict[bytes, bytes]:
    marks = ",".join("?" * len(keys))
    return dict(store.execute(f"SELECT text, vector FROM vectors WHERE text IN ({marks})", list(keys)))  # noqa: S608
