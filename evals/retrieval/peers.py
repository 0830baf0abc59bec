"""What others retrieve with, over the same passages and vectors: LangChain's ensemble, BM25, and the simple fusion.

`langchain` is `EnsembleRetriever` over `BM25Retriever` and a vector retriever as its documentation sets them up, both
weighing the same; `langchain lower` the same with BM25 on lower-cased words, which its default does not do; `bm25` is
bm25s with English stems; `minilm` cosine alone; `fusion` bm25s and MiniLM by reciprocal rank (k = 60), what a careful
person builds in an afternoon. All are given our passages and our vectors, so that no system's quality rests on
another's splitting, and the query as text: the customer's last turns. LangChain and bm25s run in an environment of
their own (`benchmarks/peers/retrieval`); where it was not made, there are no peers and a line says so.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evals.beside import Peer
from evals.ranking import best_of_each
from evals.retrieval.library import Library
from knowledge.library.passages import embedded_text
from retrieval.embedding import Embedder
from retrieval.store import PassageStore

# Passages that each way contributes, as the peers' examples have it.
DEPTH = 50
# The constant of reciprocal rank fusion in the paper and in every library (Cormack, Clarke, Büttcher 2009).
RRF = 60
PEER = Peer("retrieval")
SCRIPT = "rank"
# BM25Retriever looks at every passage for every word of a query: minutes for a thousand queries of ten thousand.
SECONDS = 1_800
FOLDER = Path("build") / "peers" / "rankings"
Rankings = dict[str, list[str]]


@dataclass(frozen=True)
class Material:
    """The passages of a library, what document each was cut from, and their vectors, row by row."""

    texts: Sequence[str]
    documents: Sequence[str]
    vectors: NDArray[np.float32]


@dataclass(frozen=True)
class Questions:
    """Queries by id, and one unit vector each in the same order."""

    texts: Mapping[str, str]
    vectors: NDArray[np.float32]


def peers(
    library: Library,
    queries: Mapping[str, str],
    say: Callable[[str], None],
    folder: Path = FOLDER,
    peer: Peer = PEER,
) -> dict[str, Rankings]:
    """The documents that each peer finds for each query, best first; kept in `folder` for the next run.

    Empty where the peers' environment is not there, which is said.
    """
    if not peer.is_there():
        say(peer.left_out)
        return {}
    material = _material(library)
    kept = folder / f"{_mark(material, queries, library.search.embedder, peer)}.json"
    if kept.exists():
        found: dict[str, Rankings] = json.loads(kept.read_text())
        return found
    say("asking LangChain and bm25s, once for these passages and queries")
    questions = Questions(queries, library.search.embedder.embed(list(queries.values())))
    found = run_peers(material, questions, peer)
    kept.parent.mkdir(parents=True, exist_ok=True)
    fresh = kept.with_suffix(".new")
    fresh.write_text(json.dumps(found))
    fresh.replace(kept)
    return found


def run_peers(material: Material, questions: Questions, peer: Peer = PEER) -> dict[str, Rankings]:
    """Ask every peer every query.

    Raises:
        RuntimeError: the peers failed; their last words are in the message.
    """
    near = _nearest(material, questions)
    asked = {"texts": list(material.texts), "queries": list(questions.texts.values()), "near": near, "depth": DEPTH}
    rows: dict[str, list[list[int]]] = peer.ask(SCRIPT, asked, SECONDS)
    rows |= {"minilm": near, "fusion": [reciprocal_rank_fusion(both) for both in zip(rows["bm25"], near, strict=True)]}
    return {
        name: {
            query: best_of_each([material.documents[row] for row in found])
            for query, found in zip(questions.texts, lists, strict=True)
        }
        for name, lists in rows.items()
    }


def reciprocal_rank_fusion(lists: Iterable[Sequence[int]]) -> list[int]:
    """One ranking out of several: each place r of a list is worth 1 / (60 + r)."""
    worth: dict[int, float] = defaultdict(float)
    for ranked in lists:
        for place, row in enumerate(ranked, start=1):
            worth[row] += 1 / (RRF + place)
    return sorted(worth, key=lambda row: (-worth[row], row))


def _material(library: Library) -> Material:
    """Every passage that the search can find, as it embeds it, in the order that the documents came in.

    A passage's own id differs from library to library: by it, ties would fall otherwise in every run and what was
    kept would not be known again.
    """
    store = PassageStore(library.database, library.scope)
    read = store.read(sorted(store.snapshot().passages))
    every = sorted((one.article, embedded_text(one.title, one.heading, one.text)) for one in read)
    texts = [text for _, text in every]
    return Material(texts, [library.keys[article] for article, _ in every], library.search.embedder.embed(texts))


def _mark(material: Material, queries: Mapping[str, str], embedder: Embedder, peer: Peer) -> str:
    script = hashlib.sha256(peer.requirements.with_name(f"{SCRIPT}.py").read_bytes()).hexdigest()
    about: list[Any] = [embedder.id, DEPTH, RRF, peer.wanted(), script, dict(queries)]
    total = hashlib.sha256(json.dumps(about).encode())
    for text, document in zip(material.texts, material.documents, strict=True):
        total.update(f"{document}\x1f{text}\x1e".encode("utf-8", "surrogatepass"))
    return total.hexdigest()[:24]


def _nearest(material: Material, questions: Questions) -> list[list[int]]:
    found = []
    for vector in questions.vectors:
        found.append([int(row) for row in np.argsort(-(material.vectors @ vector), kind="stable")[:DEPTH]])
    return found
