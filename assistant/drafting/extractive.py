"""The drafter without a model: the best sentences, quoted as they stand, inside a short template."""

from collections.abc import Sequence

from assistant.brief import Brief, Draft, Excerpt, OnText
from assistant.drafting.foreign import foreign_title
from assistant.drafting.quoting import best_excerpts
from assistant.orders import describe, orders_asked_about
from assistant.phrases import Phrases, phrases_for
from assistant.reading import Unit, plain


class ExtractiveDrafter:
    """Quotes; it cannot invent. The same brief always gives the same draft."""

    name = "extractive"
    model = ""

    def draft(self, brief: Brief, on_text: OnText) -> Draft:
        """Write the greeting, the customer's own facts, the quotes and the next step."""
        phrases = phrases_for(brief.context.language)
        facts = own_facts(brief, phrases)
        excerpts = brief.excerpts or best_excerpts(brief)
        if not facts and not excerpts:
            return Draft("abstain", "")
        text = _compose(brief.context.name, facts, excerpts, phrases)
        on_text(text)
        return Draft("answer", text, tuple(dict.fromkeys(excerpt.passage.number for excerpt in excerpts)))

    def close(self) -> None:
        """Nothing to give back."""


def own_facts(brief: Brief, phrases: Phrases) -> list[str]:
    """Return sentences from the customer's record when the question is about them."""
    asked = orders_asked_about(brief.focus or brief.question, brief.context.orders)
    return [" ".join(describe(order, phrases)) for order in asked]


def _compose(name: str, facts: list[str], excerpts: Sequence[Excerpt], phrases: Phrases) -> str:
    name = " ".join(name.split())[:80]
    paragraphs = [phrases.hello.format(name=name) if name else phrases.hello_nobody, *facts]
    if excerpts:
        paragraphs += [phrases.articles_say, *_sources(excerpts)]
    return "\n\n".join([*paragraphs, phrases.next_step])


def _sources(excerpts: Sequence[Excerpt]) -> list[str]:
    """Return a paragraph for each passage: the article's title, then its quotes, one a line."""
    numbers = dict.fromkeys(excerpt.passage.number for excerpt in excerpts)
    paragraphs: list[str] = []
    for number in numbers:
        own = [excerpt for excerpt in excerpts if excerpt.passage.number == number]
        title = plain(own[0].passage.title).rstrip(":")
        lines = [f"{title}:"] if title and not foreign_title(title, own[0].passage.text) else []
        lines += [f"“{_joined(run)}” [{number}]" for run in _runs(own)]
        paragraphs.append("\n".join(lines))
    return paragraphs


def _runs(excerpts: Sequence[Excerpt]) -> list[list[tuple[int, Unit]]]:
    """Put excerpts together that overlap or follow one another, and list items below the same opening."""
    runs: list[dict[int, Unit]] = []
    for excerpt in sorted(excerpts, key=lambda one: one.positions):
        found = dict(zip(excerpt.positions, excerpt.units, strict=True))
        if runs and min(found) <= max(runs[-1]) + 1:
            runs[-1] |= found
        else:
            runs.append(found)
    return [sorted(run.items()) for run in runs]


def _joined(run: Sequence[tuple[int, Unit]]) -> str:
    """Write the sentences in their order; what is left out between them shows as an ellipsis."""
    text, before = "", -1
    for position, unit in run:
        if text:
            text += _joint(text, position - before)
        text += f"{unit.text}:" if unit.kind == "heading" and unit.text[-1:] not in ".:!?" else unit.text
        before = position
    return text


def _joint(text: str, step: int) -> str:
    if step > 1:
        return " … "
    return " " if text[-1] in ".:!?…" else "; "
