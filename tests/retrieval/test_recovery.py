"""The index heals: damaged files, a process killed while it fills them, a probe that kills its process."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from knowledge.database import open_database
from knowledge.library.ingest import IngestPlan, ingest
from knowledge.library.visibility import VisibilityRules
from knowledge.scope import Scope
from knowledge.settings import Settings
from retrieval.embedding import Embedder, open_embedder
from retrieval.search import open_search
from tests.retrieval.conftest import ARTICLES, SmallLibrary

COUNT = 1_500


def _first(folder: Path, pattern: str) -> Path:
    return next(iter(sorted(folder.rglob(pattern))))


def _garbage(path: Path) -> None:
    path.write_bytes(random.Random(7).randbytes(max(2_000, path.stat().st_size)))


DAMAGES: dict[str, Callable[[Path], None]] = {
    "chroma's tables are garbage": lambda f: _garbage(_first(f, "chroma.sqlite3")),
    "chroma's tables are empty": lambda f: _first(f, "chroma.sqlite3").write_bytes(b""),
    "chroma's folder is gone": lambda f: shutil.rmtree(_first(f, "dense")),
    "tantivy's list is garbage": lambda f: _garbage(_first(f, "meta.json")),
    "tantivy's list is gone": lambda f: _first(f, "meta.json").unlink(),
    "tantivy's words are gone": lambda f: _first(f, "*.term").unlink(),
    "tantivy's words are cut": lambda f: os.truncate(_first(f, "*.term"), 10),
    "tantivy's texts are garbage": lambda f: _garbage(_first(f, "*.store")),
    "the note is garbage": lambda f: _first(f, "current.json").write_text("{"),
    "the note is gone": lambda f: _first(f, "current.json").unlink(),
    "a probe killed the process": lambda f: _first(f, "current.json").with_name("opening").touch(),
    "half of it was never written": lambda f: shutil.rmtree(_first(f, "lexical")),
}


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda name: name.replace(" ", "-"))
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_damaged_files_are_filled_again(small_library: SmallLibrary, damage: str) -> None:
    small_library.open().close()
    folder = small_library.settings.data_dir / "indexes"
    # A note is written once an index was started anew.
    if not list(folder.rglob("current.json")):
        _first(folder, "000000").with_name("current.json").write_text('{"folder": "000000"}')
    DAMAGES[damage](folder)
    opened = small_library.open()
    assert opened.count == len(ARTICLES)
    assert opened.search("return a jacket", audience="customer")[0].passage.title == "Returns"
    assert opened.search("goodwill refund", audience="agent")[0].passage.title == "Goodwill limits"
    opened.close()
    again = small_library.open()
    assert again.count == len(ARTICLES)
    again.close()


OPEN = """
import sys
from pathlib import Path
from knowledge.database import open_database
from knowledge.scope import Scope
from knowledge.settings import Settings
from retrieval.search import open_search
settings = Settings(data_dir=Path(sys.argv[1]))
print("opening", flush=True)
search = open_search(settings, open_database(settings.database), Scope())
print(search.count, search.search("article seven", audience="customer")[0].passage.title, flush=True)
search.close()
"""


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with many articles and their vectors, and no index yet."""
    data = tmp_path_factory.mktemp("filled")
    articles = data / "articles.csv"
    rows = (f"{n},Article {n},article number {n} speaks of topic {n % 97}" for n in range(COUNT))
    articles.write_text("\n".join(["id,title,text", *rows]))
    database = open_database(Settings(data_dir=data).database)
    plan = IngestPlan(now=datetime(2026, 11, 1, tzinfo=UTC), rules=VisibilityRules(default="public"))
    ingest(database, Scope(), [articles], plan, open_embedder(Settings()))
    database.close()
    return data


@pytest.mark.parametrize("seed", range(4))
def test_killed_while_filling(filled: Path, tmp_path: Path, embedder: Embedder, seed: int) -> None:
    data = tmp_path / "data"
    shutil.copytree(filled, data)
    chance = random.Random(seed)
    for _ in range(2):
        process = subprocess.Popen([sys.executable, "-c", OPEN, str(data)], stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(chance.uniform(0.8, 3.0))
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
    settings = Settings(data_dir=data)
    database = open_database(settings.database)
    search = open_search(settings, database, Scope(), embedder)
    assert search.count == COUNT
    for number in (0, 7, COUNT // 2, COUNT - 1):
        title = f"Article {number}"
        vector = embedder.embed([f"{title}\narticle number {number} speaks of topic {number % 97}"])[0]
        hits = search.search_vector(title, vector, "customer", 20)
        found = next(hit for hit in hits if hit.passage.title == title)
        assert found.lexical_rank is not None
        assert found.similarity == pytest.approx(1.0, abs=0.01)
    search.close()
    database.close()


def test_files_that_kill_the_process_are_replaced_at_the_next_start(filled: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    shutil.copytree(filled, data)
    command = [sys.executable, "-c", OPEN, str(data)]
    assert _open(command) == str(COUNT)
    _garbage(_first(data / "indexes", "data_level0.bin"))
    assert str(COUNT) in (_open(command), _open(command))


def _open(command: list[str]) -> str:
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    return done.stdout.split()[1] if done.returncode == 0 else f"died with {done.returncode}"
