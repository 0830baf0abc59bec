"""Two runs of one task: better, worse or cannot tell, by how much, and what it would take to tell."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from statistics import pstdev
from typing import Any, Literal

from evals.core.cases import Metric
from evals.core.runs import Run
from evals.core.summary import SEED, values_of
from evals.intervals import DRAWS, Interval, mean_interval
from evals.statistics.paired import mcnemar, permutation
from evals.statistics.power import cases_needed, smallest_seen
from evals.statistics.several import holm
from knowledge.failures import Rejected

LEVEL = 0.05
Verdict = Literal["better", "worse", "cannot tell", "same"]
# The name under which it is compared how many cases failed.
FAILED = "failed"
# The value before and after by case.
Pairs = Mapping[str, tuple[float, float]]


@dataclass(frozen=True)
class _Drawing:
    seed: int
    draws: int


@dataclass(frozen=True)
class Compared:
    """One metric of B against A over the cases both measured.

    `difference` is B − A. `p` is adjusted for the other metrics. `smallest` is the difference that so many cases
    show with a power of .8, `needed` how many independent cases the observed one would take (0: it was 0).
    """

    metric: Metric
    before: float
    after: float
    difference: Interval
    p: float
    verdict: Verdict
    smallest: float
    needed: int


@dataclass(frozen=True)
class Comparison:
    """B against A: what was compared, and the cases that stand in one of them only."""

    task: str
    compared: tuple[Compared, ...]
    only_before: int
    only_after: int
    same_data: bool

    @property
    def verdict(self) -> Verdict:
        """Worse when any metric is; better when one is and none is worse."""
        verdicts = {one.verdict for one in self.compared}
        order: tuple[Verdict, ...] = ("worse", "better", "cannot tell")
        return next((one for one in order if one in verdicts), "same")


def compare(before: Run, after: Run, seed: int = SEED) -> Comparison:
    """Compare two runs of the same task, case by case, with the failures as a metric of their own.

    Raises:
        Rejected: they are runs of different tasks, or share no case.
    """
    return compare_all([(before, after)], seed)[0]


def compare_all(runs: Sequence[tuple[Run, Run]], seed: int = SEED, draws: int = DRAWS) -> list[Comparison]:
    """Compare several pairs of runs at once: p is adjusted over the metrics of all of them.

    Raises:
        Rejected: a pair is of different tasks, or shares no case.
    """
    paired = [_paired(before, after) for before, after in runs]
    raw = {
        (place, metric.name): _p(rows, runs[place][0].groups, seed, draws)
        for place, pairs in enumerate(paired)
        for metric, rows in pairs.items()
    }
    # Where nothing moved there is nothing to test, so it does not count among the tests.
    adjusted = dict.fromkeys(raw, 1.0) | holm({name: p for name, p in raw.items() if p < 1})
    return [
        _comparison(
            before,
            after,
            [
                _compared(one, rows, before.groups, adjusted[place, one.name], _Drawing(seed, draws))
                for one, rows in pairs.items()
            ],
        )
        for place, ((before, after), pairs) in enumerate(zip(runs, paired, strict=True))
    ]


def _paired(before: Run, after: Run) -> Mapping[Metric, Pairs]:
    if before.task != after.task:
        raise Rejected(f"{before.task} and {after.task} are different tasks.", "Compare two runs of one task.")
    both = _both(before, after)
    if not both:
        raise Rejected("The two runs have no case in common.", "Run both on the same data.")
    pairs = {metric: _pairs(before, after, metric, both) for metric in (*before.metrics, Metric(FAILED, 0.0, False))}
    return {metric: rows for metric, rows in pairs.items() if rows}


def _both(before: Run, after: Run) -> set[str]:
    return {one.case for one in before.results} & {one.case for one in after.results}


def _comparison(before: Run, after: Run, compared: Sequence[Compared]) -> Comparison:
    both = _both(before, after)
    return Comparison(
        task=before.task,
        compared=tuple(compared),
        only_before=len(before.results) - len(both),
        only_after=len(after.results) - len(both),
        same_data=before.data == after.data,
    )


def _pairs(before: Run, after: Run, metric: Metric, both: set[str]) -> Pairs:
    if metric.name == FAILED:
        return {name: (float(name not in before.scores), float(name not in after.scores)) for name in sorted(both)}
    old, new = values_of(before, metric.name), values_of(after, metric.name)
    return {name: (old[name], new[name]) for name in sorted(both) if name in old and name in new}


def _p(pairs: Pairs, groups: Mapping[str, str], seed: int, draws: int) -> float:
    clusters = [groups[name] for name in pairs]
    old, new = zip(*pairs.values(), strict=True)
    if set(old) | set(new) <= {0.0, 1.0} and len(set(clusters)) == len(clusters):
        return mcnemar([value == 1 for value in new], [value == 1 for value in old])
    return permutation([b - a for a, b in pairs.values()], seed=seed, groups=clusters, draws=draws)


def _compared(metric: Metric, pairs: Pairs, groups: Mapping[str, str], p: float, how: _Drawing) -> Compared:
    clusters = [groups[name] for name in pairs]
    old, new = zip(*pairs.values(), strict=True)
    gaps = [b - a for a, b in pairs.values()]
    difference = mean_interval(gaps, seed=how.seed, groups=clusters, draws=how.draws)
    # The spread of the clusters' means, as if each were one case: what power is about is independent cases.
    spread, independent = _spread(pairs, groups), len(set(clusters))
    return Compared(
        metric=metric,
        before=sum(old) / len(old),
        after=sum(new) / len(new),
        difference=difference,
        p=p,
        verdict=_verdict(metric, difference, p),
        smallest=smallest_seen(independent, spread),
        needed=cases_needed(difference.value, spread) if abs(difference.value) > 1e-12 else 0,
    )


def _spread(pairs: Pairs, groups: Mapping[str, str]) -> float:
    own: dict[str, list[float]] = {}
    for name, (old, new) in pairs.items():
        own.setdefault(groups[name], []).append(new - old)
    typical = ceil(len(pairs) / len(own))
    return pstdev([sum(some) / typical for some in own.values()])


def _verdict(metric: Metric, difference: Interval, p: float) -> Verdict:
    gain = difference.value if metric.higher_is_better else -difference.value
    if metric.never and gain < 0:
        return "worse"  # one is one too many: no test asks whether it was chance
    if difference.low == difference.high == 0:
        return "same"
    if p >= LEVEL or difference.low <= 0 <= difference.high:
        return "cannot tell"
    return "better" if gain > 0 else "worse"


def changed_between(before: Run, after: Run) -> list[tuple[str, Any, Any]]:
    """What the two were made with that is not the same: settings, models, judge, commit."""

    def made_with(one: Run) -> dict[str, Any]:
        return {**one.settings, **one.models, "judge": one.judge, "commit": one.commit}

    old, new = made_with(before), made_with(after)
    return [(name, old.get(name), new.get(name)) for name in {**old, **new} if old.get(name) != new.get(name)]


def told(one: Compared) -> str:
    """Say in one line what was found."""
    gap = one.difference
    found = f"{one.metric.name}: {one.verdict}. {one.before:.3f} → {one.after:.3f}"
    by = f"difference {gap.value:+.3f} ({gap.low:+.3f} to {gap.high:+.3f}, n = {gap.n}, adjusted p = {one.p:.3f})"
    if one.verdict != "cannot tell":
        return f"{found}, {by}"
    return f"{found}, {by}. So many cases show a difference of {one.smallest:.3f}; this one would take {one.needed}"
