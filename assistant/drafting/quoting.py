"""Choosing what to quote: the sentences nearest to the question, with what they need to be understood."""

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from assistant.brief import Brief, Excerpt
from assistant.drafting.age import disagree, stale_passages
from assistant.drafting.foreign import foreign_positions
from assistant.drafting.wanted import answers_kind, without_asking
from assistant.reading import Unit, passage_units
from assistant.sentences import content_words, stems
from knowledge.customers.entries import PassageUsed

# Chosen on the demo's even ids and the tuning halves of mtrag and clapnq: see docs/assistant.md.
MAX_PASSAGES = 8
MAX_EXCERPTS = 5
MAX_SENTENCES_READ = 60
# Sentences whose meaning is compared: each costs an embedding, 2 to 4 ms, the first time.
MAX_COMPARED = 8
# … of which so many of one article: the one that repeats the question's words most need not hold the answer.
MAX_OF_ARTICLE = 5
EXCERPT_CHARS = 500
FOCUS_WEIGHT = 2.0
HEADING_WEIGHT = 0.3
WORDS_WEIGHT = 0.3
PASSAGE_WEIGHT = 0.3
SIMILARITY_WEIGHT = 1.0
EXCEPTION_BONUS = 0.1
KIND_BONUS = 0.3
STALE_MALUS = 0.15
KEEP_SHARE = 0.6
SOURCE_SHARE = 1.0
_EXCEPTION = re.compile(
    r"\b(?:except|unless|cannot|can[’']t|not|never|no|only|excluded|excludes)\b"
    r"|\b(?:nicht|kein\w*|außer|nur|no se|salvo|excepto|sauf|pas)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Candidate:
    """A sentence that could be quoted: where it stands, and how near it is to the question (about 0 to 1.5)."""

    passage: PassageUsed
    position: int
    unit: Unit
    score: float


def best_excerpts(brief: Brief) -> tuple[Excerpt, ...]:
    """Return what answers best: the best passage's excerpts first, within a passage in the order of its text."""
    passages = brief.passages[:MAX_PASSAGES]
    weights = _weights(brief, passages)
    stale = stale_passages(passages)
    asked = brief.focus or brief.question
    found = [
        replace(one, score=one.score + KIND_BONUS * answers_kind(asked, one.unit.text))
        for passage in passages
        for one in _candidates(passage, weights)
    ]
    found = _by_meaning(brief, _mixed(sorted(found, key=_order)))
    found = sorted(_trusted(found, stale), key=_order)
    kept = [one for one in found if one.score >= _needed(one, found[0])]
    return tuple(_in_order(_excerpts(kept)))


def best_for_each(briefs: Sequence[Brief]) -> tuple[Excerpt, ...]:
    """Return what answers each of several questions best, question by question, nothing twice."""
    kept: list[Excerpt] = []
    share = max(1, MAX_EXCERPTS // max(1, len(briefs)))
    for brief in briefs:
        fresh = [one for one in best_excerpts(brief) if not any(_overlap(one, other) for other in kept)]
        kept += fresh[:share]
    return tuple(kept)


def _overlap(one: Excerpt, other: Excerpt) -> bool:
    return one.passage.passage == other.passage.passage and bool(set(one.positions) & set(other.positions))


def _mixed(found: Sequence[Candidate]) -> list[Candidate]:
    """Return the first few, not all of one article."""
    taken: Counter[str] = Counter()
    kept: list[Candidate] = []
    for one in found:
        if taken[one.passage.article] < MAX_OF_ARTICLE:
            taken[one.passage.article] += 1
            kept.append(one)
    return kept[:MAX_COMPARED]


def _needed(one: Candidate, best: Candidate) -> float:
    """Return the score a sentence needs to be quoted: more in another article than the best one's."""
    return best.score * (KEEP_SHARE if one.passage.article == best.passage.article else SOURCE_SHARE)


def _order(one: Candidate) -> tuple[float, int, int]:
    return -one.score, one.passage.number, one.position


def _candidates(passage: PassageUsed, weights: dict[str, float]) -> Iterator[Candidate]:
    """Score by the question's words in the sentence and around it, and by how well the passage was found."""
    around = stems([passage.title, passage.heading])
    heading: frozenset[str] = frozenset()
    telling = set(sorted(weights, key=lambda word: -weights[word])[:2])
    foreign = _foreign(passage)
    for position, unit in enumerate(passage_units(passage.text)[:MAX_SENTENCES_READ]):
        if unit.kind == "heading":
            heading = unit.stems
        elif position not in foreign and len(unit.stems) >= 2 and not unit.text.endswith("?"):
            said = sum(weights.get(word, 0.0) for word in unit.stems)
            near = HEADING_WEIGHT * sum(weights.get(word, 0.0) for word in (around | heading) - unit.stems)
            bonus = EXCEPTION_BONUS if telling & unit.stems and _EXCEPTION.search(unit.text) else 0.0
            found = PASSAGE_WEIGHT * passage.score + SIMILARITY_WEIGHT * (passage.similarity or 0.0)
            score = said + near + bonus + found
            yield Candidate(passage, position, unit, score)


def _weights(brief: Brief, passages: Sequence[PassageUsed]) -> dict[str, float]:
    """Weigh the question's words, summing to 1: rare in the library is better, the last turn counts double."""
    focus = set(content_words(without_asking(brief.focus)))
    wanted = set(content_words(without_asking(brief.question))) | focus
    rarity = brief.nearness.rarity if brief.nearness else _rarity_among(passages)
    weights = {word: rarity.get(word, 1.0) * (FOCUS_WEIGHT if word in focus else 1.0) for word in wanted}
    total = sum(weights.values()) or 1.0
    return {word: weight / total for word, weight in weights.items()}


def _rarity_among(passages: Sequence[PassageUsed]) -> dict[str, float]:
    read = [unit for passage in passages for unit in passage_units(passage.text)]
    seen = Counter(word for unit in read for word in unit.stems)
    return {word: math.log(1 + len(read) / (1 + times)) for word, times in seen.items()}


def _by_meaning(brief: Brief, found: list[Candidate]) -> list[Candidate]:
    """Score the best candidates again, now by meaning first."""
    near = brief.nearness
    if near is None or not found:
        return found
    cosines = near.embed([in_context(one.passage, one.position) for one in found]) @ near.vector
    scored = [
        replace(one, score=float(cosine) + WORDS_WEIGHT * one.score) for one, cosine in zip(found, cosines, strict=True)
    ]
    return sorted(scored, key=_order)


def in_context(passage: PassageUsed, position: int) -> str:
    """Return a sentence behind what says what it is about: its list's opening line, else the article's title."""
    read = passage_units(passage.text)
    opening = _opening(read, position) if read[position].kind == "item" else ()
    about = read[opening[0]].text if opening else passage.title
    return f"{about}: {read[position].text}" if about else read[position].text


def within(excerpt: Excerpt, most: int) -> tuple[int, ...]:
    """Return the positions of an excerpt's best sentence with what of its paragraph fits into `most` signs.

    A list item comes with the line that opens its list. The best sentence itself may be longer.
    """
    read = passage_units(excerpt.passage.text)
    best = read[excerpt.best]
    opening = _opening(read, excerpt.best) if best.kind == "item" else ()
    kept = [position for position in (*opening, excerpt.best) if position in excerpt.positions]
    left = most - sum(len(read[position].text) + 1 for position in kept)
    own = [position for position in excerpt.positions if read[position].block == best.block]
    place = own.index(excerpt.best)
    for side in (own[place + 1 :], own[:place][::-1]):
        for position in side:
            left -= len(read[position].text) + 1
            if left < 0:
                return tuple(sorted(kept))
            kept.append(position)
    return tuple(sorted(kept))


def _excerpts(found: Sequence[Candidate]) -> list[Excerpt]:
    """Give each sentence its surroundings; one that stands in an earlier excerpt needs none of its own."""
    kept: list[Excerpt] = []
    for one in found:
        known = [excerpt for excerpt in kept if excerpt.passage is one.passage]
        if any(one.position in excerpt.positions for excerpt in known) or _is_repeat(one, kept):
            continue
        around = _around(passage_units(one.passage.text), one.position)
        quoted = tuple(position for position in around if position not in _foreign(one.passage))
        kept.append(Excerpt(one.passage, quoted, one.score, one.position))
        if len(kept) == MAX_EXCERPTS:
            break
    return kept


def _foreign(passage: PassageUsed) -> frozenset[int]:
    return foreign_positions(passage.title, passage.heading, passage.text)


def _is_repeat(one: Candidate, kept: Sequence[Excerpt]) -> bool:
    said = one.unit.stems
    return any(len(said & unit.stems) >= 0.8 * len(said) for excerpt in kept for unit in excerpt.units)


def _around(read: Sequence[Unit], position: int) -> tuple[int, ...]:
    """Return the positions a sentence needs: a list item its opening line, a sentence its neighbours."""
    unit = read[position]
    if unit.kind == "row":
        return (position,)
    if unit.kind == "item":
        return tuple(sorted({*_opening(read, position), *_grown(read, position)}))
    return _grown(read, position)


def _opening(read: Sequence[Unit], position: int) -> tuple[int, ...]:
    """Return the line that opens the list ("We do not take back:"), or the heading above it."""
    for place in range(position - 1, -1, -1):
        if read[place].kind == "heading":
            return (place,)
        if read[place].kind == "text":
            return (place,) if read[place].text.endswith(":") else ()
    return ()


def _grown(read: Sequence[Unit], position: int) -> tuple[int, ...]:
    """Take in the next sentences, then those before, of the same paragraph, while it stays short.

    A sentence that opens a list takes in the list.
    """
    first = last = position
    size = len(read[position].text)
    while last + 1 < len(read) and _goes_on(read[last], read[last + 1]):
        size += len(read[last + 1].text)
        if size > EXCERPT_CHARS:
            break
        last += 1
    while first and read[first - 1].block == read[position].block:
        size += len(read[first - 1].text)
        if size > EXCERPT_CHARS:
            break
        first -= 1
    return tuple(range(first, last + 1))


def _goes_on(unit: Unit, following: Unit) -> bool:
    if unit.block == following.block:
        return True
    opens = unit.kind == "text" and unit.text.endswith(":")
    return opens and following.kind in ("item", "row")


def _trusted(found: Sequence[Candidate], stale: frozenset[str]) -> Iterator[Candidate]:
    """Leave out what an old article says where a newer one gives another number for the same; trust the rest less."""
    newer = [one.unit.text for one in found if one.passage.passage not in stale]
    for one in found:
        if one.passage.passage not in stale:
            yield one
        elif not any(disagree(one.unit.text, other) for other in newer):
            yield replace(one, score=one.score - STALE_MALUS)


def _in_order(excerpts: Sequence[Excerpt]) -> list[Excerpt]:
    best: dict[int, float] = {}
    for one in excerpts:
        best[one.passage.number] = max(best.get(one.passage.number, one.score), one.score)
    return sorted(excerpts, key=lambda one: (-best[one.passage.number], one.passage.number, one.positions))
