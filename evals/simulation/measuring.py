"""What the simulation measures: repeats and context over changes of channel, package read against not read."""

import statistics
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from evals.figures import Figure, digest, figure
from evals.intervals import Interval, difference_interval, mean_interval, rate_interval
from evals.live.handovers import transitions
from evals.live.reading import tell
from evals.live.stories import Story
from evals.serving import entry_of
from evals.simulation.customers import RETELLS, TELLS, WORLD, Customer, draw
from evals.simulation.playing import Played, play
from evals.simulation.site import open_site
from evals.simulation.voice import Voice
from evals.statistics.paired import permutation

SEED = 20261125
CUSTOMERS = 24
LABEL = "simulation: scripted customers and agents, the product over HTTP"
Say = Callable[[str], None]


@dataclass(frozen=True)
class Pair:
    """One customer's journey twice: agents who read the package, and agents who did not."""

    read: Story
    unread: Story
    seen: tuple[Played, Played]


@dataclass(frozen=True)
class Compared:
    """One number in both arms, and the difference read − unread over the same customers with its interval."""

    name: str
    unit: str
    read: Interval
    unread: Interval
    difference: Interval
    p: float


def simulate(customers: Sequence[Customer], say: Say, voice: Voice | None = None) -> list[Pair]:
    """Play every customer in both arms against one server; without a `voice` they say what was written for them.

    Raises:
        Unavailable: the server does not come up.
    """
    found = []
    with open_site() as site:
        for number, customer in enumerate(customers, start=1):
            played = play(site, customer, reads=True, voice=voice), play(site, customer, reads=False, voice=voice)
            found.append(Pair(story_of(played[0]), story_of(played[1]), played))
            if number % 10 == 0:
                say(f"simulation: {number} of {len(customers)} customers")
    return found


def story_of(played: Played) -> Story:
    """Fold a journey as live quality does; that it is one issue is known here, whatever the product saw."""
    entries = sorted((entry_of(row) for row in played.entries), key=lambda one: (one.at, one.seq))
    story = tell(f"{played.record}", played.record, entries)
    assert story is not None, "a journey without a word"
    return story


def compared(pairs: Sequence[Pair]) -> list[Compared]:
    """Compare the arms: repeats an issue, context kept over the changes, issues resolved without a repeat."""
    measures: tuple[tuple[str, str, Callable[[Story], float | None]], ...] = (
        ("repeats_per_issue", "/issue", lambda story: float(len(story.repeats))),
        ("context_preservation", "", _preserved),
        ("resolution_without_repeats", "", lambda story: float(story.resolved and not story.repeats)),
    )
    return [_compared(name, unit, pairs, of) for name, unit, of in measures]


def _preserved(story: Story) -> float | None:
    kept = [one.preserved for one in transitions(story) if one.preserved is not None]
    return statistics.fmean(kept) if kept else None


def _compared(name: str, unit: str, pairs: Sequence[Pair], of: Callable[[Story], float | None]) -> Compared:
    both = [(of(one.read), of(one.unread)) for one in pairs]
    known = [(one, two) for one, two in both if one is not None and two is not None]
    read, unread = [one for one, _ in known], [two for _, two in known]
    interval = _rate if name == "resolution_without_repeats" else _mean
    difference = difference_interval(read, unread, seed=SEED)
    p = permutation([one - two for one, two in known], seed=SEED)
    return Compared(name, unit, interval(read), interval(unread), difference, p)


def _mean(values: Sequence[float]) -> Interval:
    return mean_interval(values, seed=SEED)


def _rate(values: Sequence[float]) -> Interval:
    return rate_interval(round(sum(values)), len(values))


def simulation_part(quick: bool, say: Say) -> Iterator[Figure]:
    """Play the simulation and yield its figures."""
    yield from figures_of(simulate(draw(10 if quick else CUSTOMERS, SEED), say))


def figures_of(pairs: Sequence[Pair]) -> Iterator[Figure]:
    """Yield the figures: the arm that read the package, the other beside it, the paired difference in the settings."""
    shared = {
        "label": LABEL,
        "contacts": sum(len(one.seen[0].customer.channels) for one in pairs),
        "told at once": TELLS,
        "said again unasked": RETELLS,
        "drafts sent": sum(played.drafts for one in pairs for played in one.seen),
    }
    for one in compared(pairs):
        difference = {"difference": one.difference.value, "low": one.difference.low, "high": one.difference.high}
        yield figure(
            f"simulation/switching/{one.name}",
            one.read,
            one.unit,
            baseline={"package not read": one.unread.value},
            seed=SEED,
            data=digest([WORLD]),
            settings=shared | difference | {"p": one.p},
        )
