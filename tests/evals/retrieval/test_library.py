from datetime import UTC, datetime
from pathlib import Path

import pytest

from evals.datasets.collections import Collection, Document, Query
from evals.retrieval import quality as search_quality
from evals.retrieval.library import Making, open_library, private_settings
from evals.retrieval.quality import rankings, search_figures

NOW = datetime(2026, 11, 22, tzinfo=UTC)
DOCUMENTS = (
    Document("boots", "Boot care", "Wax leather boots twice a year. Let them dry slowly, away from the stove."),
    Document("tents", "Pitching a tent", "Peg the corners first, then raise the poles and tension the guy lines."),
    Document("refunds", "Refund limits", "Agents may refund up to forty pounds without asking the floor manager."),
)
QUERIES = (
    Query("q1", "how do I look after leather boots", "q1"),
    Query("q2", "which corner of my tent do I peg first", "q2"),
)
QRELS = {"q1": {"boots": 1}, "q2": {"tents": 1}}


def test_settings_stay_in_their_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THREADLINE_DATABASE_URL", "postgresql://production.example/threadline")
    monkeypatch.setenv("THREADLINE_CHROMA_URL", "http://production.example:8000")
    settings = private_settings(tmp_path)
    assert settings.database == f"sqlite:///{tmp_path / 'threadline.db'}"
    assert settings.chroma_url == ""
    assert settings.data_dir == tmp_path


def test_a_collection_is_searched_by_document(tmp_path: Path) -> None:
    making = Making(states={"refunds": "internal"})
    collection = Collection("tiny", DOCUMENTS, QUERIES, QRELS, "none")
    with open_library(tmp_path / "library", DOCUMENTS, making, NOW) as library:
        found = rankings(library, collection)
        assert (found["both"]["q1"][0], found["both"]["q2"][0]) == ("boots", "tents")
        assert found["words only"]["q1"][0] == found["meaning only"]["q1"][0] == "boots"
        hits = library.search.search("refund without asking the floor manager", audience="customer", limit=10)
        assert "refunds" not in library.documents(hits)
    assert library.report.visibility == {"public": 2, "internal": 1}
    assert library.seconds > 0


def test_peers_stand_in_the_row_and_without_them_the_figures_still_come(monkeypatch: pytest.MonkeyPatch) -> None:
    collection = Collection("tiny", DOCUMENTS, QUERIES, QRELS, "none")
    theirs = {"one": {"q1": ["boots"], "q2": ["boots"]}, "two": {"q1": ["boots"], "q2": ["boots", "tents"]}}
    alone = {"words only", "meaning only"}
    for found, best in ((theirs, {"best_peer": "two"}), ({}, {})):
        monkeypatch.setattr(search_quality, "peers", lambda *_, found=found: found)
        figures = {one.name: one for one in search_figures(collection, NOW, False, print)}
        row = figures["retrieval/tiny/mrr@10"]
        assert row.value == 1.0
        assert row.baseline.keys() == found.keys() | alone
        assert row.settings["difference"].keys() == found.keys()
        assert {name: row.settings[name] for name in best} == best
        assert ("best_peer" in row.settings) is bool(best)
        assert figures["retrieval/tiny/recall@5"].n == 2
        assert row.settings["documents"] == 3
    assert len(figures) == 6
