"""Threadline under test: the same requests as the peers answer, in JSON lines."""

import json
import os
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter, sleep
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.suggest import Assistant, open_assistant, suggest
from benchmarks.lines import resident_mb, serve
from evals.datasets.collections import Document
from evals.retrieval.library import Library, Making, add_articles, keys, open_library, write_articles
from knowledge.customers.entries import Handle
from knowledge.customers.inbox import Incoming, receive
from knowledge.library.drafts import Fields
from knowledge.library.passages import embedded_text
from knowledge.library.splitting import split
from knowledge.settings import Settings
from retrieval.embedding import Embedder, open_embedder

DEPTH = 50
PATIENCE_SECONDS = 30
# Holds the longest passage of the collections that are searched passage by passage.
WHOLE_CHARS = 8_000


class Handed:
    """The product's embedder; a passage whose vector is made already is not embedded again."""

    def __init__(self, inner: Embedder, made: dict[str, NDArray[np.float32]]) -> None:
        self.inner, self.made = inner, made
        self.id, self.dimensions = inner.id, inner.dimensions

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return unit vectors, shape (n, dimensions)."""
        rows = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for number, text in enumerate(texts):
            rows[number] = self.made[text] if text in self.made else self.inner.embed([text])[0]
        return rows


def _handed(documents: Sequence[Document], given: str) -> Embedder | None:
    if not given:
        return None
    # As ingest keeps them, without blanks at the ends: else we alone would make their vectors anew.
    kept = (Fields().draft(one.id, one.title, one.text) for one in documents)
    texts = (embedded_text(one.title, "", one.text) for one in kept)
    return Handed(open_embedder(Settings(_env_file=None)), dict(zip(texts, np.load(given), strict=True)))


class Threadline:
    """The product over one collection, in a folder that goes with the process."""

    def __init__(self) -> None:
        self.open = ExitStack()
        self.folder = Path(self.open.enter_context(tempfile.TemporaryDirectory()))
        self.library: Library | None = None
        self.assistant: Assistant | None = None
        self.making = Making()
        self.articles: dict[Any, str] = {}
        self.vectors: dict[str, NDArray[np.float32]] = {}

    @property
    def ready(self) -> Library:
        """The library, once it is indexed."""
        assert self.library is not None, "index first"
        return self.library

    def index(self, path: str, whole: bool = True, passages: int = 0, given: str = "") -> dict[str, Any]:
        """Ingest a file of documents and open the search; at most about `passages` of them when not 0.

        `given` holds the documents' vectors where they are made already, one a line of the file.
        """
        self.making = Making(passage_chars=WHOLE_CHARS) if whole else Making()
        rows = [json.loads(line) for line in Path(path).read_text(encoding="utf-8").splitlines()]
        documents = [Document(**row) for row in rows]
        if passages:
            documents = self.first(documents, passages)
        started = perf_counter()
        self.library = self.open.enter_context(
            open_library(self.folder / "data", documents, self.making, datetime.now(UTC), _handed(documents, given))
        )
        self.articles = dict(self.library.keys)
        return {
            "seconds": perf_counter() - started,
            "ingest_seconds": self.library.seconds,
            "articles": len(documents),
            "passages": self.library.report.passages,
        }

    def first(self, documents: list[Document], passages: int) -> list[Document]:
        """As many of the documents as are cut into at least so many passages."""
        total, taken = 0, []
        for document in documents:
            if total >= passages:
                break
            taken.append(document)
            total += len(split(document.text, self.making.passage_chars))
        return taken

    def embed(self, texts: list[str]) -> dict[str, Any]:
        """Keep the vectors of these queries at hand."""
        for text in texts:
            self.vectors[text] = self.ready.search.vector(text)
        return {}

    def forget(self) -> dict[str, Any]:
        """Drop the vectors at hand."""
        self.vectors.clear()
        return {}

    def query(self, text: str) -> dict[str, Any]:
        """The documents found, best passage first, and the seconds it took."""
        search, vector = self.ready.search, self.vectors.get(text)
        started = perf_counter()
        if vector is None:
            found = search.search(text, audience="agent", limit=DEPTH)
        else:
            found = search.search_vector(text, vector, "agent", DEPTH)
        seconds = perf_counter() - started
        return {"ids": [self.articles[hit.passage.article] for hit in found], "seconds": seconds}

    def add(self, id: str, title: str, text: str, probe: str) -> dict[str, Any]:  # noqa: A002
        """Ingest one article; the seconds until the probe has searched for it."""
        library, path = self.ready, self.folder / "one.jsonl"
        write_articles(path, [Document(id, title, text)], {})
        started = perf_counter()
        add_articles(library.database, library.scope, path, self.making, datetime.now(UTC), library.search.embedder)
        # No refresh is called: the search notices by itself, as it does in a running server.
        while not (found := self.finds(probe, id)) and perf_counter() - started < PATIENCE_SECONDS:
            sleep(0.005)
        return {"seconds": perf_counter() - started, "found": found}

    def finds(self, probe: str, id: str) -> bool:  # noqa: A002
        """Whether the document is among the first ten for the probe."""
        hits = self.ready.search.search(probe, audience="agent", limit=10)
        unknown = {hit.passage.article for hit in hits} - self.articles.keys()
        if unknown:
            self.articles = dict(keys(self.ready.database))
        return id in [self.articles[hit.passage.article] for hit in hits]

    def suggest(self, text: str, person: str) -> dict[str, Any]:
        """A customer writes `text`; time what the agent then waits for."""
        library = self.ready
        if self.assistant is None:
            self.assistant = open_assistant(library.settings, library.search)
        now = datetime.now(UTC)
        incoming = Incoming("email", Handle("email", f"{person}@example.com"), text, now)
        with library.database.write() as session:
            conversation = receive(session, library.scope, incoming, now).conversation
        assert conversation is not None
        started = perf_counter()
        shown = suggest(self.assistant, library.database, library.scope, conversation, now)
        seconds = perf_counter() - started
        return {"seconds": seconds, "decision": shown.decision, "timings_ms": shown.timings_ms}

    def stats(self) -> dict[str, Any]:
        """Memory and how it is set up."""
        return {
            "rss_mb": resident_mb(os.getpid()),
            "threads": os.environ.get("OMP_NUM_THREADS", "default"),
            "embedder": self.ready.search.embedder.id,
        }


if __name__ == "__main__":
    system = Threadline()
    names = ("index", "embed", "forget", "query", "add", "suggest", "stats")
    with system.open:
        serve({name: getattr(system, name) for name in names})
