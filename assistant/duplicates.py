"""Articles that say the same twice, and articles that give different numbers of the same thing."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from assistant.drafting.age import disagree, quantities
from assistant.reading import sentences
from assistant.sentences import content_words
from knowledge.database import Database
from knowledge.library.vectors import StoredPassage, stored_passages
from knowledge.scope import Scope

# Cosine from which two passages say the same (MiniLM), and from which they are about the same.
SAME = 0.93
ABOUT = 0.72
# Two sentences are about one thing when they share so much of their words without a number.
SHARED = 0.6
# Texts are the same when they share so much of their words, and so many.
EQUAL = 0.95
LEAST_WORDS = 6
BLOCK = 1_000
MOST = 1_000
# Passages whose sentences are kept: each is compared with many others.
KEPT = 50_000
_HEADING = re.compile(r"^#{1,6} .*$", re.MULTILINE)
Kind = Literal["duplicate", "contradiction"]
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Pair:
    """Two articles; `quotes` are the sentences (of a contradiction) or passages (of a duplicate) that show it."""

    kind: Kind
    first: StoredPassage
    second: StoredPassage
    similarity: float
    quotes: tuple[str, str]


def find_pairs(database: Database, scope: Scope, embedder: str, progress: Progress) -> list[Pair]:
    """Compare every passage with those of other articles by the vectors already stored; best of each two articles.

    Passages without a vector under `embedder` are left out: a search or an ingest makes it. At most `MOST` pairs.
    """
    with database.read() as session:
        passages, vectors = stored_passages(session, scope, embedder)
    best: dict[tuple[str, str, Kind], Pair] = {}
    for one, other, similarity in _near(passages, vectors, progress):
        for pair in _compare(passages[one], passages[other], similarity):
            key = (pair.first.article, pair.second.article, pair.kind)
            if key not in best or best[key].similarity < pair.similarity:
                best[key] = pair
    order = sorted(best.values(), key=lambda pair: (pair.kind, -pair.similarity, pair.first.title, pair.first.id))
    return order[:MOST]


def _near(
    passages: Sequence[StoredPassage], vectors: NDArray[np.float32], progress: Progress
) -> Iterator[tuple[int, int, float]]:
    for start in range(0, len(passages), BLOCK):
        likeness = vectors[start : start + BLOCK] @ vectors[start:].T
        for row, column in np.argwhere(likeness >= ABOUT):
            one, other = start + int(row), start + int(column)
            if one < other and passages[one].article != passages[other].article:
                yield one, other, float(likeness[row, column])
        progress(min(start + BLOCK, len(passages)), len(passages))


def _compare(one: StoredPassage, other: StoredPassage, similarity: float) -> Iterator[Pair]:
    first, second = sorted((one, other), key=lambda passage: passage.article)
    quotes = contradiction(first.text, second.text) if first.product == second.product else None
    if quotes:
        yield Pair("contradiction", first, second, similarity, quotes)
    elif similarity >= SAME or _same_words(first.text, second.text):
        yield Pair("duplicate", first, second, similarity, (first.text, second.text))


def _same_words(one: str, other: str) -> bool:
    """Tell whether two texts hold the same words, whatever their headings are: under two titles cosines differ."""
    ours, theirs = _words_below_heading(one), _words_below_heading(other)
    return len(ours & theirs) >= max(LEAST_WORDS, EQUAL * len(ours | theirs))


@lru_cache(maxsize=KEPT)
def _words_below_heading(text: str) -> frozenset[str]:
    return frozenset(content_words(_HEADING.sub("", text)))


def contradiction(one: str, other: str) -> tuple[str, str] | None:
    """Return the first two sentences about one thing that give different numbers of it."""
    theirs = _numbered(other)
    for sentence, own in _numbered(one) if theirs else ():
        for counterpart, words in theirs:
            if _alike(own, words) and disagree(sentence, counterpart):
                return sentence, counterpart
    return None


@lru_cache(maxsize=KEPT)
def _numbered(text: str) -> tuple[tuple[str, frozenset[str]], ...]:
    """Return the sentences of a passage that give a number of something, and their words; no other contradicts."""
    return tuple((sentence, _said(sentence)) for sentence in sentences(text) if quantities(sentence))


def contradict(one: str, other: str) -> bool:
    """Tell whether two sentences are about one thing and give different numbers of it."""
    return disagree(one, other) and _alike(_said(one), _said(other))


def _said(sentence: str) -> frozenset[str]:
    return frozenset(word for word in content_words(sentence) if not any(letter.isdigit() for letter in word))


def _alike(one: frozenset[str], other: frozenset[str]) -> bool:
    return len(one & other) >= 2 and len(one & other) / len(one | other) >= SHARED
