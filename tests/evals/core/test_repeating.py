"""pass^k: every case asked several times, all of its answers right or not; what failed is counted, not scored."""

from collections import Counter

import pytest

from evals.core.cases import Answer, Case, Metric, Task
from evals.core.repeating import reliability, repeated
from evals.core.running import Running, run
from evals.figures import Circumstances

HERE = Circumstances("abc", "two cores", 0.1, "2026-11-22T12:00:00+00:00")
# What each case's four answers are; None: it could not be measured.
ANSWERS = {"a": [True] * 4, "b": [True, True, True, False], "c": [False] * 4, "d": [True, None, True, True]}


def made(times: int) -> Task:
    asked: Counter[str] = Counter()

    def answer(case: Case) -> Answer:
        given = ANSWERS[case.id][asked[case.id]]
        asked[case.id] += 1
        if given is None:
            raise TimeoutError("too late")
        return Answer({"right": given})

    def mark(case: Case, given: Answer) -> dict[str, float]:
        assert case.id in ANSWERS
        wrong = not given.output["right"]
        return {"right": float(not wrong), "told": float(wrong), "share": 0.3}

    metrics = (Metric("right"), Metric("told", higher_is_better=False), Metric("share"))
    cases = tuple(Case(one, {}, group="g" if one in "ab" else "") for one in ANSWERS)
    return repeated(Task("made/up", cases, answer, mark, metrics), times)


def test_all_of_k_right_over_the_cases_that_were_measured() -> None:
    task = made(4)
    found = run(task, Running(HERE))
    assert (len(found.results), len(found.failures), found.settings["times"]) == (16, 1, 4)
    assert len({found.groups[one.case] for one in found.results}) == 3  # a and b are one group, and repetitions too
    told = list(reliability(found, 4))
    assert {one.metric.name for one in told} == {"right", "told"}  # a share is no right or wrong
    # a 1, b C(3,k)/C(4,k), c 0: (1 + 3/4) / 3, (1 + 3/6) / 3, (1 + 1/4) / 3, 1/3; d is not in it
    wanted = pytest.approx([1.75 / 3, 1.5 / 3, 1.25 / 3, 1 / 3])
    for metric in ("right", "told"):
        own = [one for one in told if one.metric.name == metric]
        assert [one.interval.value for one in own] == wanted
        assert {(one.interval.n, one.failed) for one in own} == {(3, 1)}


def test_what_was_asked_once_is_no_repetition() -> None:
    assert [one.k for one in reliability(run(made(1), Running(HERE)), 1)] == [1, 1]
