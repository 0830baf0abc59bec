"""Random halves: conversations stay whole, and what can be told apart is."""

import pytest

from evals.answering import over_halves as halves
from evals.answering.refusal import Decided


def made(n: int) -> list[Decided]:
    return [
        Decided(
            f"talk{i // 2}<::>{i}",
            "ANSWERABLE" if i % 4 < 2 else "UNANSWERABLE",
            True,
            {"x": float(i % 4 < 2) + i / (2 * n), "y": 1.0},
            i % 4 < 2,
        )
        for i in range(n)
    ]


def test_a_conversation_is_in_one_half_and_each_split_is_another() -> None:
    asked = {"mtrag": made(40)}
    first, second = halves.halved(asked, 0)["mtrag"], halves.halved(asked, 1)["mtrag"]
    sides = {one.id.partition("<")[0]: one.tuning for one in first}
    assert all(sides[one.id.partition("<")[0]] == one.tuning for one in first)
    assert 0 < sum(one.tuning for one in first) < len(first)
    assert [one.tuning for one in first] != [one.tuning for one in second]
    assert first == halves.halved(asked, 0)["mtrag"]


def test_what_can_be_told_apart_is_refused_and_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(halves, "SPLITS", 3)
    told = {
        one.name: one
        for one in halves.over_halves({"mtrag": made(60), "clapnq": made(80)}, {"mtrag": "a", "clapnq": "b"})
    }
    refused = told["refusal/clapnq/over_halves/refused_unanswerable"]
    assert refused.value is not None
    assert refused.value >= 0.9
    assert refused.n == 40
    assert told["refusal/mtrag/over_halves/coverage_at_threshold"].settings["both_wishes"] == 1.0
