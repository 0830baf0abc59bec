"""A made-up support floor with known truth: arrivals, patience, skills, and how well each colleague solves what.

It knows nothing of routing: a policy is given the waiting customers and the free colleagues and says who goes where.
"""

import heapq
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

TOPICS = ("delivery", "refund", "technical", "account")
SHARES = (0.4, 0.25, 0.2, 0.15)
LANGUAGES = ("en", "en", "en", "de")
MEAN_MINUTES = 9.0
PATIENCE_MINUTES = 25.0


@dataclass(frozen=True)
class Worker:
    """A colleague as they really are: what they say they know, their languages, and the chance to solve each topic."""

    name: str
    skills: frozenset[str]
    languages: frozenset[str]
    solves: dict[str, float]
    room: int


@dataclass
class Visitor:
    """A customer who waits: since when, until when at most, about what, in which language; `moves` counts transfers."""

    number: int
    topic: str
    language: str
    arrived: float
    leaves: float
    since: float = 0.0
    moves: int = 0
    refused: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Ended:
    """How a visit ended: minutes waited in all, transfers, whether it was solved, by whom (empty: they left)."""

    visitor: Visitor
    waited: float
    solved: bool
    by: str


Busy = dict[str, int]
Policy = Callable[[float, Sequence[Visitor], Busy], list[tuple[Visitor, Worker]]]


def floor(count: int, seed: int) -> list[Worker]:
    """So many colleagues: each says to know two topics and is really good at some of what they say."""
    rng = random.Random(seed)  # noqa: S311
    found = []
    for number in range(count):
        skills = (
            frozenset(rng.sample(TOPICS, 2))
            if number >= len(TOPICS)
            else frozenset({TOPICS[number], rng.choice(TOPICS)})
        )
        solves = {topic: rng.uniform(0.55, 0.95) if topic in skills else rng.uniform(0.1, 0.4) for topic in TOPICS}
        languages = frozenset({"en", "de"} if number % 3 == 0 else {"en"})
        found.append(Worker(f"agent-{number:02}", skills, languages, solves, rng.choice((2, 3))))
    return found


def visitors(count: int, a_minute: float, seed: int) -> list[Visitor]:
    """So many customers, arriving at random, each with their own patience."""
    rng, now, found = random.Random(seed), 0.0, []  # noqa: S311
    for number in range(count):
        now += rng.expovariate(a_minute)
        leaves = now + rng.expovariate(1 / PATIENCE_MINUTES)
        topic = rng.choices(TOPICS, SHARES)[0]
        found.append(Visitor(number, topic, rng.choice(LANGUAGES), now, leaves, now))
    return found


def run(workers: Sequence[Worker], crowd: Sequence[Visitor], policy: Policy, seed: int) -> list[Ended]:
    """Let the crowd come. Whoever is not solved is passed on once with their wait going on; then they give up."""
    rng = random.Random(seed)  # noqa: S311
    busy: Busy = dict.fromkeys((worker.name for worker in workers), 0)
    events: list[tuple[float, int, Visitor, Worker | None]] = [
        (visitor.arrived, visitor.number, visitor, None) for visitor in crowd
    ]
    heapq.heapify(events)
    waiting: list[Visitor] = []
    waited: dict[int, float] = {}
    ended: list[Ended] = []
    while events:
        now, _, visitor, worker = heapq.heappop(events)
        for gone in [one for one in waiting if one.leaves < now]:
            waiting.remove(gone)
            ended.append(Ended(gone, waited.get(gone.number, 0.0) + gone.leaves - gone.since, False, ""))
        if worker is None:
            visitor.since = now
            waiting.append(visitor)
        else:
            busy[worker.name] -= 1
            solved = rng.random() < worker.solves[visitor.topic] * (visitor.language in worker.languages)
            if solved or visitor.moves:
                ended.append(Ended(visitor, waited[visitor.number], solved, worker.name))
            else:
                visitor.moves, visitor.since, visitor.leaves = 1, now, now + PATIENCE_MINUTES
                visitor.refused.add(worker.name)
                waiting.append(visitor)
        for chosen, to in policy(now, list(waiting), dict(busy)):
            waiting.remove(chosen)
            waited[chosen.number] = waited.get(chosen.number, 0.0) + now - chosen.since
            busy[to.name] += 1
            done = now + rng.expovariate(1 / MEAN_MINUTES)
            heapq.heappush(events, (done, len(crowd) + chosen.number + 10_000 * chosen.moves, chosen, to))
    return ended + [Ended(one, one.leaves - one.since, False, "") for one in waiting]
