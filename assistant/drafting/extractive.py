"""The drafter without a model: the best sentences, quoted as they stand, inside a short template."""

import math
from collections import Counter
from dataclasses import dataclass

from assistant.brief import Brief, Draft, OnText
from assistant.orders import describe, orders_asked_about
from assistant.phrases import Phrases, phrases_for
from assistant.sentences import content_words, sentences
from knowledge.customers.entries import PassageUsed

# Chosen by reading drafts on the odd half of clapnq and on the demo company, see docs/assistant.md.
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
    position: int
    text: str
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
    candidates = _candidates(brief.passages[:MAX_PASSAGES])
    weights = _weights(brief, [text for _, _, text in candidates])
    by_number = {passage.number: passage for passage in brief.passages}
    total = sum(weights.values()) or 1.0
    scored = [
        Quote(number, position, text, _score(text, by_number[number], weights, total))
        for number, position, text in candidates
    ]
    rank = {passage.number: place for place, passage in enumerate(brief.passages)}
    scored = [Quote(q.number, q.position, q.text, q.score + RANK_WEIGHT / (1 + rank[q.number])) for q in scored]
    best = sorted(scored, key=lambda quote: (-quote.score, rank[quote.number], quote.position))[:MAX_QUOTES]
    kept = [quote for quote in best if quote.score >= KEEP_SHARE * best[0].score]
    kept = _without_repeats(kept)
    return sorted(kept, key=lambda quote: (rank[quote.number], quote.position))


def _candidates(passages: tuple[PassageUsed, ...]) -> list[tuple[int, int, str]]:
    return [
        (passage.number, position, text)
        for passage in passages
        for position, text in enumerate(sentences(passage.text)[:MAX_SENTENCES_READ])
        if len(content_words(text)) >= 2 and not text.endswith("?")
    ]


def _weights(brief: Brief, texts: list[str]) -> dict[str, float]:
    """Weigh the question's words: rare among the candidates is better, the last turn counts double."""
    seen = Counter(word for text in texts for word in set(content_words(text)))
    focus = set(content_words(brief.focus))
    return {
        word: math.log(1 + len(texts) / (1 + seen[word])) * (FOCUS_WEIGHT if word in focus else 1.0)
        for word in set(content_words(brief.question)) | focus
    }


def _score(text: str, passage: PassageUsed, weights: dict[str, float], total: float) -> float:
    said = set(content_words(text))
    around = set(content_words(f"{passage.title} {passage.heading}")) - said
    found = sum(weights.get(word, 0.0) for word in said)
    nearby = sum(weights.get(word, 0.0) for word in around)
    return (found + HEADING_WEIGHT * nearby) / total


def _without_repeats(quotes: list[Quote]) -> list[Quote]:
    kept: list[Quote] = []
    for quote in quotes:
        said = set(content_words(quote.text))
        if all(len(said & set(content_words(other.text))) < 0.8 * len(said) for other in kept):
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
    return f"“{' '.join(quote.text for quote in run)}” [{run[0].number}]"
