"""Choosing a channel in a company whose truth is known: calibration, regret against the oracle, cold start."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import product

import numpy as np

from evals.figures import Figure, figure
from evals.intervals import difference_interval, mean_interval
from evals.metrics.calibration import error_by_width
from evals.metrics.resampling import resampled
from evals.routing import channel_truth as truth
from handoff.channels.prediction import Contact, learn

SEED = 20261125
PEOPLE = 150
TRIES_EACH = 14
HOURS = (9, 14, 22)
Chooser = Callable[[truth.Person, str, datetime], str]


def channel_figures(count: int = PEOPLE) -> Iterator[Figure]:
    """Learn from tries on channels drawn by chance; then choose for those customers, and for ones never seen."""
    everyone = truth.people(count, SEED)
    made = list(truth.tries(everyone, TRIES_EACH, SEED))
    cut = int(len(made) * 0.8)
    past, later = made[:cut], made[cut:]
    model = learn(_contact(one) for one in past)
    said = [model.chance(one.person.name, one.channel, one.at, one.topic).reached for one in later]
    happened = [one.answered for one in later]
    settings = {"demo": "made-up truth: no evidence about real customers", "people": count, "tries": len(past)}
    both = {"seed": SEED, "settings": settings}
    base = float(np.mean([one.answered for one in past]))
    yield figure(
        "channel/demo/ece",
        resampled(said, happened, error_by_width, seed=SEED),
        "error",
        baseline={"rate_of_all": error_by_width([base] * len(later), happened)},
        **both,
    )
    end = made[-1].at.replace(minute=0) + timedelta(days=1)

    def ours(person: truth.Person, topic: str, at: datetime) -> str:
        chances = [model.chance(person.name, channel, at, topic) for channel in truth.CHANNELS]
        return max(chances, key=lambda one: one.both).channel

    for name, whom in (("regret", everyone), ("cold_start_regret", truth.people(count, SEED + 1))):
        yield _regret_figure(f"channel/demo/{name}", ours, _others(past), whom, end, both)


def _contact(one: truth.Try) -> Contact:
    return Contact(one.person.name, one.channel, one.at, one.answered, one.solved if one.answered else None, one.topic)


def _others(past: Sequence[truth.Try]) -> dict[str, Chooser]:
    """Ways to choose without a model: the channel that works best for all, and where they answered last."""
    answers = Counter(one.channel for one in past if one.answered)
    tried = Counter(one.channel for one in past)
    best = max(truth.CHANNELS, key=lambda channel: answers[channel] / tried[channel])
    last = {one.person.name: one.channel for one in past if one.answered}
    solved = Counter((one.topic, one.channel) for one in past if one.solved)
    about = Counter((one.topic, one.channel) for one in past)

    def of_topic(_: truth.Person, topic: str, __: datetime) -> str:
        return max(truth.CHANNELS, key=lambda channel: solved[topic, channel] / about[topic, channel])

    return {
        "best_for_all": lambda *_: best,
        "best_of_topic": of_topic,
        "answered_last": lambda person, *_: last.get(person.name, best),
    }


def _regret_figure(
    name: str,
    ours: Chooser,
    others: dict[str, Chooser],
    whom: list[truth.Person],
    end: datetime,
    both: dict[str, object],
) -> Figure:
    moments = [(person, topic, end.replace(hour=hour)) for person, topic, hour in product(whom, truth.TOPICS, HOURS)]
    groups = [person.name for person, _, _ in moments]
    lost = [_lost(*moment, ours(*moment)) for moment in moments]
    peers = {peer: [_lost(*moment, choose(*moment)) for moment in moments] for peer, choose in others.items()}
    by_chance = [float(np.mean([_lost(*moment, channel) for channel in truth.CHANNELS])) for moment in moments]
    peers["by_chance"] = by_chance
    gains = {peer: difference_interval(lost, values, seed=SEED, groups=groups) for peer, values in peers.items()}
    told = {peer: [round(bound, 4) for bound in (one.value, one.low, one.high)] for peer, one in gains.items()}
    settings = {**dict(both["settings"]), "difference": told}  # type: ignore[call-overload]
    return figure(
        name,
        mean_interval(lost, seed=SEED, groups=groups),
        "chance lost",
        baseline={peer: float(np.mean(values)) for peer, values in peers.items()},
        seed=SEED,
        settings=settings,
    )


def _lost(person: truth.Person, topic: str, at: datetime, chosen: str) -> float:
    """How much of the chance to answer and be solved the choice gives away, against the best channel."""

    def worth(channel: str) -> float:
        return person.answers(channel, topic, at.hour) * truth.solves(channel, topic)

    return max(worth(channel) for channel in truth.CHANNELS) - worth(chosen)
