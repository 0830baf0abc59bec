"""LangChain under test: EnsembleRetriever over BM25 and Chroma, spoken to in JSON lines.

Runs in the peer's own environment: nothing of the product is imported here.
"""

import re
from time import perf_counter
from typing import Any

from langchain_chroma import Chroma
from langchain_classic.retrievers import EnsembleRetriever
from langchain_community.retrievers import BM25Retriever
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_huggingface import HuggingFaceEmbeddings
from langchain_text_splitters import RecursiveCharacterTextSplitter

from benchmarks.lines import serve
from benchmarks.peers.handed import rows, vectors, weighed, weights, whole

DEPTH = 50
# Chroma takes at most 5,461 at once.
BATCH = 5_000
WORD = re.compile(r"\w+")
PACKAGES = ("langchain-classic", "langchain-chroma", "chromadb", "rank-bm25", "sentence-transformers", "torch")


def words(text: str) -> list[str]:
    """Lower-cased words: without this BM25Retriever splits on white space and keeps case."""
    return WORD.findall(text.lower())


class Remembered(Embeddings):
    """The same embeddings; a text whose vector was made before is answered from memory."""

    def __init__(self, inner: Embeddings) -> None:
        self.inner = inner
        self.vectors: dict[str, list[float]] = {}

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Embed passages, or take their vectors from memory."""
        if all(text in self.vectors for text in texts):
            return [self.vectors[text] for text in texts]
        return self.inner.embed_documents(texts)

    def embed_query(self, text: str) -> list[float]:
        """Embed a query, or take its vector from memory."""
        return self.vectors.get(text) or self.inner.embed_query(text)


class Ensemble:
    """The retriever and everything that it is made of."""

    def __init__(self) -> None:
        self.embeddings = Remembered(HuggingFaceEmbeddings(model_name=weights()))
        self.documents: list[Document] = []
        self.store = Chroma("benchmark", embedding_function=self.embeddings)
        self.retriever: EnsembleRetriever | None = None

    def index(self, path: str, whole: bool = True, given: str = "") -> dict[str, Any]:
        """Index a file of documents; `whole` keeps each in one piece, `given` holds their vectors if they are made."""
        started = perf_counter()
        documents = [self.document(**row) for row in rows(path)]
        if given:
            self.embeddings.vectors = dict(zip((one.page_content for one in documents), vectors(given), strict=True))
        if not whole:
            splitter = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200)
            documents = splitter.split_documents(documents)
        self.extend(documents)
        self.forget()
        return {"seconds": perf_counter() - started, "passages": len(self.documents)}

    def document(self, id: str, title: str, text: str) -> Document:  # noqa: A002
        """Title and text as one document."""
        return Document(page_content=whole(title, text), metadata={"id": id})

    def extend(self, documents: list[Document]) -> None:
        """Add documents and set the retriever up over all of them."""
        for number, document in enumerate(documents, start=len(self.documents)):
            document.metadata["passage"] = number
        self.documents += documents
        for start in range(0, len(documents), BATCH):
            self.store.add_documents(documents[start : start + BATCH])
        # BM25Retriever has no way to add a document: it is built anew.
        lexical = BM25Retriever.from_documents(self.documents, preprocess_func=words, k=DEPTH)
        dense = self.store.as_retriever(search_kwargs={"k": DEPTH})
        self.retriever = EnsembleRetriever(retrievers=[lexical, dense], weights=[0.5, 0.5], id_key="passage")

    def embed(self, texts: list[str]) -> dict[str, Any]:
        """Keep the vectors of these queries in memory."""
        for text in texts:
            self.embeddings.vectors[text] = self.embeddings.inner.embed_query(text)
        return {}

    def forget(self) -> dict[str, Any]:
        """Drop the remembered vectors."""
        self.embeddings.vectors.clear()
        return {}

    def query(self, text: str) -> dict[str, Any]:
        """The documents found, best passage first, and the seconds it took."""
        assert self.retriever is not None
        started = perf_counter()
        found = self.retriever.invoke(text)
        seconds = perf_counter() - started
        return {"ids": [document.metadata["id"] for document in found], "seconds": seconds}

    def add(self, id: str, title: str, text: str, probe: str) -> dict[str, Any]:  # noqa: A002
        """Add one article; the seconds until the probe has searched for it."""
        started = perf_counter()
        self.extend([self.document(id, title, text)])
        found = self.query(probe)["ids"]
        return {"seconds": perf_counter() - started, "found": id in found[:10]}

    def stats(self) -> dict[str, Any]:
        """Memory, threads and versions."""
        return weighed(PACKAGES)


if __name__ == "__main__":
    system = Ensemble()
    names = ("index", "embed", "forget", "query", "add", "stats")
    serve({name: getattr(system, name) for name in names})
