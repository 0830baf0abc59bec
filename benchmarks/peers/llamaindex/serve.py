"""LlamaIndex under test: QueryFusionRetriever over BM25 and vectors, spoken to in JSON lines.

Runs in the peer's own environment: nothing of the product is imported here.
"""

from time import perf_counter
from typing import Any

from llama_index.core import QueryBundle, VectorStoreIndex
from llama_index.core.llms import MockLLM
from llama_index.core.retrievers import QueryFusionRetriever
from llama_index.core.retrievers.fusion_retriever import FUSION_MODES
from llama_index.core.schema import TextNode
from llama_index.embeddings.huggingface import HuggingFaceEmbedding
from llama_index.retrievers.bm25 import BM25Retriever

from benchmarks.lines import serve
from benchmarks.peers.handed import rows, vectors, weighed, weights, whole

DEPTH = 50
PACKAGES = ("llama-index-core", "llama-index-retrievers-bm25", "bm25s", "sentence-transformers", "torch")


class Fusion:
    """The hybrid retriever of LlamaIndex's documentation, with the query's vector made or at hand."""

    def __init__(self) -> None:
        self.embedder = HuggingFaceEmbedding(weights())
        self.remembered: dict[str, list[float]] = {}
        self.retriever: QueryFusionRetriever | None = None

    def index(self, path: str, given: str) -> dict[str, Any]:
        """Index a file of documents, each in one piece, with the vectors `given` for them."""
        started = perf_counter()
        nodes = [
            TextNode(
                id_=str(number),
                text=whole(row["title"], row["text"]),
                metadata={"id": row["id"]},
                excluded_embed_metadata_keys=["id"],
                embedding=vector,
            )
            for number, (row, vector) in enumerate(zip(rows(path), vectors(given), strict=True))
        ]
        index = VectorStoreIndex(nodes=nodes, embed_model=self.embedder)
        words = BM25Retriever.from_defaults(nodes=nodes, similarity_top_k=DEPTH)
        # One query, so the model that would write more of them is never asked; it wants one to be there all the same.
        self.retriever = QueryFusionRetriever(
            [index.as_retriever(similarity_top_k=DEPTH), words],
            llm=MockLLM(),
            mode=FUSION_MODES.RECIPROCAL_RANK,
            similarity_top_k=DEPTH,
            num_queries=1,
            use_async=False,
        )
        return {"seconds": perf_counter() - started, "passages": len(nodes)}

    def embed(self, texts: list[str]) -> dict[str, Any]:
        """Keep the vectors of these queries at hand."""
        for text in texts:
            self.remembered[text] = self.embedder.get_query_embedding(text)
        return {}

    def forget(self) -> dict[str, Any]:
        """Drop the vectors at hand."""
        self.remembered.clear()
        return {}

    def query(self, text: str) -> dict[str, Any]:
        """The documents found, best first, and the seconds it took."""
        assert self.retriever is not None
        started = perf_counter()
        vector = self.remembered.get(text) or self.embedder.get_query_embedding(text)
        found = self.retriever.retrieve(QueryBundle(text, embedding=vector))
        seconds = perf_counter() - started
        return {"ids": [scored.node.metadata["id"] for scored in found], "seconds": seconds}

    def stats(self) -> dict[str, Any]:
        """Memory, threads and versions."""
        return weighed(PACKAGES)


if __name__ == "__main__":
    system = Fusion()
    names = ("index", "embed", "forget", "query", "stats")
    serve({name: getattr(system, name) for name in names})
