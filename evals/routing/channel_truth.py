"""A made-up company with known truth: how likely each customer answers on each channel, and what became of tries.

It knows nothing of the predictor and shares no code with it: a customer belongs to a kind of people, leans their own
way, and minds the hour and the topic; the tries were made on channels drawn by chance.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import exp

CHANNELS = ("email", "chat", "phone", "whatsapp")
TOPICS = ("delivery", "refund", "technical", "account")
KINDS = {
    "office": {"email": 1.2, "chat": -0.2, "phone": -1.0, "whatsapp": -0.8},
    "young": {"email": -1.4, "chat": 0.8, "phone": -1.6, "whatsapp": 1.3},
    "elder": {"email": 0.1, "chat": -1.8, "phone": 1.4, "whatsapp": -1.2},
}
BY_TOPIC = {
    ("technical", "phone"): 0.9,
    ("technical", "email"): -0.5,
    ("refund", "email"): 0.5,
    ("delivery", "whatsapp"): 0.6,
}
RESOLVES = {"email": -0.1, "chat": 0.4, "phone": 0.9, "whatsapp": 0.2}
OWN_LEANING = 0.8
BEGIN = datetime(2026, 1, 5, tzinfo=UTC)


@dataclass(frozen=True)
class Person:
    """A customer as they really are: their leaning to each channel (log-odds of an answer)."""

    name: str
    leaning: dict[str, float]

    def answers(self, channel: str, topic: str, hour: int) -> float:
        """The true chance that they answer there."""
        night = -2.0 if channel == "phone" and not 8 <= hour < 20 else 0.0
        return _chance(self.leaning[channel] + BY_TOPIC.get((topic, channel), 0.0) + night)


@dataclass(frozen=True)
class Try:
    """A try that was made: whom, where, about what, when, whether they answered and it was solved."""

    person: Person
    channel: str
    topic: str
    at: datetime
    answered: bool
    solved: bool


def solves(channel: str, topic: str) -> float:
    """The true chance that it is solved once they answered."""
    return _chance(RESOLVES[channel] + (0.5 if (channel, topic) == ("phone", "technical") else 0.0))


def people(count: int, seed: int) -> list[Person]:
    """So many customers."""
    rng = random.Random(seed)  # noqa: S311
    found = []
    for number in range(count):
        usual = KINDS[rng.choice(list(KINDS))]
        leaning = {channel: usual[channel] + rng.gauss(0.0, OWN_LEANING) for channel in CHANNELS}
        found.append(Person(f"person-{seed}-{number}", leaning))
    return found


def tries(everyone: list[Person], each: int, seed: int) -> Iterator[Try]:
    """So many tries with each customer, in the order of time."""
    rng = random.Random(seed)  # noqa: S311
    whom = [person for person in everyone for _ in range(each)]
    rng.shuffle(whom)
    for number, person in enumerate(whom):
        at = BEGIN + timedelta(minutes=11 * number, hours=rng.randrange(24))
        channel, topic = rng.choice(CHANNELS), rng.choice(TOPICS)
        answered = rng.random() < person.answers(channel, topic, at.hour)
        solved = answered and rng.random() < solves(channel, topic)
        yield Try(person, channel, topic, at, answered, solved)


def _chance(log_odds: float) -> float:
    return 1.0 / (1.0 + exp(-log_odds))
