"""A simulated campaign whose effect is known: the product's own draw and intervals must recover it."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from assistant.outreach.holdout import held_out
from assistant.outreach.uplift import Uplift, of_means, of_rates
from evals.figures import Figure, figure
from evals.intervals import rate_interval

SEED = 8
REPETITIONS, QUICK = 1_000, 200
PEOPLE, SHARE = 600, 0.3
# People differ in how often they would have come by themselves; writing to them adds so much.
BASES = (0.1, 0.25, 0.4)
EFFECT = 0.12
# The second outcome: minutes saved, skewed; writing adds so many on average.
MINUTES, MORE = 20.0, 4.0


@dataclass(frozen=True)
class Repetition:
    """What one campaign measured: by rates, by means, and by rates where writing does nothing."""

    rates: Uplift
    means: Uplift
    nothing: Uplift


def campaigns(repetitions: int, seed: int = SEED) -> Iterator[Repetition]:
    """Yield campaigns over fresh people; who is held out is drawn by the product."""
    random = Random(seed)  # noqa: S311 - people, no secrets
    for number in range(repetitions):
        people = [f"{seed}-{number}-{one}" for one in range(PEOPLE)]
        arms = [held_out(one, "simulated", SHARE) for one in people]
        yield _campaign(random, arms)


def _campaign(random: Random, arms: list[bool]) -> Repetition:
    came, plain = [0, 0], [0, 0]
    minutes: tuple[list[float], list[float]] = ([], [])
    for out in arms:
        base = random.choice(BASES)
        came[out] += random.random() < base + (0 if out else EFFECT)
        plain[out] += random.random() < base
        minutes[out].append(random.expovariate(1 / (MINUTES + (0 if out else MORE))))
    held = sum(arms)
    sizes = len(arms) - held, held
    rates = of_rates(came[0], sizes[0], came[1], sizes[1])
    nothing = of_rates(plain[0], sizes[0], plain[1], sizes[1])
    means = of_means(*minutes)
    assert rates is not None
    assert nothing is not None
    assert means is not None
    return Repetition(rates, means, nothing)


def uplift_figures(quick: bool = False) -> list[Figure]:
    """The share of campaigns whose 95 % interval holds the true effect; it should be about 95 %."""
    runs = list(campaigns(QUICK if quick else REPETITIONS))
    n = len(runs)
    settings = {"people": PEOPLE, "holdout": SHARE, "effect": EFFECT}
    settings["mean_width"] = round(sum(one.rates.high - one.rates.low for one in runs) / n, 4)
    settings["seen_beyond_chance"] = round(sum(one.rates.beyond_chance for one in runs) / n, 4)

    def held(name: str, count: int, **more: float) -> Figure:
        return figure(name, rate_interval(count, n), "share", seed=SEED, settings={**settings, **more})

    within = sum(one.rates.low <= EFFECT <= one.rates.high for one in runs)
    means = sum(one.means.low <= MORE <= one.means.high for one in runs)
    alarms = sum(one.nothing.beyond_chance for one in runs)
    return [
        held("outreach/simulated/uplift_within_interval", within),
        held("outreach/simulated/mean_uplift_within_interval", means, effect=MORE),
        held("outreach/simulated/false_alarms", alarms, effect=0.0),
    ]
