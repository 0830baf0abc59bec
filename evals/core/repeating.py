"""Repetitions: every case asked several times, and how often all of its answers are right (pass^k)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from evals.core.cases import Answer, Case, Metric, Task, Values
from evals.core.runs import Run
from evals.core.summary import SEED
from evals.intervals import Interval, mean_interval
from evals.statistics.reliability import pass_all

_MARK = " #"


@dataclass(frozen=True)
class Reliable:
    """pass^k of one metric: the chance that `k` answers to one case are all right, over cases; `failed` counts the
    cases of which a repetition could not be measured, and which are not in it."""

    metric: Metric
    k: int
    interval: Interval
    failed: int


def repeated(task: Task, times: int) -> Task:
    """Return the task with every case asked `times` times; a case's repetitions are not independent of each other."""
    own = {f"{case.id}{_MARK}{number}": case for case in task.cases for number in range(1, times + 1)}

    def answer(case: Case) -> Answer | None:
        return task.answer(own[case.id])

    def mark(case: Case, given: Answer) -> Values:
        return task.mark(own[case.id], given)

    cases = tuple(replace(case, id=name, group=case.cluster) for name, case in own.items())
    return replace(task, cases=cases, answer=answer, mark=mark, settings={**task.settings, "times": times})


def reliability(run: Run, times: int, seed: int = SEED) -> Iterator[Reliable]:
    """Yield pass^1 to pass^`times` of every metric that is right or wrong, over the cases measured `times` times."""
    for metric in run.metrics:
        values = _by_case(run, metric)
        whole = {case: right for case, right in values.items() if len(right) == times}
        if not whole or any(one not in (0.0, 1.0) for right in whole.values() for one in right):
            continue
        right = [[(one == 1.0) == metric.higher_is_better for one in some] for some in whole.values()]
        groups = [run.groups[f"{case}{_MARK}1"] for case in whole]
        for k in range(1, times + 1):
            interval = mean_interval(pass_all(right, k), seed=seed, groups=groups)
            yield Reliable(metric, k, interval, len(_failed(run) & values.keys()))


def _by_case(run: Run, metric: Metric) -> Mapping[str, list[float]]:
    found: dict[str, list[float]] = {one.case.rpartition(_MARK)[0]: [] for one in run.results}
    for name, score in run.scores.items():
        if metric.name in score.values:
            found[name.rpartition(_MARK)[0]].append(score.values[metric.name])
    return found


def _failed(run: Run) -> set[str]:
    return {one.case.rpartition(_MARK)[0] for one in run.failures}
