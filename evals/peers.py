"""What others retrieve with, over the same passages and vectors: LangChain's ensemble, BM25, and the simple fusion.

`langchain` is `EnsembleRetriever` over `BM25Retriever` and a vector retriever as its documentation sets them up, both
weighing the same; `langchain lower` the same with BM25 on lower-cased words, which its default does not do; `bm25` is
bm25s with English stems; `minilm` cosine alone; `fusion` bm25s and MiniLM by reciprocal rank (k = 60), what a careful
person builds in an afternoon. All are given our passages and our vectors, so that no system's quality rests on
another's splitting, and the query as text: the customer's last turns.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evals.library import Library
from evals.ranking import best_of_each
from knowledge.library.passages import embedded_text
from retrieval.embedding import Embedder
from retrieval.store import PassageStore

# Passages that each way contributes, as the peers' examples have it.
DEPTH = 50
# The constant of reciprocal rank fusion in the paper and in every library (Cormack, Clarke, Büttcher 2009).
RRF = 60
PEERS = ("langchain", "langchain lower", "bm25", "minilm", "fusion")
PACKAGES = ("langchain-classic", "langchain-community", "rank-bm25", "bm25s", "pystemmer")
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


def peers(library: Library, queries: Mapping[str, str], folder: Path = FOLDER) -> dict[str, Rankings]:
    """The documents that each peer finds for each query, best first; kept in `folder` for the next run."""
    material = _material(library)
    kept = folder / f"{_mark(material, queries, library.search.embedder)}.json"
    if kept.exists():
        found: dict[str, Rankings] = json.loads(kept.read_text())
        return found
    questions = Questions(queries, library.search.embedder.embed(list(queries.values())))
    found = run_peers(material, questions)
    kept.parent.mkdir(parents=True, exist_ok=True)
    fresh = kept.with_suffix(".new")
    fresh.write_text(json.dumps(found))
    fresh.replace(kept)
    return found


def run_peers(material: Material, questions: Questions) -> dict[str, Rankings]:
    """Ask every peer every query."""
    dense, words = _nearest(material, questions), _bm25(material, questions)
    rows = {
        "langchain": _langchain(material, questions, dense, lower=False),
        "langchain lower": _langchain(material, questions, dense, lower=True),
        "bm25": words,
        "minilm": dense,
        "fusion": [reciprocal_rank_fusion(both) for both in zip(words, dense, strict=True)],
    }
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
    """Every passage that the search can find, as it embeds it."""
    store = PassageStore(library.database, library.scope)
    every = list(store.read(sorted(store.snapshot().passages)))
    texts = [embedded_text(one.title, one.heading, one.text) for one in every]
    documents = [library.keys[one.article] for one in every]
    return Material(texts, documents, library.search.embedder.embed(texts))


def _mark(material: Material, queries: Mapping[str, str], embedder: Embedder) -> str:
    about: list[Any] = [embedder.id, DEPTH, RRF, [version(one) for one in PACKAGES], dict(queries)]
    total = hashlib.sha256(json.dumps(about).encode())
    for text, document in zip(material.texts, material.documents, strict=True):
        total.update(f"{document}\x1f{text}\x1e".encode("utf-8", "surrogatepass"))
    return total.hexdigest()[:24]


def _nearest(material: Material, questions: Questions) -> list[list[int]]:
    found = []
    for vector in questions.vectors:
        found.append([int(row) for row in np.argsort(-(material.vectors @ vector), kind="stable")[:DEPTH]])
    return found


def _bm25(material: Material, questions: Questions) -> list[list[int]]:
    import bm25s
    import Stemmer

    stemmer = Stemmer.Stemmer("english")
    quiet: dict[str, Any] = {"stopwords": "en", "stemmer": stemmer, "show_progress": False}
    index = bm25s.BM25()
    index.index(bm25s.tokenize(list(material.texts), **quiet), show_progress=False)
    depth = min(DEPTH, len(material.texts))
    asked = bm25s.tokenize(list(questions.texts.values()), return_ids=False, **quiet)
    rows, scores = index.retrieve(asked, k=depth, show_progress=False)
    # What no word of the query is in was not found.
    return [
        [int(row) for row, score in zip(some, told, strict=True) if score > 0]
        for some, told in zip(rows, scores, strict=True)
    ]


def _langchain(material: Material, questions: Questions, dense: list[list[int]], lower: bool) -> list[list[int]]:
    """The real retrievers; the vectors' one is exact, so no vector store could find more."""
    from langchain_classic.retrievers import EnsembleRetriever
    from langchain_community.retrievers import BM25Retriever
    from langchain_core.documents import Document
    from langchain_core.runnables import RunnableLambda

    documents = [Document(text, metadata={"passage": row}) for row, text in enumerate(material.texts)]
    how: dict[str, Any] = {"preprocess_func": _lower} if lower else {}
    words = BM25Retriever.from_documents(documents, k=DEPTH, **how)
    nearest = {
        text: [documents[row] for row in rows] for text, rows in zip(questions.texts.values(), dense, strict=True)
    }
    vectors: RunnableLambda[str, list[Document]] = RunnableLambda(lambda text: nearest[text])
    ensemble = EnsembleRetriever(retrievers=[words, vectors], weights=[0.5, 0.5], id_key="passage")
    return [[one.metadata["passage"] for one in ensemble.invoke(text)] for text in questions.texts.values()]


def _lower(text: str) -> list[str]:
    return text.lower().split()
