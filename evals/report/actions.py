"""Three things to do next: where most would be gained, what it would bring at best, and what that rests on."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import sqrt

from evals.live.journeys import Way
from evals.live.measures import FEW, Measure
from evals.report.gaps import Gap
from evals.report.themes import Theme

WANTED = 3
Z = 1.96


@dataclass(frozen=True)
class Action:
    """A proposal. `gain` counts the customers of the period who would have been spared something, if it worked fully;
    `low` to `high` is what such a count may be the next time (Poisson, score interval); `n` is what it rests on."""

    title: str
    why: str
    gain: float
    what: str
    n: int

    @property
    def few(self) -> bool:
        """Whether it rests on too little."""
        return self.n < FEW

    @property
    def low(self) -> float:
        """The least that a period like this one brings at 95 %."""
        return self.gain + Z * Z / 2 - Z * sqrt(self.gain + Z * Z / 4)

    @property
    def high(self) -> float:
        """The most that a period like this one brings at 95 %."""
        return self.gain + Z * Z / 2 + Z * sqrt(self.gain + Z * Z / 4)

    @property
    def effect(self) -> str:
        """The expected effect in words."""
        return f"At best {self.gain:.0f} ({self.low:.0f} to {self.high:.0f}) {self.what}; rests on n {self.n}"


def propose(
    measures: Sequence[Measure], ways: Sequence[Way], themes: Sequence[Theme], gaps: Sequence[Gap]
) -> list[Action]:
    """The three proposals that would spare most customers something; each says what it rests on.

    One of each kind goes first: three articles to write are one thing to do.
    """
    named = {one.name: one for one in measures}
    kinds = [_ordered(some) for some in (_ways(ways), _gaps(gaps), _themes(themes), _measures(named))]
    first = _ordered(some[0] for some in kinds if some)
    return [*first, *_ordered(one for some in kinds for one in some[1:])][:WANTED]


def _ordered(found: Iterable[Action]) -> list[Action]:
    return sorted((one for one in found if one.gain > 0), key=lambda one: (-one.gain, one.title))


def _ways(ways: Sequence[Way]) -> Iterator[Action]:
    for way in ways:
        repeats, dropped = way.repeats.value or 0.0, way.dropped.value or 0.0
        lost = way.issues * max(repeats, dropped) / 100
        said = f"{repeats:.0f} % said something twice, {dropped:.0f} % ended there unsolved"
        yield Action(
            f"Carry the package from {way.giver} to {way.taker}",
            f"Of {way.issues} changes from {way.giver} to {way.taker}, {said}.",
            lost,
            "customers who would not start over",
            way.issues,
        )


def _gaps(gaps: Sequence[Gap]) -> Iterator[Action]:
    for gap in gaps:
        yield Action(
            f"Write an article about {gap.label}",
            f"In {gap.conversations} conversations no article answered it, for example: “{gap.question}”",
            float(gap.conversations),
            "conversations that could have had a draft",
            gap.conversations,
        )


def _themes(themes: Sequence[Theme]) -> Iterator[Action]:
    for theme in themes:
        if theme.process:
            more = theme.issues - theme.before
            yield Action(
                f"Look for the cause of “{theme.label}”",
                f"It rises on {len(theme.rising)} channels at once ({', '.join(theme.rising)}): "
                f"{theme.issues} issues, {theme.before} before. That points to a process.",
                float(max(0, more)),
                "issues that would not have come",
                theme.issues,
            )


def _measures(named: dict[str, Measure]) -> Iterator[Action]:
    success = named.get("handoff_success")
    opened = success.parts.get("package opened before the answer") if success else None
    if success and opened is not None and opened < 90:
        yield Action(
            "Read the package before answering",
            f"Before {100 - opened:.0f} % of {success.n} handoffs the package was not opened before the first answer.",
            success.n * (100 - opened) / 100,
            "handoffs that begin informed",
            success.n,
        )
    social = named.get("social_unanswered")
    if social and social.value:
        yield Action(
            "Give public messages an owner",
            f"{social.value:.0f} % of {social.n} public messages had no answer after 4 hours.",
            social.n * social.value / 100,
            "public messages answered in time",
            social.n,
        )
