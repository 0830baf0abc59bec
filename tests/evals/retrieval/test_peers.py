"""What others find: handed over once, fused by hand, kept; and left out where their environment is not there."""

import sys
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from evals.beside import Peer
from evals.datasets.collections import Document
from evals.retrieval.library import Library, Making, open_library
from evals.retrieval.peers import PEER, Material, Questions, peers, reciprocal_rank_fusion, run_peers
from retrieval import store

TEXTS = (
    "Wax leather boots twice a year.",
    "Peg the corners of the tent first.",
    "Refunds take forty days.",
    "The stove burns gas.",
    "Maps are sold at the till.",
)


def material() -> Material:
    return Material(TEXTS, ("boots", "tents", "refunds", "stoves", "maps"), np.eye(5, dtype=np.float32))


@pytest.fixture
def scripted(tmp_path: Path) -> Peer:
    """A peer that finds what shares a word with the query, and returns the nearest passages as they were given."""
    program = """
import json, sys
asked = json.load(sys.stdin)
words = [set(text.lower().strip(".").split()) for text in asked["texts"]]
found = [[row for row, some in enumerate(words) if some & set(query.lower().split())] for query in asked["queries"]]
print(json.dumps({"langchain": asked["near"], "langchain lower": asked["near"], "bm25": found}))
"""
    peer = Peer("retrieval", tmp_path / "repository")
    for folder in (peer.requirements.parent, peer.python.parent):
        folder.mkdir(parents=True)
    peer.requirements.write_text("something==1.0\n")
    peer.requirements.with_name("rank.py").write_text("")
    peer.stamp.write_text(peer.wanted())
    peer.python.write_text(f"#!{sys.executable}\n{program}")
    peer.python.chmod(0o755)
    return peer


def test_reciprocal_rank_by_hand() -> None:
    # row 7: 1/61 + 1/62; row 3: 1/62 + 1/61; row 9: 1/63. Equal worth goes by row.
    assert reciprocal_rank_fusion([[7, 3, 9], [3, 7]]) == [3, 7, 9]
    assert reciprocal_rank_fusion([[], [4]]) == [4]


def test_what_is_handed_over_and_what_is_made_of_the_answer(scripted: Peer) -> None:
    asked = Questions({"q": "how to wax boots"}, np.array([[0.0, 0.9, 0.0, 0.4, 0.0]], dtype=np.float32))
    found = run_peers(material(), asked, scripted)
    assert found["bm25"]["q"] == ["boots"]
    # The nearest by vector, as they were handed over: the tents before the stoves before all else.
    assert found["langchain"]["q"][:2] == found["minilm"]["q"][:2] == ["tents", "stoves"]
    assert found["fusion"]["q"][:2] == ["boots", "tents"]
    assert set(found["fusion"]["q"]) == set(material().documents)


def test_a_document_stands_where_its_best_passage_stands(scripted: Peer) -> None:
    two = Material(("wax", "boots wax", "tent"), ("a", "a", "b"), np.eye(3, dtype=np.float32))
    asked = Questions({"q": "wax"}, np.array([[0.5, 0.9, 0.7]], dtype=np.float32))
    found = run_peers(two, asked, scripted)
    assert (found["bm25"]["q"], found["minilm"]["q"]) == (["a"], ["a", "b"])


def test_case_is_kept_only_where_the_default_of_langchain_keeps_it() -> None:
    if not PEER.is_there():
        pytest.skip(PEER.left_out)
    asked = Questions({"q": "REFUNDS"}, np.zeros((1, 5), dtype=np.float32))
    found = run_peers(material(), asked)
    assert set(found) == {"langchain", "langchain lower", "bm25", "minilm", "fusion"}
    assert found["bm25"]["q"] == ["refunds"]
    assert found["langchain lower"]["q"][0] == "refunds"
    # Words as they are written: nothing is found by word, and what was not found is returned all the same.
    assert found["langchain"]["q"][0] != "refunds"
    assert set(found["langchain"]["q"]) == set(material().documents)


def test_rankings_are_kept_for_the_same_passages_queries_and_packages(tmp_path: Path, scripted: Peer) -> None:
    kept, said = tmp_path / "kept", list[str]()
    with opened(tmp_path) as library:
        first = peers(library, {"q": "wax my boots"}, said.append, kept, scripted)
        [file] = kept.glob("*.json")
        file.write_text(file.read_text().replace('"boots"', '"read"'))
        assert peers(library, {"q": "wax my boots"}, said.append, kept, scripted)["bm25"]["q"][0] == "read"
        assert len(said) == 1
        peers(library, {"q": "another"}, said.append, kept, scripted)
        scripted.requirements.write_text("newer==2\n")
        scripted.stamp.write_text(scripted.wanted())
        again = peers(library, {"q": "wax my boots"}, said.append, kept, scripted)
    assert first == again
    assert first["bm25"]["q"] == ["boots"]
    assert len(list(kept.glob("*.json"))) == len(said) == 3


def test_passages_stand_in_the_order_of_the_documents_however_they_are_read(
    tmp_path: Path, scripted: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Libraries are read some passages at a time, by ids that are others in every library.
    monkeypatch.setattr(store, "MANY", 2)
    kept, said = tmp_path / "kept", list[str]()
    for name in "ab":
        with opened(tmp_path / name) as library:
            found = peers(library, {"q": "the"}, said.append, kept, scripted)
        assert found["bm25"]["q"] == ["tents", "stoves", "maps"]
    assert len(said) == len(list(kept.glob("*.json"))) == 1


def test_without_their_environment_a_line_says_so_and_nothing_is_kept(tmp_path: Path) -> None:
    said: list[str] = []
    with opened(tmp_path) as library:
        assert peers(library, {"q": "wax"}, said.append, tmp_path / "kept", Peer("retrieval", tmp_path)) == {}
    assert said == [PEER.left_out]
    assert not (tmp_path / "kept").exists()


def opened(folder: Path) -> AbstractContextManager[Library]:
    documents = [Document(name, name, text) for name, text in zip(material().documents, TEXTS, strict=True)]
    return open_library(folder / "library", documents, Making(), datetime(2026, 11, 22, tzinfo=UTC))
