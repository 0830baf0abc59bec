"""Cuts: a recorded dialogue up to a moment, and what was needed after it."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from evals.datasets.service_dialogues import Dialogue, Dialogues, Step
from evals.handoff.appearing import YES_NO, appeared, appears
from knowledge.customers.facts.said import Said

SEED = 20261125
CUTS = 2
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Cut:
    """A dialogue up to a moment, and what was needed afterwards: (key, value) pairs that had appeared before."""

    dialogue: Dialogue
    at: int
    needed: tuple[tuple[str, str], ...]

    @property
    def before(self) -> tuple[Step, ...]:
        """The steps before the cut, with what agents asked of tools."""
        return self.dialogue.steps[: self.at]


def cuts_of(dialogues: Dialogues, cuts: int = CUTS, seed: int = SEED) -> Iterator[Cut]:
    """Cut every dialogue at seeded points after the customer's first words and before its last use of a tool."""
    for one in dialogues.dialogues:
        steps = one.steps
        first = next((at for at, step in enumerate(steps) if step.speaker == "customer"), len(steps)) + 1
        last = max((at for at, step in enumerate(steps) if step.speaker == "call"), default=-1)
        places = range(first, last + 1)
        chosen = random.Random(f"{seed}/{one.id}").sample(places, min(cuts, len(places)))  # noqa: S311
        for at in sorted(chosen):
            yield Cut(one, at, needed_of(steps, at))


def needed_of(steps: Sequence[Step], at: int) -> tuple[tuple[str, str], ...]:
    """Return the arguments of later uses of tools whose values appeared before the cut, each value once."""
    found: dict[str, tuple[str, str]] = {}
    before = steps[:at]
    for step in steps[at:]:
        for key, value in step.arguments:
            name = f"{key.lower()}={value.lower()}" if value.lower() in YES_NO else value.strip().lower()
            if value.strip() and name not in found and appeared(key, value, before):
                found[name] = (key, value)
    return tuple(found.values())


def said_before(cut: Cut) -> list[Said]:
    """Return what the extractor may see: messages and results before the cut, nothing that agents asked of tools."""
    return [
        Said(str(at), step.speaker, step.text, BEGIN + timedelta(minutes=at))
        for at, step in enumerate(cut.before)
        if step.speaker != "call"
    ]


def kept(cut: Cut, text: str) -> list[bool]:
    """Tell for each needed value whether it stands in a text."""
    return [appears(key, value, text) for key, value in cut.needed]
