"""Routing: whether a dialogue succeeds, what foretells it, and whether who serves does."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

from evals.datasets.routing import read_star, star_seconds
from evals.figures import Figure, figure
from evals.intervals import Interval, difference_interval
from evals.metrics.calibration import error_by_width, log_losses
from evals.metrics.resampling import resampled
from evals.metrics.telling import roc_area
from evals.routing.predicting import FITTED, SEED
from handoff.agents.training import sure
from handoff.learning.evidence import Example, Key, View
from handoff.learning.pooling import fit, predict_stream

Say = Callable[[str], None]
DRAWS = 1_000
# Chosen by four folds of time within the first 70 %, of some thirty sets of views; who served comes on trial.
STAR_VIEWS: tuple[Key, ...] = (
    ("task",),
    ("customer",),
    ("task", "hours"),
    ("agent",),
    ("agent", "task"),
    ("agent", "domain"),
)


def star_figures(data: Path, say: Say) -> Iterator[Figure]:
    """Whether a dialogue achieves its goal: happy paths with an answer, split in time; missing is not "no"."""
    found = read_star(data)
    answered = [case for case in found.cases if case.label]
    cut = int(len(answered) * FITTED)
    fitted, rest = answered[:cut], answered[cut:]
    happened = [case.label == "True" for case in rest]
    alone = {key[0]: _chances(fitted, rest, [key]) for key in STAR_VIEWS if key in {("task",), ("agent",)}}
    views = helpful(fitted)
    ours = _chances(fitted, rest, views)
    gain = difference_interval(_losses(alone["task"], happened), _losses(ours, happened), seed=SEED)
    wider = _area_gain(ours, alone["task"], happened)
    say(f"star: {len(rest)} answers, fitted on {len(fitted)}; {len(found.cases) - len(answered)} gave none")
    settings = {
        "fitted_on": f"the first {len(fitted)} of {len(answered)} happy paths with an answer, by time",
        "happy_paths_without_an_answer": len(found.cases) - len(answered),
        "rate_then_and_later": [float(np.mean([case.label == "True" for case in part])) for part in (fitted, rest)],
        "duration_rank_correlation": _durations(data, fitted, rest),
        "reading": "the task tells most, the customer and the hour some; who served adds nothing that can be seen",
        "who_served_is_used": views == STAR_VIEWS,
        "gain_over_task_alone": {
            "area": [round(bound, 4) for bound in (wider.value, wider.low, wider.high)],
            "log_loss": [round(bound, 4) for bound in (gain.value, gain.low, gain.high)],
        },
        "by_views": {
            name: {"auc": roc_area(chances, happened), "ece": error_by_width(chances, happened)}
            for name, chances in (
                ("with_who_served", _chances(fitted, rest, STAR_VIEWS)),
                ("without", _chances(fitted, rest, _without_agents())),
            )
        },
    }
    both = {"seed": SEED, "data": found.digest, "settings": settings}
    yield figure(
        "routing/star/auc",
        resampled(ours, happened, roc_area, seed=SEED),
        "area",
        baseline={f"{name}_alone": roc_area(chances, happened) for name, chances in alone.items()},
        **both,
    )
    base = float(np.mean([case.label == "True" for case in fitted]))
    yield figure(
        "routing/star/ece",
        resampled(ours, happened, error_by_width, seed=SEED),
        "error",
        baseline={"rate_of_the_past": error_by_width([base] * len(rest), happened)}
        | {f"{name}_alone": error_by_width(chances, happened) for name, chances in alone.items()},
        **both,
    )


def helpful(fitted: Sequence[Example]) -> tuple[Key, ...]:
    """Return the views that are used: those of who served unless they foretell the later fitted cases worse.

    The rule is the one by which `handoff.agents.training` uses a model or does not.
    """
    cut = int(len(fitted) * FITTED)
    earlier, later = fitted[:cut], fitted[cut:]
    without = _without_agents()
    right = [case.label == "True" for case in later]

    own, alone = (_losses(_chances(earlier, later, views), right) for views in (STAR_VIEWS, without))
    _, high = sure([other - mine for mine, other in zip(own, alone, strict=True)])
    return STAR_VIEWS if high >= 0 else without


def _without_agents() -> tuple[Key, ...]:
    return tuple(key for key in STAR_VIEWS if "agent" not in key)


def _losses(chances: Sequence[float], happened: Sequence[bool]) -> list[float]:
    said = zip(chances, happened, strict=True)
    return log_losses([chance if yes else 1 - chance for chance, yes in said])


def _area_gain(ours: Sequence[float], theirs: Sequence[float], happened: Sequence[bool]) -> Interval:
    """How much larger the area of ours is over the same cases, which are drawn together (paired bootstrap)."""
    did, generator = np.asarray(happened, dtype=bool), np.random.default_rng(SEED)
    drawn: list[float] = []
    while len(drawn) < DRAWS:
        rows = generator.integers(0, len(did), len(did))
        if 0 < did[rows].sum() < len(did):
            one, other = (roc_area([said[row] for row in rows], did[rows].tolist()) for said in (ours, theirs))
            drawn.append(one - other)
    low, high = np.quantile(drawn, [0.025, 0.975])
    return Interval(roc_area(ours, happened) - roc_area(theirs, happened), float(low), float(high), len(did))


def _chances(fitted: Sequence[Example], rest: Sequence[Example], views: Sequence[Key]) -> list[float]:
    model = fit(fitted, [View(key) for key in views])
    return [said.of("True") for _, said in predict_stream(model, rest)]


def _durations(data: Path, fitted: Sequence[Example], rest: Sequence[Example]) -> dict[str, float]:
    """How well the mean log time of a task, and of an agent, in the past ranks the times of the later dialogues."""
    from scipy.stats import spearmanr  # type: ignore[import-untyped]

    seconds = star_seconds(data)

    def logs(cases: Sequence[Example]) -> list[float]:
        return [float(np.log1p(seconds[case.at, case.features["agent"]])) for case in cases]

    told = {}
    for name in ("task", "agent"):
        groups: dict[str, list[float]] = {}
        for case, took in zip(fitted, logs(fitted), strict=True):
            groups.setdefault(case.features[name], []).append(took)
        usual = float(np.mean(logs(fitted)))
        expected = [float(np.mean(groups.get(case.features[name], [usual]))) for case in rest]
        told[name] = round(float(spearmanr(expected, logs(rest)).statistic), 3)
    return told
