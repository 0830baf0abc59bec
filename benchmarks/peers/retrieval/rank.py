"""LangChain's ensemble and bm25s under test: the passages that they find for each query, by JSON on the pipes.

Reads {"texts": [passage, …], "queries": [text, …], "near": [[row, …], …], "depth": n}, where `near` are the passages
nearest to each query's vector, best first, and writes {system: [[row, …], …]}. Runs in the peers' own environment:
nothing of the product is imported here.
"""

import json
import sys
from typing import Any

import bm25s
import Stemmer
from langchain_classic.retrievers import EnsembleRetriever
from langchain_community.retrievers import BM25Retriever
from langchain_core.documents import Document
from langchain_core.runnables import RunnableLambda

Rows = list[list[int]]


def rank(texts: list[str], queries: list[str], near: Rows, depth: int) -> dict[str, Rows]:
    """Ask every system every query."""
    return {
        "langchain": by_langchain(texts, queries, near, depth, lower=False),
        "langchain lower": by_langchain(texts, queries, near, depth, lower=True),
        "bm25": by_bm25s(texts, queries, depth),
    }


def by_bm25s(texts: list[str], queries: list[str], depth: int) -> Rows:
    """bm25s with English stop words and stems."""
    quiet: dict[str, Any] = {"stopwords": "en", "stemmer": Stemmer.Stemmer("english"), "show_progress": False}
    index = bm25s.BM25()
    index.index(bm25s.tokenize(texts, **quiet), show_progress=False)
    asked = bm25s.tokenize(queries, return_ids=False, **quiet)
    rows, scores = index.retrieve(asked, k=min(depth, len(texts)), show_progress=False)
    # What no word of the query is in was not found.
    return [
        [int(row) for row, score in zip(some, told, strict=True) if score > 0]
        for some, told in zip(rows, scores, strict=True)
    ]


def by_langchain(texts: list[str], queries: list[str], near: Rows, depth: int, lower: bool) -> Rows:
    """The real retrievers; the vectors' one is exact, so no vector store could find more."""
    documents = [Document(text, metadata={"passage": row}) for row, text in enumerate(texts)]
    how: dict[str, Any] = {"preprocess_func": lowered} if lower else {}
    words = BM25Retriever.from_documents(documents, k=depth, **how)
    nearest = {text: [documents[row] for row in rows] for text, rows in zip(queries, near, strict=True)}
    vectors = RunnableLambda(lambda text: nearest[text])
    ensemble = EnsembleRetriever(retrievers=[words, vectors], weights=[0.5, 0.5], id_key="passage")
    return [[one.metadata["passage"] for one in ensemble.invoke(text)] for text in queries]


def lowered(text: str) -> list[str]:
    """Words as the default has them, in small letters."""
    return text.lower().split()


if __name__ == "__main__":
    json.dump(rank(**json.load(sys.stdin)), sys.stdout)
