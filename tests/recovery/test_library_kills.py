"""Killed during ingest and indexing: what was committed stays, a re-run completes it, the index heals itself."""

import json
import random
import time
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from knowledge.database import Database, open_database
from knowledge.scope import Scope
from knowledge.settings import Settings
from retrieval.embedding import Embedder, open_embedder
from retrieval.search import open_search
from tests.recovery.conftest import ROUNDS, Start, kill, wait_until

pytestmark = pytest.mark.timeout(300 + 120 * ROUNDS)
SCOPE = Scope()
ARTICLES = 240


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return open_embedder(Settings())


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """Write a collection of small articles, each with a word of its own."""
    path = tmp_path / "articles.jsonl"
    rows = [
        {
            "id": f"a{n}",
            "title": f"Part {n}",
            "text": f"# Part {n}\n\nThe part number{n} fits.\n\n## Care\n\nDry it {n} days.",
        }
        for n in range(ARTICLES)
    ]
    path.write_text("\n".join(json.dumps(row) for row in rows))
    return path


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "data")


def count(settings: Settings, table: str) -> int:
    """Count rows as an onlooker, without making the database or its tables."""
    if not (settings.data_dir / "threadline.db").exists():
        return 0
    with closing(Database(create_engine(settings.database))) as database, database.read() as session:
        try:
            return session.scalar(text(f"SELECT count(*) FROM {table}")) or 0
        except OperationalError:
            return 0


def ingest_all(start: Start, library: Path) -> dict[str, object]:
    process = start("ingest", str(library), "--visibility", "public", "--json")
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    return json.loads(out)


def test_killed_during_ingest(
    start: Start, library: Path, settings: Settings, chance: random.Random, embedder: Embedder
) -> None:
    killed = 0
    for _ in range(ROUNDS):
        before = count(settings, "articles")
        target = before + chance.randrange(1, ARTICLES // (ROUNDS + 1))
        process = start("ingest", str(library), "--visibility", "public")
        wait_until(lambda wanted=target: count(settings, "articles") >= wanted, process)
        time.sleep(chance.random() * 0.1)
        killed += kill(process)
        assert count(settings, "articles") >= before
        assert_whole(settings)
    assert killed
    told = ingest_all(start, library)
    assert told["added"] + told["unchanged"] == ARTICLES
    assert told["unchanged"] > 0
    assert_whole(settings)
    assert_found(settings, embedder, chance)


def assert_whole(settings: Settings) -> None:
    """Check that every article that is there has its passages, and every passage its vector."""
    with closing(open_database(settings.database)) as database, database.read() as session:
        bare = "SELECT count(*) FROM articles WHERE id NOT IN (SELECT article FROM passages)"
        blind = "SELECT count(*) FROM passages WHERE digest NOT IN (SELECT digest FROM vectors)"
        assert session.scalar(text(bare)) == 0
        assert session.scalar(text(blind)) == 0


def assert_found(settings: Settings, embedder: Embedder, chance: random.Random) -> None:
    """Check that the indexes hold every passage, each one by its own word."""
    with (
        closing(open_database(settings.database)) as database,
        closing(open_search(settings, database, SCOPE, embedder)) as search,
    ):
        assert search.owner
        assert search.count == count(settings, "passages")
        for number in chance.sample(range(ARTICLES), 12):
            hits = search.search(f"number{number}", audience="customer", limit=3)
            assert f"Part {number}" in [hit.passage.title for hit in hits]


def test_killed_during_indexing(
    start: Start, library: Path, settings: Settings, chance: random.Random, embedder: Embedder
) -> None:
    ingest_all(start, library)
    killed = 0
    for number in range(ROUNDS):
        before = folders(settings)
        process = start("reindex")
        wait_until(lambda known=before: folders(settings) != known, process)
        time.sleep(chance.random() * 1.5 * number / ROUNDS)  # the first at once: a quick machine is soon done
        killed += kill(process)
        assert_found(settings, embedder, chance)
    assert killed


def folders(settings: Settings) -> set[Path]:
    """Return the folders of the indexes: a new one appears when they are filled anew."""
    return set(settings.data_dir.glob("indexes/*/[0-9]*"))
