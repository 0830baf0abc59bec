"""Fixtures of retrieval: the real embedder, a small library and the search over it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from knowledge.database import Database
from knowledge.library.ingest import IngestPlan, ingest
from knowledge.library.visibility import VisibilityRules
from knowledge.scope import Scope
from knowledge.settings import Settings
from retrieval.embedding import Embedder, open_embedder
from retrieval.search import Search, open_search

NOW = datetime(2026, 11, 1, tzinfo=UTC)
ARTICLES = {
    "returns": "# Returns\n\nYou may return a tent or a jacket within thirty days. Keep the receipt.",
    "delivery": "# Delivery\n\nParcels arrive within three working days. Express orders arrive the next morning.",
    "stoves": "# Gas stoves\n\nNever use a gas stove inside a tent. Check the hose before each trip.",
    "refund-limits": "---\nvisibility: internal\n---\n# Goodwill limits\n\nAgents may refund up to forty pounds.",
    "fraud": "---\nvisibility: internal\n---\n# Returns fraud score\n\nScores above nine go to the fraud desk.",
}


class SmallLibrary:
    """A folder of five articles, two of them internal, and its ingest."""

    def __init__(self, folder: Path, database: Database, scope: Scope, embedder: Embedder) -> None:
        self.folder, self.database, self.scope, self.embedder = folder, database, scope, embedder
        self.settings = Settings(data_dir=folder.parent / "data")
        folder.mkdir()
        for name, text in ARTICLES.items():
            self.write(name, text)

    def write(self, name: str, text: str) -> None:
        (self.folder / f"{name}.md").write_text(text)

    def ingest(self, *, prune: bool = True, rules: VisibilityRules | None = None) -> None:
        plan = IngestPlan(now=NOW, rules=rules or VisibilityRules(default="public"), prune=prune)
        ingest(self.database, self.scope, [self.folder], plan, self.embedder)

    def open(self) -> Search:
        return open_search(self.settings, self.database, self.scope, self.embedder)


@pytest.fixture(scope="session")
def embedder() -> Embedder:
    return open_embedder(Settings())


@pytest.fixture
def small_library(tmp_path: Path, database: Database, scope: Scope, embedder: Embedder) -> SmallLibrary:
    library = SmallLibrary(tmp_path / "shop", database, scope, embedder)
    library.ingest()
    return library


@pytest.fixture
def search(small_library: SmallLibrary) -> Iterator[Search]:
    opened = small_library.open()
    yield opened
    opened.close()
