"""Comparing two runs: better, worse or cannot tell, over the cases both measured, failures counted."""

import numpy as np
import pytest

from evals.core.cases import Failure, Metric, Result, Score
from evals.core.comparing import compare, told
from evals.core.runs import Run
from knowledge.failures import Rejected

RIGHT = Metric("right")


def made(values: list[float | None], metric: Metric = RIGHT, size: int = 1, task: str = "t") -> Run:
    results: tuple[Result, ...] = tuple(
        Failure(f"c{n}", "no answer") if value is None else Score(f"c{n}", {metric.name: value})
        for n, value in enumerate(values)
    )
    groups = {f"c{n}": f"g{n // size}" for n in range(len(values))}
    return Run(task, (metric,), results, groups, {})


def test_a_clear_gain_is_better_and_a_clear_loss_worse() -> None:
    before, after = made([0.0] * 20 + [1.0] * 20), made([1.0] * 40)
    better = compare(before, after)
    assert (better.verdict, better.compared[0].difference.value) == ("better", 0.5)
    assert compare(after, before).verdict == "worse"
    assert told(better.compared[0]).startswith("right: better. 0.500 → 1.000, difference +0.500")


def test_a_small_gain_cannot_be_told_and_says_what_it_would_take() -> None:
    before, after = made([0.0] * 20 + [1.0] * 20), made([1.0] * 2 + [0.0] * 18 + [1.0] * 19 + [0.0])
    one = compare(before, after).compared[0]
    assert one.verdict == "cannot tell"
    assert one.needed > 40
    assert f"this one would take {one.needed}" in told(one)


def test_the_same_is_the_same() -> None:
    before = made([0.2, 0.4, 1.0])
    assert compare(before, before).verdict == "same"


def test_lower_is_better_where_the_metric_says_so() -> None:
    wait = Metric("wait", higher_is_better=False)
    assert compare(made([9.0] * 30, wait), made([1.0] * 30, wait)).verdict == "better"


def test_one_of_what_must_not_happen_is_one_too_many() -> None:
    leaks = Metric("leaks", higher_is_better=False, never=True)
    assert compare(made([0.0] * 50, leaks), made([0.0] * 49 + [1.0], leaks)).verdict == "worse"


def test_new_failures_are_worse_though_what_is_left_scores_the_same() -> None:
    found = compare(made([1.0] * 40), made([1.0] * 28 + [None] * 12))
    by_name = {one.metric.name: one for one in found.compared}
    assert (by_name["right"].verdict, by_name["failed"].verdict, found.verdict) == ("same", "worse", "worse")


def test_cases_of_one_group_count_as_one() -> None:
    random = np.random.default_rng(3)
    old = random.uniform(0.3, 0.7, 60)
    new = old + np.repeat(random.normal(0.15, 0.1, 6), 10)
    alone = compare(made(old.tolist()), made(new.tolist())).compared[0]
    grouped = compare(made(old.tolist(), size=10), made(new.tolist(), size=10)).compared[0]
    assert grouped.p > alone.p
    assert grouped.difference.high - grouped.difference.low > alone.difference.high - alone.difference.low


def test_what_stands_in_one_run_only_is_said() -> None:
    found = compare(made([1.0] * 5), made([1.0] * 8))
    assert (found.only_before, found.only_after) == (0, 3)


def test_different_tasks_or_cases_are_not_compared() -> None:
    with pytest.raises(Rejected, match="different tasks"):
        compare(made([1.0]), made([1.0], task="u"))
    with pytest.raises(Rejected, match="no case in common"):
        compare(made([1.0]), made([]))
