"""Searches one person's history by words and by meaning, over texts read for this one search: nothing is stored."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from knowledge.customers.history import Told
from knowledge.ids import ArticleId, PassageId
from knowledge.library.drafts import clean
from retrieval.embedding import Embedder
from retrieval.fusion import fuse
from retrieval.lexical import LexicalIndex
from retrieval.passages import Passage

How = Literal["both", "words", "meaning"]
# Texts whose meaning is compared, the newest ones: embedding is what takes time. Words are looked for in all.
MEANT = 200
# What is embedded of one text, in characters.
READ_CHARS = 600
# Less alike than this is not found by meaning: a person's history always has a text that is nearest.
LEAST = 0.3
EXCERPT = 240


@dataclass(frozen=True)
class Found:
    """Something of the history: `literal` when it holds the query as it was written, else how it was found.

    `word_rank` starts at 1, `similarity` is the cosine with the query; `None`: not found that way.
    """

    told: Told
    excerpt: str
    score: float
    literal: bool
    word_rank: int | None
    similarity: float | None


def search_history(
    embedder: Embedder, query: str, told: Sequence[Told], *, how: How = "both", limit: int = 20
) -> list[Found]:
    """Return what of a history, newest first, fits a query best: first what holds it literally, then the likest.

    Raises:
        Unavailable: the embedder cannot be used.
    """
    words = " ".join(clean(query).split())
    if not words or not told:
        return []
    whole = words.casefold()
    literal = {str(n): 1.0 for n, one in enumerate(told) if how != "meaning" and whole in one.text.casefold()}
    lexical = _by_words(words, told) if how != "meaning" else []
    dense = _by_meaning(embedder, words, told[:MEANT]) if how != "words" else []
    fused = {one.id: one for one in fuse(lexical, dense, len(told))}
    best = sorted(literal | fused, key=lambda n: (n not in literal, -fused[n].score if n in fused else 0.0, int(n)))
    return [
        Found(
            told[int(n)],
            excerpt(told[int(n)].text, words),
            round(fused[n].score, 4) if n in fused else 0.0,
            n in literal,
            fused[n].lexical_rank if n in fused else None,
            fused[n].similarity if n in fused else None,
        )
        for n in best[:limit]
    ]


def _by_words(words: str, told: Sequence[Told]) -> list[tuple[str, float]]:
    index = LexicalIndex()
    index.update((_passage(n, one.text) for n, one in enumerate(told)), ())
    try:
        return index.search(words, ("internal",), len(told))
    finally:
        index.close()


def _passage(number: int, text: str) -> Passage:
    return Passage(PassageId(str(number)), ArticleId(""), "", "", "", text, "internal", "")


def _by_meaning(embedder: Embedder, words: str, told: Sequence[Told]) -> list[tuple[str, float]]:
    rows = embedder.embed([words, *(one.text[:READ_CHARS] for one in told)])
    alike = [(str(n), float(likeness)) for n, likeness in enumerate(rows[1:] @ rows[0]) if likeness >= LEAST]
    return sorted(alike, key=lambda one: (-one[1], int(one[0])))


def excerpt(text: str, words: str, length: int = EXCERPT) -> str:
    """Return the part of a text around the first place where the words, or else one of them, stand."""
    flat = text.casefold()
    sought = [words.casefold(), *sorted(words.casefold().split(), key=len, reverse=True)]
    places = (flat.find(word) for word in sought if len(word) > 1 or word == sought[0])
    place = next((place for place in places if place >= 0), 0)
    start = max(0, min(place - length // 3, len(text) - length))
    return ("…" if start else "") + text[start : start + length] + ("…" if start + length < len(text) else "")
