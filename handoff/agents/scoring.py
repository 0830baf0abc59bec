"""Scoring: the chance that it ends well when this colleague takes this conversation, learned from outcomes.

It ends well when it is resolved, not reopened within a week, and the customer (where asked) was content. Without
history everybody has the same chance and who has most room goes first; with some, what is known of one colleague is
shrunk towards what is known of all (see `handoff.learning`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from handoff.agents.agent import Agent
from handoff.agents.rules import Load
from handoff.learning.evidence import Example, Key, View
from handoff.learning.pooling import Model, Reason, fit

VIEWS: tuple[Key, ...] = (
    ("topic",),
    ("priority", "complexity"),
    ("agent",),
    ("agent", "topic"),
    ("agent", "channel"),
    ("known",),
    ("busy",),
    ("zone",),
)
# What is known of a conversation whoever takes it: it foretells, but cannot say whom to ask.
CASE_VIEWS: tuple[Key, ...] = VIEWS[:2]
WELL, BADLY = "well", "badly"
BEGINNING = datetime(2020, 1, 1, tzinfo=UTC)
SMALL = 1e-6


@dataclass(frozen=True)
class Subject:
    """A conversation as the score sees it. `served_by` are colleagues who served this customer well before."""

    topic: str = ""
    channel: str = ""
    timezone: str = ""
    priority: str = ""
    complexity: str = ""
    served_by: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Outcome:
    """How a conversation ended that a colleague took; `busy` is the share of their room that was taken then."""

    agent: str
    subject: Subject
    at: datetime
    well: bool
    busy: float = 0.0
    agent_timezone: str = ""
    known_at: datetime | None = None
    conversation: str = ""


@dataclass(frozen=True)
class Scored:
    """A colleague with the chance that it ends well, why, and which share of their room is taken (`busy`)."""

    agent: Agent
    chance: float
    reasons: tuple[Reason, ...] = ()
    busy: float = 0.0


def features(agent: str, subject: Subject, busy: float, agent_timezone: str, at: datetime) -> dict[str, str]:
    """Return what the score looks at, as plain words."""
    return {
        "agent": agent,
        "topic": subject.topic,
        "channel": subject.channel,
        "priority": subject.priority,
        "complexity": subject.complexity,
        "known": "before" if agent in subject.served_by else "never",
        "busy": "free" if busy < 0.34 else "busy" if busy < 0.67 else "full",
        "zone": _apart(agent_timezone, subject.timezone, at),
    }


def _apart(one: str, other: str, at: datetime) -> str:
    from zoneinfo import ZoneInfo

    if not one or not other:
        return ""
    hours = [at.astimezone(ZoneInfo(zone)).utcoffset() for zone in (one, other)]
    return "near" if abs((hours[0] - hours[1]).total_seconds()) <= 3 * 3600 else "far"  # type: ignore[operator]


def learn(outcomes: Iterable[Outcome], views: Iterable[Key] = VIEWS) -> Model:
    """Learn from outcomes; without any, the chance is even for everybody."""
    even = [Example(BEGINNING, {}, label) for label in (WELL, BADLY)]
    return fit(even + [example(one) for one in outcomes], [View(key) for key in views])


def example(outcome: Outcome) -> Example:
    """Return an outcome as the learner takes it."""
    told = features(outcome.agent, outcome.subject, outcome.busy, outcome.agent_timezone, outcome.at)
    return Example(outcome.at, told, WELL if outcome.well else BADLY, outcome.known_at)


class Scorer:
    """The score at one moment; cases that look the same to it are reckoned once.

    `even` is how much lower a chance may be with a colleague without work than with one whose room is full.
    """

    def __init__(self, model: Model, at: datetime, even: float = 0.0) -> None:
        self._model, self._at, self._even = model, at, even
        self._known: dict[tuple[str, ...], float] = {}

    def rank(self, agents: Sequence[Agent], subject: Subject, loads: Mapping[str, Load]) -> list[Scored]:
        """Return colleagues with their chances, most worth first; of equals, who has most room, then by address."""
        found = []
        for agent in agents:
            busy = busyness(agent, subject.channel, loads.get(agent.email, {}))
            found.append(Scored(agent, self._chance(self._features(agent, subject, busy)), busy=busy))
        return sorted(found, key=lambda one: (-round(self.worth(one) / SMALL), one.busy, one.agent.email))

    def worth(self, one: Scored) -> float:
        """Return what a choice is worth: the chance, less what keeps the work even."""
        return one.chance - self._even * one.busy

    def explained(self, one: Scored, subject: Subject) -> Scored:
        """Return the same with its reasons."""
        told = self._features(one.agent, subject, one.busy)
        return replace(one, reasons=tuple(self._model.explain(WELL, told, self._at)))

    def _features(self, agent: Agent, subject: Subject, busy: float) -> dict[str, str]:
        return features(agent.email, subject, busy, agent.calendar.timezone, self._at)

    def _chance(self, told: dict[str, str]) -> float:
        key = tuple(told.values())
        if key not in self._known:
            self._known[key] = self._model.predict(told, self._at).of(WELL)
        return self._known[key]


def busyness(agent: Agent, channel: str, load: Load) -> float:
    """Return which share of their room for a channel is taken."""
    room = agent.room(channel)
    return min(1.0, load.get(channel, 0) / room) if room else 1.0


def in_words(reason: Reason) -> str:
    """Return a reason as a sentence an agent reads."""
    told = dict(zip(reason.features, reason.values, strict=True))
    served = "who knew the customer" if told.get("known") == "before" else "who did not know the customer"
    whom = {
        ("agent",): "with them",
        ("agent", "topic"): f"with them about {told.get('topic') or 'no topic'}",
        ("agent", "channel"): f"with them on {told.get('channel')}",
        ("known",): f"with colleagues {served}",
        ("busy",): f"with colleagues who were as {told.get('busy')} as they are",
        ("zone",): f"with colleagues as {told.get('zone') or 'little known'} in their clock",
    }.get(reason.features, f"of the same {' and '.join(reason.features)}")
    return f"{reason.share:.0%} of about {reason.cases:.0f} ended well {whom}"
