"""What a run says: each metric with a clustered interval, the failures beside it, and slices that admit being small."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from evals.core.cases import Metric
from evals.core.runs import Run
from evals.figures import Figure, figure
from evals.intervals import Interval, mean_interval, rate_interval

SEED = 20261122
# Below so many independent cases nothing is said; below the second, no conclusion is drawn.
TOO_FEW = 10
FEW = 30


@dataclass(frozen=True)
class Slice:
    """One value of one slice. `interval` is None where there are too few cases to say anything."""

    by: str
    value: str
    n: int
    interval: Interval | None
    few: bool

    @property
    def told(self) -> str:
        """The slice in words."""
        if self.interval is None:
            return f"{self.by} {self.value}: too few (n = {self.n})"
        few = ", few: no conclusion" if self.few else ""
        one = self.interval
        return f"{self.by} {self.value}: {one.value:.3f} ({one.low:.3f} to {one.high:.3f}, n = {self.n}{few})"


@dataclass(frozen=True)
class Summary:
    """One metric of a run. `interval` is over the measured cases, None without any; `failed` counts the others.

    `at_least` and `at_most` are the mean if every failed case had scored 0 or 1: where failures are many, they say
    how little is known. `unanswered` cases are measured, at their default.
    """

    metric: Metric
    interval: Interval | None
    failed: int
    unanswered: int
    at_least: float
    at_most: float
    clusters: int
    slices: tuple[Slice, ...] = field(default=())


def summarise(run: Run, seed: int = SEED) -> tuple[Summary, ...]:
    """Sum up every metric of the run."""
    return tuple(_summary(run, metric, seed) for metric in run.metrics)


def values_of(run: Run, metric: str) -> dict[str, float]:
    """The metric's value of every measured case it is defined for."""
    return {name: score.values[metric] for name, score in run.scores.items() if metric in score.values}


def run_figures(run: Run, seed: int = SEED) -> list[Figure]:
    """A figure a metric, named task/metric, and one for the share of cases that failed."""
    common = {"seed": seed, "data": run.data}
    shown = []
    for summary in summarise(run, seed):
        if summary.interval is not None:
            settings = {**run.settings, **_told(run, summary)}
            shown.append(figure(f"{run.task}/{summary.metric.name}", summary.interval, "", settings=settings, **common))
    failed = rate_interval(len(run.failures), len(run.results))
    reasons = sorted({one.reason for one in run.failures})[:5]
    shown.append(figure(f"{run.task}/failed", failed, "", settings={"reasons": reasons}, data=run.data))
    return shown


def _told(run: Run, summary: Summary) -> dict[str, object]:
    told: dict[str, object] = {
        "failed": summary.failed,
        "unanswered": summary.unanswered,
        "independent": summary.clusters,
        "slices": [one.told for one in summary.slices],
        "models": dict(run.models),
        "judge": run.judge,
        "cost": round(run.cost, 4),
        "seconds": run.seconds,
        **_latency(run),
    }
    if summary.failed:
        told["if_failed_were_0_and_1"] = [round(summary.at_least, 4), round(summary.at_most, 4)]
    return told


def _latency(run: Run) -> dict[str, float]:
    """How long one case takes: the median and the 95th percentile of the measured ones, in seconds."""
    took = sorted(score.seconds for score in run.scores.values())
    if not took:
        return {}
    return {f"seconds_p{share}": took[min(len(took) - 1, len(took) * share // 100)] for share in (50, 95)}


def _summary(run: Run, metric: Metric, seed: int) -> Summary:
    values = values_of(run, metric.name)
    failed, total = len(run.failures), sum(values.values())
    n = len(values) + failed
    return Summary(
        metric=metric,
        interval=_interval(run, values, seed),
        failed=failed,
        unanswered=sum(not run.scores[name].answered for name in values),
        at_least=total / n if n else 0.0,
        at_most=(total + failed) / n if n else 0.0,
        clusters=len({run.groups[name] for name in values}),
        slices=tuple(_slices(run, values, seed)),
    )


def _interval(run: Run, values: Mapping[str, float], seed: int) -> Interval | None:
    """Return the mean with a bootstrap interval over groups; where all failed or all succeeded drawing again shows
    nothing, and Wilson's interval over the groups tells how little that proves.
    """
    if not values:
        return None
    groups = [run.groups[name] for name in values]
    kinds = set(values.values())
    if kinds in ({0.0}, {1.0}):
        independent = len(set(groups))
        rate = rate_interval(independent if kinds == {1.0} else 0, independent)
        return replace(rate, n=len(values))
    return mean_interval(list(values.values()), seed=seed, groups=groups)


def _slices(run: Run, values: Mapping[str, float], seed: int) -> list[Slice]:
    cut: dict[tuple[str, str], dict[str, float]] = {}
    for name, value in values.items():
        for by, what in run.slices.get(name, {}).items():
            cut.setdefault((by, what), {})[name] = value
    shown = []
    for (by, what), own in sorted(cut.items()):
        independent = len({run.groups[name] for name in own})
        interval = _interval(run, own, seed) if independent >= TOO_FEW else None
        shown.append(Slice(by, what, len(own), interval, independent < FEW))
    return shown
