from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from evals.datasets.collections import Document
from evals.library import Making, open_library
from evals.peers import PEERS, Material, Questions, peers, reciprocal_rank_fusion, run_peers

TEXTS = (
    "Wax leather boots twice a year.",
    "Peg the corners of the tent first.",
    "Refunds take forty days.",
    "The stove burns gas.",
    "Maps are sold at the till.",
)


def material() -> Material:
    return Material(TEXTS, ("boots", "tents", "refunds", "stoves", "maps"), np.eye(5, dtype=np.float32))


def test_reciprocal_rank_by_hand() -> None:
    # row 7: 1/61 + 1/62; row 3: 1/62 + 1/61; row 9: 1/63. Equal worth goes by row.
    assert reciprocal_rank_fusion([[7, 3, 9], [3, 7]]) == [3, 7, 9]
    assert reciprocal_rank_fusion([[], [4]]) == [4]


def test_every_peer_answers_and_case_is_kept_only_where_its_default_keeps_it() -> None:
    asked = Questions({"q": "REFUNDS"}, np.zeros((1, 5), dtype=np.float32))
    found = run_peers(material(), asked)
    assert set(found) == set(PEERS)
    assert found["bm25"]["q"] == ["refunds"]
    assert found["langchain lower"]["q"][0] == "refunds"
    # Words as they are written: nothing is found by word, and what was not found is returned all the same.
    assert found["langchain"]["q"][0] != "refunds"
    assert set(found["langchain"]["q"]) == set(material().documents)


def test_the_fusion_takes_both_ways_into_account() -> None:
    asked = Questions({"q": "how to wax boots"}, np.array([[0.0, 0.9, 0.0, 0.4, 0.0]], dtype=np.float32))
    found = run_peers(material(), asked)
    assert found["bm25"]["q"] == ["boots"]
    assert found["minilm"]["q"][0] == "tents"
    assert found["fusion"]["q"][0] == "boots"


def test_rankings_are_kept_for_the_same_passages_and_queries(tmp_path: Path) -> None:
    documents = [Document(name, name, text) for name, text in zip(material().documents, TEXTS, strict=True)]
    with open_library(tmp_path / "library", documents, Making(), datetime(2026, 11, 22, tzinfo=UTC)) as library:
        first = peers(library, {"q": "wax my boots"}, tmp_path / "kept")
        [kept] = (tmp_path / "kept").glob("*.json")
        kept.write_text(kept.read_text().replace('"boots"', '"read"'))
        assert peers(library, {"q": "wax my boots"}, tmp_path / "kept")["bm25"]["q"][0] == "read"
        peers(library, {"q": "another"}, tmp_path / "kept")
    assert first["bm25"]["q"][0] == "boots"
    assert len(list((tmp_path / "kept").glob("*.json"))) == 2
