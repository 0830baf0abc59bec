from itertools import cycle
from typing import Any

import pytest

from benchmarks.pairs import WARM_UP, ask_each, ask_in_turn
from evals.datasets.collections import Query

QUERIES = [Query(f"q{number}", f"text {number}", f"q{number}") for number in range(7)]


class Scripted:
    """Answers each request with the next of its seconds and notes in a shared diary what it was asked."""

    def __init__(self, name: str, seconds: list[float], diary: list[str]) -> None:
        self.name, self.seconds, self.diary = name, cycle(seconds), diary

    def call(self, op: str, **arguments: Any) -> dict[str, Any]:
        assert op == "query"
        self.diary.append(f"{self.name} {arguments['text']}")
        return {"ids": ["a", "b", "a"], "seconds": next(self.seconds)}


def test_each_pair_is_asked_together_and_the_order_flips() -> None:
    diary: list[str] = []
    told: list[tuple[int, int]] = []
    ours, theirs = Scripted("ours", [0.01], diary), Scripted("theirs", [0.04], diary)
    pair = ask_in_turn(ours, theirs, QUERIES, 2, lambda *step: told.append(step))
    asked = diary[2 * WARM_UP :]
    assert len(asked) == 2 * 2 * len(QUERIES)
    assert all(asked[at].split()[1:] == asked[at + 1].split()[1:] for at in range(0, len(asked), 2))
    firsts = [asked[place].split()[0] for place in range(0, len(asked), 2)]
    assert firsts[:7] == ["ours", "theirs"] * 3 + ["ours"]
    assert all(first != second for first, second in zip(firsts[:7], firsts[7:], strict=True))
    assert told[-1] == (14, 14)
    assert pair.ours.rankings["q3"] == ["a", "b"]
    assert pair.ratios == pytest.approx([0.25] * 7)


def test_a_querys_time_is_the_median_of_its_rounds() -> None:
    diary: list[str] = []
    ours, theirs = Scripted("ours", [9, 1, 2, 4], diary), Scripted("theirs", [9, 5, 5, 5], diary)
    pair = ask_in_turn(ours, theirs, QUERIES[:1], 3, lambda *_: None)
    assert (pair.ours.seconds, pair.theirs.seconds) == ([2], [5])


def test_several_systems_take_turns_in_coming_first() -> None:
    diary: list[str] = []
    systems = {name: Scripted(name, [seconds], diary) for name, seconds in (("a", 0.1), ("b", 0.2), ("c", 0.3))}
    timed = ask_each(systems, QUERIES, 1, lambda *_: None)
    asked = [line.split()[0] for line in diary[3 * WARM_UP :]]
    assert asked[:9] == ["a", "b", "c", "b", "c", "a", "c", "a", "b"]
    assert {name: set(one.seconds) for name, one in timed.items()} == {"a": {0.1}, "b": {0.2}, "c": {0.3}}
