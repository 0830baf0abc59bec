"""The voice of the customer: what people write about, what is rising, and what rises on several channels at once."""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from math import log, sqrt

import numpy as np
from numpy.typing import NDArray

from assistant.privacy.placeholders import Placeholders
from assistant.sentences import content_words, words
from evals.live.measures import FEW, Period
from evals.live.stories import Story, opening
from knowledge.library.language import detect_language

Embed = Callable[[Sequence[str]], NDArray[np.float32]]
# Cosine below which two opening messages are about different things (MiniLM, average linkage).
ALIKE = 0.45
MOST = 1_500
WORDS = 3
_GREETING = "good morning afternoon evening guten tag hola bonjour bonsoir hej hei ciao olá buenos"
_GREETINGS = frozenset(content_words(_GREETING))
# Above its baseline by so many standard deviations a theme counts as rising on a channel.
RISING = 3.0
LEAST = 3


@dataclass(frozen=True)
class Theme:
    """Issues about one thing: telling words, a customer's own words without what is personal in them, how many now and
    before, where it rises.

    `rising` names the channels on which it rose beyond chance; two or more mean a process, not a person.
    """

    label: str
    example: str
    issues: int
    before: int
    channels: tuple[str, ...]
    rising: tuple[str, ...]

    @property
    def process(self) -> bool:
        """Whether it rises on two channels or more."""
        return len(self.rising) > 1

    @property
    def few(self) -> bool:
        """Whether it is too few to conclude from."""
        return self.issues < FEW


def themes(stories: Sequence[Story], now: Period, before: Period, embed: Embed) -> list[Theme]:
    """Group the issues that began in either period by what their first message is about; the largest now first."""
    begun = [one for one in stories if now.holds(one.opened_at) or before.holds(one.opened_at)][-MOST:]
    told = [(one, opening(one)) for one in begun]
    told = [(one, text) for one, text in told if content_words(text)]
    if len(told) < 2:
        return []
    numbers = groups(embed([text for _, text in told]))
    rare, common = rarity([text for _, text in told]), _common(told)
    length = (now.until - now.since) / (before.until - before.since)
    found = []
    for group in sorted(set(numbers)):
        own = [row for row, number in zip(told, numbers, strict=True) if number == group]
        found.append(_theme(own, rare, common, now, length))
    return sorted((one for one in found if one.issues >= LEAST), key=lambda one: (-one.issues, one.label))


def groups(vectors: NDArray[np.float32]) -> list[int]:
    """Return the number of each text's group, by the likeness of their vectors."""
    from sklearn.cluster import AgglomerativeClustering  # type: ignore[import-untyped]

    model = AgglomerativeClustering(n_clusters=None, metric="cosine", linkage="average", distance_threshold=1 - ALIKE)
    return [int(one) for one in model.fit_predict(vectors)]


def rarity(texts: Sequence[str]) -> dict[str, float]:
    """Return how few of the texts each word stands in."""
    seen = Counter(word for text in texts for word in set(content_words(text)))
    return {word: log((1 + len(texts)) / (1 + count)) for word, count in seen.items()}


def _theme(own: Sequence[tuple[Story, str]], rare: dict[str, float], common: str, now: Period, length: float) -> Theme:
    current = [(one, text) for one, text in own if now.holds(one.opened_at)]
    earlier = [one for one, _ in own if not now.holds(one.opened_at)]
    channels = Counter(one.contacts[0].channel for one, _ in current)
    base = Counter(one.contacts[0].channel for one in earlier)
    rising = tuple(sorted(name for name, count in channels.items() if _rises(count, base[name], length)))
    shown = current or own
    named = frozenset(stem for one, _ in own for stem in content_words(one.name))
    example, text = min(shown, key=lambda row: abs(len(row[1]) - 120))
    return Theme(
        label=", ".join(telling([text for _, text in shown], rare, named)),
        example=_hidden(text[:400], example.name, common)[:200],
        issues=len(current),
        before=len(earlier),
        channels=tuple(name for name, _ in channels.most_common()),
        rising=rising,
    )


def _rises(count: int, before: int, length: float) -> bool:
    """Whether a count is beyond the one expected from the period before: z above 3, Poisson, with one added."""
    expected = (before + 1) * length
    return count >= LEAST and (count - expected) / sqrt(expected) > RISING


def _common(own: Sequence[tuple[Story, str]]) -> str:
    """The words that several customers use: what reads as a name among them is a product or a place, and nobody's."""
    said = {(one.customer, word) for one, text in own for word in words(text)}
    counts = Counter(word for _, word in said)
    return " ".join(word for word, count in counts.items() if count >= LEAST)


def _hidden(text: str, name: str, common: str) -> str:
    """The text without the customer's name, addresses and numbers of accounts; in English without what reads as a name.

    Names are told from other words in English alone: elsewhere nearly every word would go.
    """
    public = common if detect_language(text) in ("en", "") else text
    return placeholders(name, public).hide(text)


def placeholders(name: str, public: str = "") -> Placeholders:
    """Placeholders that hide a person's name, and each part of it, wherever it stands; `public` words are nobody's."""
    return Placeholders([("PERSON", part) for part in (name, *name.split()) if len(part) > 2], public)


def telling(texts: Sequence[str], rare: dict[str, float], named: Collection[str] = ()) -> list[str]:
    """The words that tell a group from the others: no numbers, nobody's name, and not how people greet."""
    stems = Counter(stem for text in texts for stem in set(content_words(text)) if stem.isalpha() and len(stem) > 2)
    greeted = {stem for text in texts for stem in content_words(" ".join(text.split()[:2]))} & _GREETINGS
    for stem in greeted.union(named):
        stems.pop(stem, None)
    best = sorted(stems, key=lambda stem: (-stems[stem] * rare.get(stem, 0.0), stem))[:WORDS]
    spelt = Counter(word for text in texts for word in words(text))
    return [_spelt(stem, spelt) for stem in best]


def _spelt(stem: str, spelt: Counter[str]) -> str:
    """The commonest word of that stem."""
    forms = [(count, word) for word, count in spelt.items() if content_words(word) == [stem]]
    return max(forms)[1] if forms else stem
