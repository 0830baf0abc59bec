"""The statistics on made data whose truth is known: do intervals hold it, does the gate cry wolf, what does it see?"""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from evals.core.cases import Metric, Result, Score
from evals.core.comparing import compare_all
from evals.core.runs import Run
from evals.figures import Figure, figure
from evals.intervals import Interval, mean_interval, rate_interval
from evals.statistics.power import smallest_seen

SEED = 20261125
DRAWS = 1_000
Values = NDArray[np.float64]
TRIES = 400
GATE_TRIES = 300
# The gate as it is: tasks with so many cases and measures.
SHAPE = {"answers": (94, 3), "retrieval": (77, 5), "prompting": (77, 3), "parity": (47, 3), "identity": (89, 1)}
# Cases whose measure moves for no reason between two runs, each way alike.
WOBBLE = 0.05
LOSSES = (0.05, 0.1, 0.15, 0.2, 0.3)
# The loss the reported power is about.
REPORTED = 0.2


def interval_figures(tries: int = TRIES) -> Iterator[Figure]:
    """The share of 95 % intervals that hold the truth, over four kinds of measure."""
    held = {name: sum(covers) for name, covers in _coverage(tries)}
    overall = rate_interval(sum(held.values()), tries * len(held))
    settings = {"tries": tries, **{name: round(count / tries, 4) for name, count in held.items()}}
    yield figure("statistics/simulated/interval_coverage", overall, "", seed=SEED, settings=settings)


def gate_figures(tries: int = GATE_TRIES) -> Iterator[Figure]:
    """How often the gate blocks a change that does no harm, and how often one that costs a fifth of one measure."""
    random = np.random.default_rng(SEED)
    alarms = sum(_blocks(_runs(random, {})) for _ in range(tries))
    settings = {"wobble": WOBBLE, "tasks": len(SHAPE), "metrics": sum(metrics for _, metrics in SHAPE.values())}
    yield figure("gate/simulated/false_alarm_rate", rate_interval(alarms, tries), "", seed=SEED, settings=settings)
    caught = {loss: sum(_blocks(_runs(random, {"answers": loss})) for _ in range(tries // 3)) for loss in LOSSES}
    told = {f"loss_of_{loss:g}": round(count / (tries // 3), 3) for loss, count in caught.items()}
    told |= {"one_metric_of_cases": SHAPE["answers"][0], **_stated(random)}
    reported = rate_interval(caught[REPORTED], tries // 3)
    yield figure("gate/simulated/power", reported, "", seed=SEED, settings=told)


def _coverage(tries: int) -> Iterator[tuple[str, list[bool]]]:
    random = np.random.default_rng(SEED)
    yield "means of 100 skewed scores", [_holds(_mean(random.beta(0.5, 1.5, 100).tolist()), 0.25) for _ in range(tries)]
    yield "means of 40 conversations of 4", [_holds(*_clustered(random)) for _ in range(tries)]
    yield "paired differences of 94", [_holds(_mean(_differences(random)), 0.02) for _ in range(tries)]
    yield "rates of 48", [_holds(rate_interval(int(random.binomial(48, 0.2)), 48), 0.2) for _ in range(tries)]


def _mean(values: Sequence[float]) -> Interval:
    return mean_interval(values, seed=SEED, draws=DRAWS)


def _holds(interval: Interval, truth: float) -> bool:
    return interval.low <= truth <= interval.high


def _clustered(random: np.random.Generator) -> tuple[Interval, float]:
    """Conversations differ more than their turns do; the interval must see 40 things, not 160."""
    levels = random.normal(0.5, 0.2, 40)
    values = np.repeat(levels, 4) + random.normal(0, 0.1, 160)
    groups = np.repeat(np.arange(40), 4).tolist()
    return mean_interval(values.tolist(), seed=SEED, groups=groups, draws=DRAWS), 0.5


def _differences(random: np.random.Generator) -> list[float]:
    return random.choice([-1.0, 0.0, 1.0], 94, p=[0.09, 0.8, 0.11]).tolist()  # type: ignore[no-any-return]


def _runs(random: np.random.Generator, losses: Mapping[str, float]) -> list[tuple[Run, Run]]:
    """Runs of every task before and after a change that costs so much of one measure of the named tasks."""
    pairs = []
    for name, (n, metrics) in SHAPE.items():
        truth = (random.random((n, metrics)) < 0.6).astype(float)
        before, after = _wobbled(truth, random), _wobbled(truth, random)
        lost = losses.get(name, 0.0)
        after[:, 0] *= random.random(n) >= lost / max(after[:, 0].mean(), lost)
        pairs.append((_run(name, before), _run(name, after)))
    return pairs


def _wobbled(truth: Values, random: np.random.Generator) -> Values:
    return np.asarray(np.where(random.random(truth.shape) < WOBBLE, 1 - truth, truth))


def _run(name: str, values: Values) -> Run:
    metrics = tuple(Metric(f"m{column}") for column in range(values.shape[1]))
    results: tuple[Result, ...] = tuple(
        Score(f"c{row}", {one.name: float(value) for one, value in zip(metrics, rows, strict=True)})
        for row, rows in enumerate(values)
    )
    return Run(name, metrics, results, {one.case: one.case for one in results}, {})


def _blocks(pairs: Sequence[tuple[Run, Run]]) -> bool:
    return any(found.verdict == "worse" for found in compare_all(pairs, SEED, DRAWS))


def _stated(random: np.random.Generator) -> dict[str, float]:
    """A single measure at the difference that is stated to be seen with a power of .8: how often it is."""
    n, spread = 100, 0.4
    gap = smallest_seen(n, spread)
    seen = 0
    for _ in range(TRIES):
        values = random.normal(gap, spread, n)
        before = _run("one", np.zeros((n, 1)))
        after = _run("one", values[:, None])
        seen += compare_all([(before, after)], SEED, DRAWS)[0].verdict == "better"
    return {"stated_power": 0.8, "simulated_at_that_difference": round(seen / TRIES, 3)}
