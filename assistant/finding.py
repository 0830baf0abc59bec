"""The passages for a question: public ones to draft from, internal ones to guide; several questions one by one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.brief import Nearness
from assistant.drafting.vectors import SentenceVectors
from assistant.sentences import content_words, words
from assistant.understanding.question import Question
from assistant.understanding.several import questions_in
from knowledge.customers.entries import PassageUsed
from retrieval.passages import EVERYTHING, Audience, Hit, Only
from retrieval.search import Search

MAX_PUBLIC = 8
MAX_INTERNAL = 3


@dataclass(frozen=True)
class Part:
    """One of several questions, what tells how near a text is to it, and the public passages found for it alone."""

    text: str
    near: Nearness
    passages: tuple[PassageUsed, ...] = ()


@dataclass(frozen=True)
class Found:
    """What was found for a question; `near` is of the whole of it, `parts` are there when it holds several."""

    passages: tuple[PassageUsed, ...]
    near: Nearness
    parts: tuple[Part, ...] = ()

    @property
    def public(self) -> tuple[PassageUsed, ...]:
        """The passages that may be drafted from."""
        return tuple(passage for passage in self.passages if passage.visibility == "public")


def find_passages(search: Search, sentences: SentenceVectors, question: Question, only: Only = EVERYTHING) -> Found:
    """Return the passages for an agent, best first; `only` narrows the search.

    The public ones have the first numbers, so that what a draft cites begins with 1. Several questions in the last turn
    are looked up one by one, and what is best for one of them comes first.

    Raises:
        Unavailable: the embedder cannot be used.
    """
    near = nearness(search, sentences, question.text)
    parts = tuple(Part(text, nearness(search, sentences, text)) for text in questions_in(question.focus))
    asked = parts or (Part(question.text, near),)
    each = _found(search, asked, "agent", MAX_PUBLIC + MAX_INTERNAL, only)
    parts = tuple(replace(part, passages=_public(hits)) for part, hits in zip(parts, each, strict=False))
    hits = _best_of(each, MAX_PUBLIC + MAX_INTERNAL)
    internal = [hit for hit in hits if hit.passage.visibility != "public"][:MAX_INTERNAL]
    public = [hit for hit in hits if hit.passage.visibility == "public"]
    if internal and len(public) < MAX_PUBLIC:
        public = _best_of(_found(search, asked, "customer", MAX_PUBLIC, only), MAX_PUBLIC)
    used = [_used(number, hit) for number, hit in enumerate([*public[:MAX_PUBLIC], *internal], start=1)]
    return Found(tuple(sorted(used, key=lambda passage: -passage.score)), near, parts)


def nearness(search: Search, sentences: SentenceVectors, question: str) -> Nearness:
    """Return what tells how near a text is to the question.

    Raises:
        Unavailable: the embedder cannot be used.
    """
    telling = list(dict.fromkeys(word for word in words(question) if content_words(word)))
    by_stem = {content_words(word)[0]: rare for word, rare in zip(telling, search.rarity(telling), strict=True)}
    return Nearness(search.vector(question), sentences.embed, by_stem)


def _found(search: Search, asked: Sequence[Part], audience: Audience, limit: int, only: Only) -> list[list[Hit]]:
    return [search.search_vector(one.text, one.near.vector, audience, limit, only) for one in asked]


def _public(hits: Sequence[Hit]) -> tuple[PassageUsed, ...]:
    public = [hit for hit in hits if hit.passage.visibility == "public"]
    return tuple(_used(number, hit) for number, hit in enumerate(public[:MAX_PUBLIC], start=1))


def _best_of(found: Sequence[list[Hit]], limit: int) -> list[Hit]:
    """Return the hits of all that is asked, each passage once, where it is best."""
    best: dict[str, Hit] = {}
    if len(found) == 1:
        return found[0]
    for hit in (hit for hits in found for hit in hits):
        known = best.get(hit.passage.id)
        best[hit.passage.id] = hit if known is None or hit.score > known.score else known
    return sorted(best.values(), key=lambda hit: (-hit.score, hit.passage.id))[:limit]


def _used(number: int, hit: Hit) -> PassageUsed:
    passage = hit.passage
    return PassageUsed(
        number=number,
        passage=passage.id,
        article=passage.article,
        title=passage.title,
        heading=passage.heading,
        url=passage.url,
        text=passage.text,
        visibility=passage.visibility,
        score=hit.score,
        lexical_rank=hit.lexical_rank,
        dense_rank=hit.dense_rank,
        similarity=hit.similarity,
        stated_date=passage.stated_date,
    )
