"""The suite: parts register themselves, one part's failure costs no other, a second run goes on where it stopped."""

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from evals import registry
from evals.figures import Figure
from evals.registry import Asked, part, parts
from evals.suite import Suite, able, sources
from knowledge.failures import NotFound

NOW = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Three more parts for one test: one that measures, one whose data is missing, one that breaks."""
    parts()
    monkeypatch.setattr(registry, "_PARTS", dict(registry._PARTS))
    calls: list[str] = []

    @part("fine", seconds=1, never=r"/strangers$")
    def fine(asked: Asked) -> Iterator[Figure]:
        calls.append("fine")
        yield Figure("x/y/right", 0.5, "", 10, settings={"quick": asked.quick})
        yield Figure("x/y/strangers", 0, "", 10)

    @part("missing", seconds=1)
    def missing(asked: Asked) -> Iterator[Figure]:
        raise NotFound("No data.", "Fetch it.")
        yield

    @part("broken", seconds=1)
    def broken(asked: Asked) -> Iterator[Figure]:
        yield Figure("x/z/half", 1, "", 1)
        raise ZeroDivisionError("by nothing")

    return calls


def silent(text: str) -> None:
    """Say nothing."""


def asked(folder: Path, **more: bool) -> Asked:
    return Asked(folder, folder, folder, NOW, say=silent, **more)


def test_one_parts_failure_costs_no_other(tmp_path: Path, ran: list[str]) -> None:
    outcomes = {one.name: one for one in Suite(asked(tmp_path), tmp_path / "e.json").run(["broken", "missing", "fine"])}
    assert outcomes["broken"].failed == "broken: failed. ZeroDivisionError: by nothing"
    assert outcomes["broken"].figures == ()
    assert outcomes["missing"].left_out.startswith("missing: left out. No data.")
    assert [one.name for one in outcomes["fine"].figures] == ["x/y/right", "x/y/strangers"]


def test_resuming_skips_what_is_done_and_only_that(tmp_path: Path, ran: list[str]) -> None:
    out = tmp_path / "e.json"
    first = list(Suite(asked(tmp_path), out).run(["fine"]))
    again = list(Suite(asked(tmp_path), out, resume=True).run(["fine"]))
    assert again[0].before
    assert again[0].figures == first[0].figures
    assert ran == ["fine"]
    list(Suite(asked(tmp_path, quick=True), out, resume=True).run(["fine"]))  # asked for something else
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "new.jsonl").write_text("{}")
    list(Suite(asked(tmp_path), out, resume=True).run(["fine"]))  # other data
    assert ran == ["fine"] * 3


def test_a_damaged_ledger_is_no_ledger(tmp_path: Path, ran: list[str]) -> None:
    (tmp_path / "e.done.json").write_text("{")
    list(Suite(asked(tmp_path), tmp_path / "e.json", resume=True).run(["fine"]))
    assert ran == ["fine"]


def test_what_must_not_happen_is_told(ran: list[str]) -> None:
    fine = parts()["fine"]
    assert fine.happened([Figure("x/y/strangers", 0, "", 1), Figure("x/y/right", 1, "", 1)]) == []
    assert [one.value for one in fine.happened([Figure("x/y/strangers", 2, "", 1)])] == [2]


def test_parts_run_side_by_side_in_processes_of_their_own(tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere"
    suite = Suite(Asked(nowhere, nowhere, tmp_path, NOW), tmp_path / "e.json", jobs=2)
    outcomes = {one.name: one for one in suite.run(["automatic_links", "leak"])}
    assert [one.value for one in outcomes["automatic_links"].figures] == [0]
    assert "left out" in outcomes["leak"].left_out


def test_what_measures_time_runs_alone_and_the_estimate_says_so(tmp_path: Path, ran: list[str]) -> None:
    @part("timed", seconds=40, alone=True)
    def timed(asked: Asked) -> Iterator[Figure]:
        yield Figure("x/t/seconds", os.getpid(), "", 1)

    said: list[str] = []
    nowhere = tmp_path / "nowhere"
    suite = Suite(Asked(nowhere, nowhere, tmp_path, NOW, say=said.append), tmp_path / "e.json", jobs=2)
    figures = {one.name: one.figures for one in suite.run(["timed"])}
    assert figures["timed"][0].value == os.getpid()  # in this process, after the others
    assert said[0] == "1 parts, about 40 s, 2 at a time"
    row = json.loads((tmp_path / "e.json").read_text())[0]
    assert row["part"] == "timed"
    assert row["seconds"] >= 0


def test_so_many_parts_at_a_time_as_the_machine_bears() -> None:
    assert able() in (1, 2)


def test_a_name_is_taken_once(ran: list[str]) -> None:
    with pytest.raises(ValueError, match="named fine"):
        part("fine", seconds=1)(parts()["leak"].measure)


def test_the_digest_of_the_sources_follows_them(tmp_path: Path) -> None:
    (tmp_path / "evals").mkdir()
    (tmp_path / "evals" / "a.py").write_text("1")
    before = sources(tmp_path)
    (tmp_path / "evals" / "__pycache__").mkdir()
    (tmp_path / "evals" / "__pycache__" / "a.pyc").write_text("1")
    assert sources(tmp_path) == before
    (tmp_path / "evals" / "a.py").write_text("2")
    assert sources(tmp_path) != before
