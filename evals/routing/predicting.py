"""Routing: who takes an incident and who resolves it, and which channel is used."""

import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from math import inf
from pathlib import Path

import numpy as np

from evals.datasets.routing import Cases, read_incidents, read_nyc311
from evals.figures import Figure, figure
from evals.intervals import difference_interval, mean_interval
from evals.metrics.calibration import error_by_width, log_losses
from evals.metrics.resampling import resampled
from evals.statistics.paired import mcnemar
from handoff.learning.evidence import Example, Key, View
from handoff.learning.pooling import Prediction, fit, predict_stream

Say = Callable[[str], None]
SEED = 20261125
FITTED = 0.7
FOLDS = 10
WEEK_DAYS = 5.0
INCIDENT_VIEWS: tuple[Key, ...] = (
    ("category",),
    ("category", "subcategory"),
    ("category", "subcategory", "symptom"),
    ("opened_by",),
    ("opened_by", "category"),
    ("opened_by", "category", "subcategory"),
    ("opened_by", "category", "subcategory", "symptom"),
    ("caller_id",),
    ("caller_id", "category"),
    ("location", "category"),
    ("location", "category", "subcategory"),
    ("location", "category", "subcategory", "symptom"),
    ("opened_by", "location"),
    ("opened_by", "hours", "weekday"),
    ("priority_first", "category", "subcategory"),
    # Those below were chosen within the first 70 %: fitted on 55 of them, compared on the last 15.
    ("symptom",),
    ("subcategory", "symptom"),
    ("location",),
    ("ci", "category"),
    ("hours", "weekday"),
    ("category", "hours"),
    ("category", "subcategory", "weekday"),
    ("opened_by", "symptom"),
    ("opened_by", "location", "category"),
    ("contact_type", "opened_by"),
    ("caller_id", "subcategory"),
    ("impact", "urgency", "category"),
)
CHANNEL_VIEWS: tuple[Key, ...] = (("topic",), ("owner",), ("detail",), ("part",), ("owner", "part"))
BACK_OFF: tuple[Key, ...] = (("category", "subcategory", "symptom"), ("category", "subcategory"), ("category",), ())
TARGETS = {"group": "first_group", "final_group": "last_group", "resolver": "resolved_by"}


def incident_figures(data: Path, say: Say) -> Iterator[Figure]:
    """First group, last group and resolver of incidents: fitted on the first 70 % by opening, reported on the rest."""
    for short, target in TARGETS.items():
        found = read_incidents(data, target)
        fitted, rest = ([case for case in part if case.label] for part in found.split(FITTED))
        views = [View(key, half_life) for key in INCIDENT_VIEWS for half_life in (inf, WEEK_DAYS)]
        predicted = list(predict_stream(fit(fitted, views), rest))
        say(f"it_incidents: {target} of {len(rest)}, fitted on {len(fitted)}")
        peers = {
            "back_off": _back_off(fitted, rest, BACK_OFF),
            "back_off_opened_by": _back_off(fitted, rest, (("opened_by",), ())),
            "callers_previous": _previous(fitted, rest),
        }
        for best in (1, 5) if short == "resolver" else (1,):
            ours = [float(case.label in found_.labels[:best]) for case, found_ in predicted]
            yield _hits(f"routing/it_incidents/{short}_top{best}", ours, peers, predicted, found.digest)


def _hits(
    name: str,
    ours: list[float],
    peers: Mapping[str, list[tuple[str, ...]]],
    predicted: Sequence[tuple[Example, Prediction]],
    data: str,
) -> Figure:
    best = int(name.rpartition("top")[2])
    theirs = {
        peer: [float(case.label in said[:best]) for (case, _), said in zip(predicted, answers, strict=True)]
        for peer, answers in peers.items()
    }
    gains = {peer: difference_interval(ours, hits, seed=SEED) for peer, hits in theirs.items()}
    return figure(
        name,
        mean_interval(ours, seed=SEED),
        "rate",
        baseline={peer: float(np.mean(hits)) for peer, hits in theirs.items()},
        seed=SEED,
        data=data,
        settings={
            "fitted_on": "the first 70 % by opened_at",
            "history": "labels of incidents closed before opened_at",
            "gain": {
                peer: [round(bound, 4) for bound in (one.value, one.low, one.high)] for peer, one in gains.items()
            },
            "mcnemar_p": {peer: mcnemar(list(map(bool, ours)), list(map(bool, hits))) for peer, hits in theirs.items()},
            "ece_of_top1": error_by_width(
                [said.probabilities[0] for _, said in predicted],
                [case.label == said.labels[0] for case, said in predicted],
            ),
        },
    )


def _back_off(fitted: Sequence[Example], rest: Sequence[Example], keys: Sequence[Key]) -> list[tuple[str, ...]]:
    """The five commonest labels of the most detailed combination that the fitted cases have."""
    tables: list[dict[Key, Counter[str]]] = [{} for _ in keys]
    for case in fitted:
        for key, table in zip(keys, tables, strict=True):
            table.setdefault(_values(case, key), Counter())[case.label] += 1
    return [
        next(
            _commonest(table[_values(case, key)])
            for key, table in zip(keys, tables, strict=True)
            if _values(case, key) in table
        )
        for case in rest
    ]


def _values(case: Example, key: Key) -> Key:
    return tuple(case.features[name] for name in key)


def _commonest(counts: Counter[str]) -> tuple[str, ...]:
    return tuple(label for label, _ in counts.most_common(5))


def _previous(fitted: Sequence[Example], rest: Sequence[Example]) -> list[tuple[str, ...]]:
    """The labels of the caller's latest incidents that were closed before; the back-off where there is none."""
    closed: dict[str, list[tuple[datetime, str]]] = {}
    for case in (*fitted, *rest):
        if case.known_at is not None:
            closed.setdefault(case.features["caller_id"], []).append((case.known_at, case.label))
    answers = []
    for case, otherwise in zip(rest, _back_off(fitted, rest, BACK_OFF), strict=True):
        past = sorted((one for one in closed[case.features["caller_id"]] if one[0] < case.at), reverse=True)
        answers.append(tuple(dict.fromkeys(label for _, label in past))[:5] or otherwise)
    return answers


def nyc311_figures(data: Path, say: Say) -> Iterator[Figure]:
    """Which channel a request came by, from topic and time: every case predicted by a model that has not seen it."""
    found = read_nyc311(data)
    ours, marginal = _cross_fitted(found)
    say(f"nyc311: {len(ours)} requests whose channel is known")
    fitted, rest = found.split(FITTED)
    later = [said.of(case.label) for case, said in predict_stream(fit(fitted, _channel_views()), rest)]
    losses, base = (log_losses([said.of(case.label) for case, said in one]) for one in (ours, marginal))
    gain = difference_interval(losses, base, seed=SEED)
    settings = {
        "protocol": f"{FOLDS} seeded folds",
        "gain": [round(bound, 4) for bound in (gain.value, gain.low, gain.high)],
        "first_70_percent_by_time_on_the_rest": {
            "log_loss": float(np.mean(log_losses(later))),
            "marginal": float(np.mean(log_losses([_marginal(fitted).get(case.label, 0.0) for case in rest]))),
        },
    }
    both = {"seed": SEED, "data": found.digest, "settings": settings}
    yield figure(
        "channel/nyc311/log_loss",
        mean_interval(losses, seed=SEED),
        "nats",
        baseline={"marginal": float(np.mean(base))},
        **both,
    )
    top, right = _top(ours)
    yield figure(
        "channel/nyc311/ece",
        resampled(top, right, error_by_width, seed=SEED),
        "error",
        baseline={"marginal": error_by_width(*_top(marginal))},
        **both,
    )


Said = list[tuple[Example, Prediction]]


def _top(said: Said) -> tuple[list[float], list[bool]]:
    return [one.probabilities[0] for _, one in said], [case.label == one.labels[0] for case, one in said]


def _cross_fitted(found: Cases) -> tuple[Said, Said]:
    order = list(found.cases)
    random.Random(SEED).shuffle(order)  # noqa: S311
    ours: Said = []
    marginal: Said = []
    for fold in range(FOLDS):
        held, kept = order[fold::FOLDS], [case for place, case in enumerate(order) if place % FOLDS != fold]
        model, shares = fit(kept, _channel_views()), _marginal(kept)
        constant = Prediction(tuple(shares), tuple(shares.values()))
        ours += [(case, model.predict(dict(case.features), case.at)) for case in held]
        marginal += [(case, constant) for case in held]
    return ours, marginal


def _channel_views() -> list[View]:
    return [View(key) for key in CHANNEL_VIEWS]


def _marginal(cases: Sequence[Example]) -> dict[str, float]:
    counts = Counter(case.label for case in cases)
    return {label: count / len(cases) for label, count in counts.most_common()}
