"""The dense index: nearest vectors by cosine, in Chroma on disk, or exact in memory."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast, get_args

import numpy as np
from numpy.typing import NDArray

from knowledge.customers.entries import Visibility
from knowledge.failures import Unavailable

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from chromadb.api.models.Collection import Collection as ChromaCollection

VISIBILITIES: tuple[Visibility, ...] = get_args(Visibility)
# Chroma takes at most 5,461 rows a call.
ROWS = 2_000
# Grows when what is stored changes.
FORMAT = 2

Vectors = NDArray[np.float32]


class Damaged(Exception):
    """The index cannot be trusted any more and has to be filled again from the database."""


class DenseIndex(Protocol):
    """Passages by their vectors, public and internal ones apart: a search opens only what it names."""

    def ids(self) -> set[str]:
        """Return the ids of all passages in the index."""
        ...

    def add(self, visibility: Visibility, ids: Sequence[str], vectors: Vectors) -> None:
        """Take passages in; `vectors` has one unit-length row per id."""
        ...

    def remove(self, ids: Collection[str]) -> None:
        """Take passages out; unknown ids are ignored."""
        ...

    def search(self, vector: Vectors, visibilities: Sequence[Visibility], limit: int) -> list[tuple[str, float]]:
        """Return (passage id, cosine), best first."""
        ...

    def close(self) -> None:
        """Give files and connections back."""
        ...


class MemoryDense:
    """Exact search over vectors in memory: for small libraries and processes that own no index."""

    def __init__(self, dimensions: int) -> None:
        nothing: tuple[list[str], Vectors] = ([], np.zeros((0, dimensions), dtype=np.float32))
        self._rows: dict[Visibility, tuple[list[str], Vectors]] = dict.fromkeys(VISIBILITIES, nothing)

    def ids(self) -> set[str]:
        """Return the ids of all passages in the index."""
        return {key for ids, _ in self._rows.values() for key in ids}

    def add(self, visibility: Visibility, ids: Sequence[str], vectors: Vectors) -> None:
        """Take passages in; running searches keep the rows they began with."""
        known, rows = self._rows[visibility]
        self._rows[visibility] = ([*known, *ids], np.vstack([rows, vectors]))

    def remove(self, ids: Collection[str]) -> None:
        """Take passages out."""
        for visibility, (known, rows) in list(self._rows.items()):
            keep = [index for index, key in enumerate(known) if key not in ids]
            if len(keep) < len(known):
                self._rows[visibility] = ([known[index] for index in keep], rows[keep])

    def search(self, vector: Vectors, visibilities: Sequence[Visibility], limit: int) -> list[tuple[str, float]]:
        """Return (passage id, cosine), best first."""
        found: list[tuple[str, float]] = []
        for visibility in visibilities:
            ids, rows = self._rows[visibility]
            similarity = rows @ vector
            best = np.argsort(-similarity, kind="stable")[:limit]
            found += [(ids[index], float(similarity[index])) for index in best]
        return sorted(found, key=lambda one: (-one[1], one[0]))[:limit]

    def close(self) -> None:
        """Nothing to give back."""


class ChromaDense:
    """Chroma, in a folder that this process alone opens, or on a server."""

    def __init__(self, client: "ClientAPI", name: str) -> None:
        """Open or make the collections.

        Raises:
            Damaged: Chroma cannot read what it stored.
        """
        self._client = client
        self._name = name
        self._collections = cast(dict[Visibility, "ChromaCollection"], _guarded(self._open))
        # A query costs half a millisecond even where there is nothing to find.
        self._empty = {key for key, one in self._collections.items() if not _guarded(one.count)}

    def _open(self) -> dict[Visibility, "ChromaCollection"]:
        return {
            visibility: self._client.get_or_create_collection(
                f"{self._name}-{visibility}",
                embedding_function=None,
                configuration={"hnsw": {"space": "cosine", "ef_search": 160}},
            )
            for visibility in VISIBILITIES
        }

    def ids(self) -> set[str]:
        """Return the ids of all passages in the index."""
        return {key for collection in self._collections.values() for key in _all_ids(collection)}

    def probe(self) -> None:
        """Look closely: every id counted, and sampled vectors find themselves.

        Raises:
            Damaged: something does not fit.
        """
        for collection in self._collections.values():
            _guarded(lambda collection=collection: _probe(collection))

    def add(self, visibility: Visibility, ids: Sequence[str], vectors: Vectors) -> None:
        """Take passages in; one that is there already is written again."""
        collection = self._collections[visibility]
        self._empty.discard(visibility)
        for start in range(0, len(ids), ROWS):
            some = slice(start, start + ROWS)
            _guarded(lambda some=some: collection.upsert(ids=list(ids[some]), embeddings=vectors[some]))

    def remove(self, ids: Collection[str]) -> None:
        """Take passages out, whichever collection holds them."""
        every = sorted(ids)
        for collection in self._collections.values():
            for start in range(0, len(every), ROWS):
                some = every[start : start + ROWS]
                _guarded(lambda collection=collection, some=some: collection.delete(ids=some))

    def search(self, vector: Vectors, visibilities: Sequence[Visibility], limit: int) -> list[tuple[str, float]]:
        """Return (passage id, cosine), best first."""
        found: list[tuple[str, float]] = []
        for visibility in (one for one in visibilities if one not in self._empty):
            result = _query(self._collections[visibility], vector[None, :], limit)
            found += zip(result["ids"][0], (1.0 - distance for distance in result["distances"][0]), strict=True)
        return sorted(found, key=lambda one: (-one[1], one[0]))[:limit]

    def clear(self) -> None:
        """Empty the collections (on a server, where there is no folder to delete)."""
        for visibility in VISIBILITIES:
            _guarded(lambda visibility=visibility: self._client.delete_collection(f"{self._name}-{visibility}"))
        self._collections = cast(dict[Visibility, "ChromaCollection"], _guarded(self._open))
        self._empty = set(VISIBILITIES)

    def close(self) -> None:
        """Close the client."""
        cast(Any, self._client).close()


def collection_name(embedder: str, team: str, brand: str) -> str:
    """Return the collections' common name: one per embedder, scope and format."""
    mark = hashlib.sha256("\x1f".join((embedder, team, brand, str(FORMAT))).encode()).hexdigest()
    return f"threadline-{mark[:24]}"


def open_chroma(folder: Path, url: str, name: str) -> ChromaDense:
    """Open Chroma in `folder`, or on the server at `url` when one is given.

    Raises:
        Damaged: the folder cannot be read.
        Unavailable: the server does not answer.
    """
    import chromadb
    from chromadb.config import Settings

    quiet = Settings(anonymized_telemetry=False)
    if not url:
        folder.mkdir(parents=True, exist_ok=True)
        client = _guarded(lambda: chromadb.PersistentClient(path=str(folder), settings=quiet))
        return ChromaDense(client, name)
    address = url if "://" in url else f"http://{url}"
    scheme, _, rest = address.partition("://")
    host, _, port = rest.rstrip("/").partition(":")
    try:
        client = chromadb.HttpClient(
            host=host, port=int(port or (443 if scheme == "https" else 8000)), ssl=scheme == "https", settings=quiet
        )
        return ChromaDense(client, name)
    except (ValueError, Damaged) as error:
        raise Unavailable(
            f"The Chroma server {url} does not answer.", "Check THREADLINE_CHROMA_URL and that `chroma run` runs."
        ) from error


def _guarded(call: Any) -> Any:
    """Run a call to Chroma and name its own failures."""
    from chromadb.errors import ChromaError

    try:
        return call()
    except (ChromaError, RuntimeError, OSError) as error:
        raise Damaged(f"Chroma: {str(error)[:200]}") from error


def _all_ids(collection: "ChromaCollection") -> list[str]:
    return cast(list[str], _guarded(lambda: collection.get(include=[]))["ids"])


def _query(collection: "ChromaCollection", vectors: Vectors, limit: int) -> Mapping[str, Any]:
    found = _guarded(lambda: collection.query(query_embeddings=vectors, n_results=limit, include=["distances"]))
    return cast(Mapping[str, Any], found)


def _probe(collection: "ChromaCollection") -> None:
    ids = collection.get(include=[])["ids"]
    if len(ids) != collection.count() or len(set(ids)) != len(ids):
        raise Damaged("Chroma: the count is wrong")
    sample = ids[:: max(1, len(ids) // 16)]
    if not sample:
        return
    stored = collection.get(ids=sample, include=["embeddings"])
    vectors = np.asarray(stored["embeddings"], dtype=np.float32)
    distances = np.asarray(_query(collection, vectors, 1)["distances"], dtype=np.float32)
    if distances.shape != (len(sample), 1) or not np.all(np.abs(distances) < 0.001):
        raise Damaged("Chroma: stored vectors do not find themselves")
