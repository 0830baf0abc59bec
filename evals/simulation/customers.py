"""Simulated customers: a goal, the facts it needs, a mood and a habit of channels, drawn from a seed."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml

WORLD = Path(__file__).with_name("world.yaml")
# How much of what is needed somebody tells at once, and how many say something again unasked as they come back.
TELLS, RETELLS = 0.6, 0.25


@cache
def world() -> Mapping[str, Any]:
    """Return the shop's articles, goals, slots and words."""
    read: dict[str, Any] = yaml.safe_load(WORLD.read_text(encoding="utf-8"))
    return read


@dataclass(frozen=True)
class Customer:
    """Somebody with an issue. `facts` maps each slot that the goal needs to its value; `channels` is where they go.

    `told_first` are the slots they tell at once, `retold` the one they say again unasked, contact by contact ("" where
    none). `seed` chooses their words.
    """

    number: int
    name: str
    goal: str
    topic: str
    facts: Mapping[str, str]
    mood: str
    channels: tuple[str, ...]
    told_first: tuple[str, ...]
    retold: tuple[str, ...]
    seed: int

    @property
    def email(self) -> str:
        """Their address, which is proven."""
        return f"customer{self.number}@mail.example"

    def opens(self, contact: int) -> str:
        """Return what they say as a contact begins: the issue, or that they are back."""
        goal, random = goal_of(self.goal), self._random("opens", contact)
        if contact == 0:
            words = [_one(goal["opens"], random), *(self.tells(slot) for slot in self.told_first)]
        else:
            back = _one(world()["returns"], random).format(topic=self.topic, channel=self.channels[contact - 1])
            again = self.retold[contact - 1]
            words = [back, self.tells(again)] if again else [back]
        mood = world()["moods"][self.mood]
        return f"{mood['before']}{' '.join(words)}{mood['after']}"

    def tells(self, slot: str) -> str:
        """Return how they tell a fact unasked."""
        return self._said("tells", slot)

    def answers(self, text: str) -> str:
        """Return what they answer to a message of ours: the facts that it asks for, "" where it asks for none."""
        return " ".join(self._said("answers", slot) for slot in asked_for(text) if slot in self.facts)

    def solved(self) -> str:
        """Return what an agent writes who knows everything."""
        text: str = goal_of(self.goal)["solved"].format(**self.facts)
        return text

    def known_in(self, text: str) -> set[str]:
        """Return the slots whose value stands in a text, however it is spaced or written."""
        bare = _bare(text)
        return {slot for slot, value in self.facts.items() if _bare(value) in bare}

    def _said(self, how: str, slot: str) -> str:
        random = self._random(how, list(world()["slots"]).index(slot))
        words: str = _one(world()["slots"][slot][how], random)
        return words.format(value=self.facts[slot])

    def _random(self, what: str, place: int) -> np.random.Generator:
        return np.random.default_rng([self.seed, len(what), place])


def draw(count: int, seed: int) -> list[Customer]:
    """Draw customers; the same seed gives the same, and more customers begin with the same."""
    return [_drawn(number, np.random.default_rng([seed, number])) for number in range(count)]


def _drawn(number: int, random: np.random.Generator) -> Customer:
    goal = _one(world()["goals"], random)
    channels = tuple(_one(world()["habits"], random))
    facts = {slot: _value(slot, goal["id"], random) for slot in goal["needs"]}
    first = tuple(slot for slot in facts if random.random() < TELLS)
    retold = tuple(_one(list(facts), random) if random.random() < RETELLS else "" for _ in channels[1:])
    mood = _one(list(world()["moods"]), random)
    words = int(random.integers(2**31))
    return Customer(
        number, f"Customer {number}", goal["id"], goal["topic"], facts, mood, channels, first, retold, words
    )


def goal_of(name: str) -> Mapping[str, Any]:
    """Return a goal as the world tells it."""
    found: Mapping[str, Any] = next(one for one in world()["goals"] if one["id"] == name)
    return found


def asked_for(text: str) -> list[str]:
    """Return the slots that a message of ours asks for."""
    questions = " ".join(re.findall(r"[^.!?\n]*\?", text))
    return [name for name, slot in world()["slots"].items() if re.search(slot["asked"], questions, re.IGNORECASE)]


def question_for(slots: Sequence[str]) -> str:
    """Return how an agent asks for what is missing, "" where nothing is."""
    wanted = [world()["slots"][slot]["asks"] for slot in slots]
    return f"Could you tell me {' and '.join(wanted)}, please?" if wanted else ""


def _value(slot: str, goal: str, random: np.random.Generator) -> str:
    made: str = world()["slots"][slot]["made"]
    if made.startswith("@"):
        text: str = _one(world()["values"][made[1:]][goal], random)
        return text
    text = made.replace("#day#", str(random.integers(1, 29))).replace("{number}", str(random.integers(2, 99)))
    for name in ("street", "town"):
        text = text.replace(f"{{{name}}}", _one(world()["values"][name], random))
    return re.sub("#", lambda _: str(random.integers(1, 10)), text)


def _one(choices: Sequence[Any], random: np.random.Generator) -> Any:
    return choices[int(random.integers(len(choices)))]


def _bare(text: str) -> str:
    return re.sub(r"[\W_]", "", text.lower())
