"""Personal data stays here: a drafter on another machine gets placeholders, and its draft is put right again."""

from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlsplit

from assistant.brief import Brief, Context, Draft, Drafter, OnText, Turn
from assistant.orders import fact_lines
from assistant.privacy.placeholders import Placeholders

_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class HidingDrafter:
    """Another drafter, given only briefs without personal data."""

    def __init__(self, inner: Drafter) -> None:
        self._inner = inner

    @property
    def name(self) -> str:
        """The inner drafter's kind."""
        return self._inner.name

    @property
    def model(self) -> str:
        """The inner drafter's model."""
        return self._inner.model

    def draft(self, brief: Brief, on_text: OnText) -> Draft:
        """Have the draft written from placeholders; `on_text` and the draft carry the values again.

        Raises:
            Unavailable: no usable draft came in time.
        """
        articles = " ".join(f"{one.title} {one.heading} {one.text}" for one in brief.passages)
        items = " ".join(item.name for order in brief.context.orders for item in order.items)
        marks = Placeholders(_known(brief.context), f"{articles} {items}")
        raw, shown = "", ""

        def grow(piece: str) -> None:
            nonlocal raw, shown
            raw += piece
            text = marks.growing(raw)
            if text != shown:
                on_text(text[len(shown) :])
                shown = text

        draft = self._inner.draft(hidden(brief, marks), grow)
        return replace(draft, text=marks.restore(draft.text))

    def close(self) -> None:
        """Close the inner drafter."""
        self._inner.close()


def hidden(brief: Brief, marks: Placeholders) -> Brief:
    """Return the brief with placeholders in everything that a customer wrote or that is theirs; articles stay."""
    context = brief.context
    told = replace(
        context,
        name=marks.hide(context.name),
        orders=(),
        preferences=tuple((name, marks.hide(value)) for name, value in (*context.preferences, *_order_facts(context))),
        history=tuple(_turn(turn, marks) for turn in context.history),
        dialogue=tuple(_turn(turn, marks) for turn in context.dialogue),
    )
    question, focus = marks.hide(brief.question), marks.hide(brief.focus)
    return replace(brief, question=question, focus=focus, context=told)


def leaves_this_machine(url: str) -> bool:
    """Tell whether an address is another machine's."""
    return urlsplit(url).hostname not in _LOOPBACK


def _turn(turn: Turn, marks: Placeholders) -> Turn:
    return replace(turn, text=marks.hide(turn.text))


def _known(context: Context) -> Iterator[tuple[str, str]]:
    if context.name:
        yield "PERSON", context.name
        yield from (("PERSON", part) for part in context.name.split() if len(part) > 2)
    for order in context.orders:
        yield "ORDER", order.order
        if order.tracking:
            yield "TRACKING", order.tracking


def _order_facts(context: Context) -> Iterator[tuple[str, str]]:
    yield from ((f"order {number}", fact_lines(order)) for number, order in enumerate(context.orders, start=1))
