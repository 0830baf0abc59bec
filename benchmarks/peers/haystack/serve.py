"""Haystack under test: BM25 and embeddings in memory, joined by reciprocal rank fusion, spoken to in JSON lines.

Runs in the peer's own environment: nothing of the product is imported here.
"""

from time import perf_counter
from typing import Any

from haystack import Document, Pipeline
from haystack.components.joiners import DocumentJoiner
from haystack.components.retrievers.in_memory import InMemoryBM25Retriever, InMemoryEmbeddingRetriever
from haystack.document_stores.in_memory import InMemoryDocumentStore
from haystack_integrations.components.embedders.sentence_transformers import SentenceTransformersTextEmbedder

from benchmarks.lines import serve
from benchmarks.peers.handed import rows, vectors, weighed, weights, whole

DEPTH = 50
PACKAGES = ("haystack-ai", "sentence-transformers-haystack", "sentence-transformers", "torch")


class Joined:
    """The hybrid pipeline of Haystack's documentation, with the query's vector made or at hand."""

    def __init__(self) -> None:
        self.embedder = SentenceTransformersTextEmbedder(model=weights(), progress_bar=False)
        self.embedder.warm_up()
        self.store = InMemoryDocumentStore(embedding_similarity_function="cosine", return_embedding=False)
        self.remembered: dict[str, list[float]] = {}
        self.pipeline = Pipeline()
        self.pipeline.add_component("words", InMemoryBM25Retriever(self.store, top_k=DEPTH))
        self.pipeline.add_component("meaning", InMemoryEmbeddingRetriever(self.store, top_k=DEPTH))
        self.pipeline.add_component("join", DocumentJoiner(join_mode="reciprocal_rank_fusion"))
        self.pipeline.connect("words", "join")
        self.pipeline.connect("meaning", "join")

    def index(self, path: str, given: str) -> dict[str, Any]:
        """Index a file of documents, each in one piece, with the vectors `given` for them."""
        started = perf_counter()
        documents = [
            Document(id=str(number), content=whole(row["title"], row["text"]), meta={"id": row["id"]}, embedding=vector)
            for number, (row, vector) in enumerate(zip(rows(path), vectors(given), strict=True))
        ]
        self.store.write_documents(documents)
        return {"seconds": perf_counter() - started, "passages": len(documents)}

    def embed(self, texts: list[str]) -> dict[str, Any]:
        """Keep the vectors of these queries at hand."""
        for text in texts:
            self.remembered[text] = self.embedder.run(text)["embedding"]
        return {}

    def forget(self) -> dict[str, Any]:
        """Drop the vectors at hand."""
        self.remembered.clear()
        return {}

    def query(self, text: str) -> dict[str, Any]:
        """The documents found, best first, and the seconds it took."""
        started = perf_counter()
        vector = self.remembered.get(text) or self.embedder.run(text)["embedding"]
        found = self.pipeline.run({"words": {"query": text}, "meaning": {"query_embedding": vector}})
        seconds = perf_counter() - started
        return {"ids": [document.meta["id"] for document in found["join"]["documents"]], "seconds": seconds}

    def stats(self) -> dict[str, Any]:
        """Memory, threads and versions."""
        return weighed(PACKAGES)


if __name__ == "__main__":
    system = Joined()
    names = ("index", "embed", "forget", "query", "stats")
    serve({name: getattr(system, name) for name in names})
