"""The drafter without a model: the best sentences, quoted as they stand, inside a short template."""

import math
from collections import Counter
from dataclasses import dataclass

from assistant.brief import Brief, Draft, OnText
from assistant.orders import describe, orders_asked_about
from assistant.phrases import Phrases, phrases_for
from assistant.sentences import Unit, content_words, passage_units, stems
from knowledge.customers.entries import PassageUsed

# First guesses that read well on small examples; not yet measured.
MAX_PASSAGES = 5
MAX_QUOTES = 4
MAX_SENTENCES_READ = 60
FOCUS_WEIGHT = 2.0
RANK_WEIGHT = 0.15
HEADING_WEIGHT = 0.3
KEEP_SHARE = 0.5


@dataclass(frozen=True)
class Quote:
    """A sentence worth quoting: where it stands and how well it fits the question."""

    number: int
    rank: int
    position: int
    unit: Unit
    score: float


class ExtractiveDrafter:
    """Quotes; it cannot invent. The same brief always gives the same draft."""

    name = "extractive"
    model = ""

    def draft(self, brief: Brief, on_text: OnText) -> Draft:
        """Write the greeting, the customer's own facts, the quotes and the next step."""
        phrases = phrases_for(brief.context.language)
        facts = own_facts(brief, phrases)
        quotes = best_quotes(brief)
        if not facts and not quotes:
            return Draft("abstain", "")
        text = _compose(brief.context.name, facts, quotes, phrases)
        on_text(text)
        return Draft("answer", text, tuple(dict.fromkeys(quote.number for quote in quotes)))

    def close(self) -> None:
        """Nothing to give back."""


def own_facts(brief: Brief, phrases: Phrases) -> list[str]:
    """Return sentences from the customer's record when the question is about them."""
    asked = orders_asked_about(brief.focus or brief.question, brief.context.orders)
    return [" ".join(describe(order, phrases)) for order in asked]


def best_quotes(brief: Brief) -> list[Quote]:
    """Return the sentences that answer best, in the order of the passages and of their text.

    A sentence scores by the rarity of the question's words in it, by those in its heading, and by its passage's rank.
    """
    passages = brief.passages[:MAX_PASSAGES]
    candidates = [found for passage in passages for found in _candidates(passage)]
    weights = _weights(brief, [unit for _, unit in candidates])
    scored: list[Quote] = []
    for rank, passage in enumerate(passages, start=1):
        nearby = RANK_WEIGHT / rank
        around = stems([passage.title, passage.heading])
        for position, unit in _candidates(passage):
            score = nearby + _score(unit.stems, around, weights)
            scored.append(Quote(passage.number, rank, position, unit, score))
    best = sorted(scored, key=lambda quote: (-quote.score, quote.rank, quote.position))[:MAX_QUOTES]
    kept = _without_repeats([quote for quote in best if quote.score >= KEEP_SHARE * best[0].score])
    return sorted(kept, key=lambda quote: (quote.rank, quote.position))


def _candidates(passage: PassageUsed) -> list[tuple[int, Unit]]:
    read = enumerate(passage_units(passage.text)[:MAX_SENTENCES_READ])
    return [(position, unit) for position, unit in read if len(unit.stems) >= 2 and not unit.text.endswith("?")]


def _weights(brief: Brief, units: list[Unit]) -> dict[str, float]:
    """Weigh the question's words, summing to 1: rare among the candidates is better, the last turn counts double."""
    seen = Counter(word for unit in units for word in unit.stems)
    focus = set(content_words(brief.focus))
    weights = {
        word: math.log(1 + len(units) / (1 + seen[word])) * (FOCUS_WEIGHT if word in focus else 1.0)
        for word in set(content_words(brief.question)) | focus
    }
    total = sum(weights.values()) or 1.0
    return {word: weight / total for word, weight in weights.items()}


def _score(said: frozenset[str], around: set[str], weights: dict[str, float]) -> float:
    found = sum(weights.get(word, 0.0) for word in said)
    return found + HEADING_WEIGHT * sum(weights.get(word, 0.0) for word in around - said)


def _without_repeats(quotes: list[Quote]) -> list[Quote]:
    kept: list[Quote] = []
    for quote in quotes:
        said = quote.unit.stems
        if all(len(said & other.unit.stems) < 0.8 * len(said) for other in kept):
            kept.append(quote)
    return kept


def _compose(name: str, facts: list[str], quotes: list[Quote], phrases: Phrases) -> str:
    name = " ".join(name.split())[:80]
    paragraphs = [phrases.hello.format(name=name) if name else phrases.hello_nobody, *facts]
    if quotes:
        paragraphs += [phrases.articles_say, "\n".join(_lines(quotes))]
    return "\n\n".join([*paragraphs, phrases.next_step])


def _lines(quotes: list[Quote]) -> list[str]:
    """Quote neighbouring sentences together."""
    lines: list[str] = []
    run: list[Quote] = []
    for quote in quotes:
        if run and (quote.number != run[-1].number or quote.position != run[-1].position + 1):
            lines.append(_line(run))
            run = []
        run.append(quote)
    return [*lines, _line(run)]


def _line(run: list[Quote]) -> str:
    return f"“{' '.join(quote.unit.text for quote in run)}” [{run[0].number}]"
