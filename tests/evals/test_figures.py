import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from evals.figures import Circumstances, Figure, circumstances, digest, figure, keep, table
from evals.intervals import Interval
from knowledge.failures import Rejected

RUN = Circumstances("abc", "two cores", 0.5, "2026-11-22T12:00:00+00:00")
ROW = {"name", "value", "unit", "n", "low", "high", "baseline", "seed", "commit", "data", "settings"} | {
    "machine",
    "load",
    "at",
}


def test_a_rerun_replaces_its_own_names_only(tmp_path: Path) -> None:
    path = tmp_path / "build" / "bench.json"
    keep(path, [Figure("search/a/p50_ms", 5, "ms", 10), Figure("search/b/p50_ms", 6, "ms", 10)], RUN)
    keep(path, [Figure("search/a/p50_ms", 4, "ms", 12)], RUN)
    rows = json.loads(path.read_text())
    assert [(row["name"], row["value"], row["n"]) for row in rows] == [
        ("search/a/p50_ms", 4, 12),
        ("search/b/p50_ms", 6, 10),
    ]
    assert set(rows[0]) == ROW


def test_runs_at_the_same_time_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "evals.json"
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: keep(path, [Figure(f"x/y/{n}", n, "", 1)], RUN), range(24)))
    assert len(json.loads(path.read_text())) == 24


def test_a_damaged_file_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "bench.json"
    path.write_text("{")
    with pytest.raises(Rejected, match="no list of figures"):
        keep(path, [], RUN)
    assert path.read_text() == "{"


def test_the_table_names_value_interval_n_and_peers() -> None:
    shown = table(
        [
            figure("search/mtrag/ndcg@10", Interval(0.85, 0.81, 0.88, 168), "", baseline={"langchain": 0.784}),
            Figure("server/rest/rss_mb", 412.5, "MB", 1),
        ]
    )
    assert shown.splitlines()[1].split() == [
        "search/mtrag/ndcg@10",
        "0.85",
        "0.81",
        "to",
        "0.88",
        "168",
        "langchain",
        "0.784",
    ]
    assert "412.5 MB" in shown


def test_the_digest_follows_the_bytes(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"abc")
    assert digest([tmp_path / "a"]) == "ba7816bf8f01"
    (tmp_path / "b").write_bytes(b"d")
    assert digest([tmp_path / "b", tmp_path / "a"]) == digest([tmp_path / "a", tmp_path / "b"]) != "ba7816bf8f01"


def test_circumstances_are_read_from_the_machine(tmp_path: Path) -> None:
    now = datetime(2026, 11, 22, tzinfo=UTC)
    here = circumstances(Path(__file__).parents[2], now)
    assert len(here.commit.removesuffix("+changes")) == 12
    assert "cores" in here.machine
    assert here.at == "2026-11-22T00:00:00+00:00"
    assert circumstances(tmp_path, now).commit == "none"
