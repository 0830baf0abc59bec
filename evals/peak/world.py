"""The simulator's own model of customers at a peak: what they ask and how, and what a right answer holds.

The product knows none of this: it gets the articles, and otherwise sees only what arrives by HTTP.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from evals.datasets.collections import Document

Kind = Literal["simple", "hard", "person", "angry"]
SHARES: dict[Kind, float] = {"simple": 0.7, "hard": 0.16, "person": 0.08, "angry": 0.06}


@dataclass(frozen=True)
class Topic:
    """Something simple: the article that tells it, ways to ask, and words that a right answer holds."""

    document: Document
    asks: tuple[str, ...]
    holds: tuple[str, ...]


@dataclass(frozen=True)
class Customer:
    """One who will write: at which second, in how many messages, and what a right answer holds (hard ones: nothing)."""

    number: int
    at: float
    kind: Kind
    messages: tuple[str, ...]
    holds: tuple[str, ...]
    thanks: bool


def _topic(name: str, title: str, text: str, asks: Sequence[str], *holds: str) -> Topic:
    return Topic(Document(name, title, text), tuple(asks), holds)


TOPICS = (
    _topic(
        "returns", "Returning unworn boots",
        "Unworn boots can be returned within 30 days of delivery. Keep the receipt and the box.",
        ["How many days do I have to return unworn boots?", "Until when can unworn boots be returned?",
         "How long after delivery can I return unworn boots?", "Can I return unworn boots within 30 days?"], "30 days",
    ),
    _topic(
        "express", "Express delivery",
        "Express delivery takes one working day and costs 9.90 euros. Order before noon.",
        ["How long does express delivery take?", "What does express delivery cost?",
         "How much is express delivery and how long does it take?", "Is express delivery one working day?"],
        "one working day",
    ),
    _topic(
        "cards", "Validity of gift cards",
        "Gift cards are valid for three years from purchase. They cannot be exchanged for cash.",
        ["How long are gift cards valid?", "For how many years are gift cards valid?",
         "Can gift cards be exchanged for cash?", "Are gift cards valid for three years?"], "three years",
    ),
    _topic(
        "tents", "Storing a tent",
        "Dry the tent for 24 hours before storing it. Never wash a tent in a machine.",
        ["How long should I dry the tent before storing it?", "Can I wash a tent in a machine?",
         "How do I dry a tent before storing it?", "Should a tent be dry before storing it?"], "24 hours",
    ),
    _topic(
        "lamps", "Charging the headlamp",
        "The headlamp charges fully in 4 hours by USB. A red light shows while the headlamp is charging.",
        ["How long does the headlamp take to charge fully?", "Does the headlamp charge by USB?",
         "What does the red light of the headlamp show while charging?", "How many hours does the headlamp charge?"],
        "4 hours",
    ),
    _topic(
        "rental", "Renting skis",
        "Skis can be rented from 2 days on. The deposit for rented skis is 80 euros.",
        ["What is the deposit for rented skis?", "From how many days on can skis be rented?",
         "How much deposit is there for rented skis?", "Can skis be rented for 2 days?"], "80 euros",
    ),
    _topic(
        "club", "The club's discount",
        "Club members get a discount of 10 percent on clothing. Membership of the club costs 25 euros a year.",
        ["What discount do club members get on clothing?", "What does membership of the club cost a year?",
         "How much is the club membership a year?", "Do club members get a discount on clothing?"], "10 percent",
    ),
    _topic(
        "ropes", "When to retire a climbing rope",
        "Retire a climbing rope after 10 years even when it was never used. A rope in weekly use lasts 1 year.",
        ["After how many years should I retire a climbing rope?", "How long does a climbing rope in weekly use last?",
         "When should a climbing rope be retired?", "Do I retire a climbing rope that was never used?"], "10 years",
    ),
)  # fmt: skip
HARD = (
    "My parcel shows delivered but my neighbour says nothing came, what now?",
    "Can you match the price I saw at another shop in Vienna yesterday?",
    "Which sleeping bag did my brother buy from you for his trip to Nepal?",
    "Is there a wheelchair entrance at the shop in Leeds?",
    "Could you engrave my daughter's name on a compass by Saturday?",
    "Why was my card charged twice this morning?",
    "Do you buy back used kayaks from schools?",
)
PERSON = ("a person, please", "Can I speak to a real person?", "I want to talk to an agent", "human please")
ANGRY = ("This is ridiculous, third time I ask about my refund!!!", "WHERE IS MY MONEY, I AM FED UP WITH YOU")


def draw(count: int, seconds: float, seed: int) -> list[Customer]:
    """Draw customers who arrive over so many seconds (uniformly: a Poisson stream of known size)."""
    random = np.random.default_rng(seed)
    kinds: list[Kind] = list(SHARES)
    arrivals = np.sort(random.random(count)) * seconds
    return [
        _customer(number, float(at), kinds[int(random.choice(len(kinds), p=list(SHARES.values())))], random)
        for number, at in enumerate(arrivals)
    ]


def _customer(number: int, at: float, kind: Kind, random: np.random.Generator) -> Customer:
    thanks = bool(random.random() < 0.4)
    if kind == "simple":
        topic = TOPICS[int(random.integers(len(TOPICS)))]
        said = topic.asks[int(random.integers(len(topic.asks)))]
        burst = ("Hello", said) if random.random() < 0.3 else (said,)
        return Customer(number, at, kind, burst, topic.holds, thanks)
    source = {"hard": HARD, "person": PERSON, "angry": ANGRY}[kind]
    return Customer(number, at, kind, (source[int(random.integers(len(source)))],), (), False)
