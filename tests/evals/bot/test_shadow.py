"""The replay asks at each turn before the person's answer, says nothing itself, and refuses a broken history."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from evals.bot.shadow import Pair, replayed
from evals.datasets import tarnfell
from knowledge.failures import Rejected

ROOT = Path(__file__).parents[3]
NOW = datetime(2026, 11, 21, 18, 0, tzinfo=UTC)


def test_the_beginning_of_the_history(tmp_path: Path) -> None:
    lines = (ROOT / "examples" / "tarnfell" / "events.jsonl").read_text("utf-8").splitlines()
    some = tmp_path / "events.jsonl"
    some.write_text("\n".join(lines[:60]))
    answers = [row for row in map(json.loads, lines[:60]) if row["type"] == "message" and row["direction"] == "out"]
    pairs = replayed(tarnfell.read(ROOT / "examples"), some, NOW)
    assert 0 < len(pairs) <= len(answers)
    assert {one.person for one in pairs} <= {row["text"] for row in answers}
    assert all(one.action != "answer" for one in pairs)  # nothing certifies it
    assert any(one.bot for one in pairs)
    some.write_text('{"type": "message", "at": "2026-01-01T00:00:00Z", "direction": "in"}\n')
    with pytest.raises(Rejected):
        replayed(tarnfell.read(ROOT / "examples"), some, NOW)


def test_words_in_common_are_the_persons() -> None:
    assert Pair("c", "hand_off", "unsure", "Sixty days for boots and much more", "boots: sixty days").alike == 1.0
    assert Pair("c", "hand_off", "unsure", "", "boots").alike == 0.0
