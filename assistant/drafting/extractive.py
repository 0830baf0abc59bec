"""The drafter without a model: the best sentences, quoted as they stand, inside a short template."""

from collections.abc import Iterator, Sequence

from assistant.brief import Brief, Context, Draft, Excerpt, OnText
from assistant.drafting.foreign import foreign_title
from assistant.drafting.quoting import best_excerpts, within
from assistant.form import is_short, room
from assistant.orders import describe, orders_asked_about
from assistant.phrases import Phrases, phrases_for
from assistant.reading import Unit, passage_units, plain

Run = Sequence[tuple[int, Unit]]
# In a text message another sentence stands beside the best one only when it is about as near to the question.
AS_GOOD = 0.9
# Signs that quotation marks and the number of the passage take.
MARKS = 6


class ExtractiveDrafter:
    """Quotes; it cannot invent. The same brief always gives the same draft."""

    name = "extractive"
    model = ""

    def draft(self, brief: Brief, on_text: OnText) -> Draft:
        """Write the greeting, the customer's own facts, the quotes and the next step; where little fits, less."""
        phrases = phrases_for(brief.context.language)
        facts = own_facts(brief, phrases)
        excerpts = brief.excerpts or (() if facts else best_excerpts(brief))
        if not facts and not excerpts:
            return Draft("abstain", "")
        short = is_short(brief.context.channel, public=brief.context.public)
        compose = _in_short if short else _compose
        text, kept = compose(brief.context, facts, excerpts, phrases)
        on_text(text)
        return Draft("answer", text, tuple(dict.fromkeys(excerpt.passage.number for excerpt in kept)))

    def close(self) -> None:
        """Nothing to give back."""


def own_facts(brief: Brief, phrases: Phrases) -> list[str]:
    """Return sentences from the customer's record when the question is about them."""
    asked = orders_asked_about(brief.focus or brief.question, brief.context.orders)
    return [" ".join(describe(order, phrases)) for order in asked]


def _compose(
    context: Context, facts: Sequence[str], excerpts: Sequence[Excerpt], phrases: Phrases
) -> tuple[str, Sequence[Excerpt]]:
    name = " ".join(context.name.split())[:80]
    paragraphs = [phrases.hello.format(name=name) if name else phrases.hello_nobody, *facts]
    kept = _fitting(excerpts, room(context.channel, public=context.public))
    if kept:
        paragraphs += [phrases.articles_say, *_sources(kept)]
    return "\n\n".join([*paragraphs, phrases.next_step]), kept


def _in_short(
    context: Context, facts: Sequence[str], excerpts: Sequence[Excerpt], _: Phrases
) -> tuple[str, Sequence[Excerpt]]:
    """Return the facts and the best sentences alone, as many as there is room for; the first in any case."""
    said, kept = list(facts), list[Excerpt]()
    ranked = sorted(excerpts, key=lambda one: -one.score)
    for excerpt in (one for one in ranked if one.score >= AS_GOOD * ranked[0].score):
        read = passage_units(excerpt.passage.text)
        left = (room(context.channel, public=context.public) or 0) - sum(len(one) + 1 for one in said)
        run = [(place, read[place]) for place in within(excerpt, left - MARKS)]
        if not said or len(_joined(run)) <= left - MARKS:
            said.append(_quote(run, excerpt.passage.number))
            kept.append(excerpt)
    return " ".join(said), kept


def _fitting(excerpts: Sequence[Excerpt], most: int | None) -> list[Excerpt]:
    """Return the excerpts there is room for, the best ones first, in the order they had."""
    if most is None:
        return list(excerpts)
    left, kept = most, set[int]()
    for place in sorted(range(len(excerpts)), key=lambda place: -excerpts[place].score):
        size = sum(len(unit.text) + 1 for unit in excerpts[place].units)
        if size <= left or not kept:
            kept.add(place)
            left -= size
    return [excerpts[place] for place in sorted(kept)]


def _sources(excerpts: Sequence[Excerpt]) -> list[str]:
    """Return a paragraph for each article: its title, then its quotes, one a line."""
    paragraphs: dict[str, list[str]] = {}
    for number in dict.fromkeys(excerpt.passage.number for excerpt in excerpts):
        own = [excerpt for excerpt in excerpts if excerpt.passage.number == number]
        passage = own[0].passage
        title = plain(passage.title).rstrip(":")
        head = [f"{title}:"] if title and not foreign_title(title, passage.text) else []
        lines = paragraphs.setdefault(passage.article, head)
        lines += [_quote(line, number) for run in _runs(own) for line in _lines(run)]
    return ["\n".join(lines) for lines in paragraphs.values()]


def _runs(excerpts: Sequence[Excerpt]) -> list[Run]:
    """Put excerpts together that overlap or follow one another, and list items below the same opening."""
    runs: list[dict[int, Unit]] = []
    for excerpt in sorted(excerpts, key=lambda one: one.positions):
        found = dict(zip(excerpt.positions, excerpt.units, strict=True))
        if runs and min(found) <= max(runs[-1]) + 1:
            runs[-1] |= found
        else:
            runs.append(found)
    return [sorted(run.items()) for run in runs]


def _lines(run: Run) -> Iterator[Run]:
    """Give each row of a table a line of its own; other sentences stay together."""
    line: list[tuple[int, Unit]] = []
    for position, unit in run:
        if line and "row" in (unit.kind, line[-1][1].kind):
            yield line
            line = []
        line.append((position, unit))
    yield line


def _quote(run: Run, number: int) -> str:
    return f"“{_joined(run)}” [{number}]"


def _joined(run: Run) -> str:
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
    return " " if text[-1] in ".:!?…,;" else "; "
