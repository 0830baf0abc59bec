"""How long it takes to match a long queue with many agents: from ready scores, and with the scoring."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from time import perf_counter

import numpy as np

from evals.figures import Figure, figure
from evals.intervals import quantile_interval
from handoff.agents.agent import Agent, Need
from handoff.agents.rules import allowed
from handoff.agents.scoring import Outcome, Scorer, Subject, learn
from handoff.assignment.batch import assign
from handoff.learning.pooling import Model

SEED = 20261125
WAITING, AGENTS, ROUNDS = 300, 60, 100
TOPICS = tuple(f"topic-{number}" for number in range(12))
NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)


def assignment_figures(say: Callable[[str], None]) -> Iterator[Figure]:
    """300 waiting conversations and 60 agents who each know a third of the topics and take one to eight at once."""
    generator = np.random.default_rng(SEED)
    assign(np.ones((2, 2)), np.array([1, 1]))  # what is imported once is imported
    agents, model = _company(generator)
    with_scoring = [_timed(lambda: _scored(agents, model)) for _ in range(3)]
    times = []
    for _ in range(ROUNDS):
        scores = generator.random((WAITING, AGENTS))
        scores[generator.random((WAITING, AGENTS)) > 1 / 3] = np.nan
        room = generator.integers(1, 9, AGENTS)
        times.append(_timed(lambda scores=scores, room=room: assign(scores, room)))  # type: ignore[misc]
    say(f"assignment: {ROUNDS} rounds, median {np.median(times):.1f} ms from ready scores")
    settings = {"with_rules_and_scoring_ms": float(np.median(with_scoring)), "p95_ms": float(np.quantile(times, 0.95))}
    yield figure("assignment/300x60/ms", quantile_interval(times, 0.5, seed=SEED), "ms", seed=SEED, settings=settings)


def _timed(work: Callable[[], object]) -> float:
    began = perf_counter()
    work()
    return (perf_counter() - began) * 1_000


def _company(generator: np.random.Generator) -> tuple[list[Agent], Model]:
    """Agents who know four topics each, and a model of a thousand outcomes."""
    agents = [
        Agent(f"agent-{number}@shop.example", skills=frozenset(generator.choice(TOPICS, 4).tolist()))
        for number in range(AGENTS)
    ]
    outcomes = [
        Outcome(
            agents[int(generator.integers(AGENTS))].email,
            Subject(str(generator.choice(TOPICS)), "email"),
            NOW - timedelta(hours=number),
            bool(generator.random() < 0.7),
        )
        for number in range(1_000)
    ]
    return agents, learn(outcomes)


def _scored(agents: list[Agent], model: Model) -> list[int | None]:
    """Ask the rules and the model about every pair, then match."""
    place = {agent.email: number for number, agent in enumerate(agents)}
    scorer = Scorer(model, NOW)
    scores = np.full((WAITING, AGENTS), np.nan)
    for row in range(WAITING):
        topic = TOPICS[row % len(TOPICS)]
        fit, _ = allowed(agents, Need(NOW, "email", skills=frozenset({topic})), {})
        for one in scorer.rank(fit, Subject(topic, "email"), {}):
            scores[row, place[one.agent.email]] = one.chance
    return assign(scores, np.full(AGENTS, 8))
