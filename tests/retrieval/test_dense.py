"""One contract for both dense indexes, and Chroma over a real server."""

import gc
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from knowledge.failures import Unavailable
from retrieval.dense import ChromaDense, DenseIndex, MemoryDense, Vectors, collection_name, open_chroma

# Chroma's HTTP client keeps its connections until it is collected.
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
NAME = collection_name("embedder", "main", "main")


def _unit(count: int, seed: int = 0) -> Vectors:
    rows = np.random.default_rng(seed).normal(size=(count, 16)).astype(np.float32)
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


@pytest.fixture(params=["memory", "chroma"])
def index(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[DenseIndex]:
    made: DenseIndex = MemoryDense(16) if request.param == "memory" else open_chroma(tmp_path, "", NAME)
    yield made
    made.close()


def test_best_first_with_the_cosine(index: DenseIndex) -> None:
    rows = _unit(50)
    index.add("public", [f"p{n}" for n in range(50)], rows)
    found = index.search(rows[7], ("public", "internal"), 5)
    assert found[0] == ("p7", pytest.approx(1.0, abs=1e-4))
    exact = np.sort(rows @ rows[7])[::-1][:5]
    assert [score for _, score in found] == pytest.approx(list(exact), abs=1e-4)


def test_only_the_named_visibilities_are_found(index: DenseIndex) -> None:
    rows = _unit(2)
    index.add("public", ["open"], rows[:1])
    index.add("internal", ["secret"], rows[1:])
    assert [key for key, _ in index.search(rows[1], ("public",), 9)] == ["open"]
    assert [key for key, _ in index.search(rows[1], ("public", "internal"), 9)] == ["secret", "open"]
    assert index.search(rows[1], (), 9) == []


def test_removing(index: DenseIndex) -> None:
    rows = _unit(3)
    index.add("public", ["a", "b"], rows[:2])
    index.add("internal", ["c"], rows[2:])
    index.remove({"a", "c", "unknown"})
    assert index.ids() == {"b"}
    assert [key for key, _ in index.search(rows[0], ("public", "internal"), 9)] == ["b"]


def test_empty(index: DenseIndex) -> None:
    assert index.ids() == set()
    assert index.search(_unit(1)[0], ("public", "internal"), 9) == []


def test_chroma_finds_its_vectors_again(tmp_path: Path) -> None:
    rows = _unit(300)
    first = open_chroma(tmp_path, "", NAME)
    first.add("public", [f"p{n}" for n in range(300)], rows)
    first.close()
    second = open_chroma(tmp_path, "", NAME)
    second.probe()
    assert second.search(rows[123], ("public",), 1)[0][0] == "p123"
    second.close()


def test_names_differ_by_embedder_and_scope() -> None:
    names = {collection_name(e, t, b) for e in ("x", "y") for t in ("a", "b") for b in ("a", "ab")}
    assert len(names) == 8


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    program = str(Path(sys.executable).parent / "chroma")
    command = [program, "run", "--path", str(tmp_path / "served"), "--host", "127.0.0.1", "--port", str(port)]
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(200):
        with socket.socket() as knock:
            if knock.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.1)
    yield f"http://127.0.0.1:{port}"
    running.kill()
    running.wait()
    gc.collect()


def test_a_chroma_server_serves_as_well(server: str, tmp_path: Path) -> None:
    rows = _unit(20)
    index = open_chroma(tmp_path, server, NAME)
    assert isinstance(index, ChromaDense)
    index.add("public", [f"p{n}" for n in range(20)], rows)
    index.probe()
    assert index.search(rows[3], ("public", "internal"), 1)[0][0] == "p3"
    index.clear()
    assert index.ids() == set()
    index.close()


@pytest.mark.parametrize("url", ["http://127.0.0.1:9", "127.0.0.1:9", "http://127.0.0.1:port"])
def test_a_server_that_does_not_answer_is_unavailable(url: str, tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="THREADLINE_CHROMA_URL"):
        open_chroma(tmp_path, url, NAME)
    gc.collect()
