"""Repeats of an issue: what the customer said again after each change of hands or channel and each new contact."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import takewhile

from evals.live.stories import Repeat
from knowledge.customers.entries import Entry
from knowledge.customers.facts.repeats import repeats_in
from knowledge.customers.facts.said import Said, said_of


def repeats_of(entries: Sequence[Entry], breaks: Sequence[datetime]) -> Iterator[Repeat]:
    """Yield what was said again; `breaks` are when the issue changed hands or channel or a new contact began.

    A message counts once, at the first break after which it says something again.
    """
    said = sorted((one for one in said_of(entries) if not one.internal), key=lambda one: one.at)
    times = {one.source: one.at for one in said}
    ordered = sorted(set(breaks))
    ends: list[datetime | None] = [*ordered, None][1:]
    for begin, end in zip(ordered, ends, strict=True):
        before = [one for one in said if one.at < begin]
        after = [one for one in said if one.at >= begin and (end is None or one.at < end)]
        if before and after:
            for found in repeats_in(before, [*_ours_before(before, after[0]), *after]):
                yield Repeat(found.source, found.fact.value, found.elicited, times[found.source])


def _ours_before(before: Sequence[Said], first: Said) -> list[Said]:
    """Return what we said just before a contact that answers us, as a customer's e-mail does: it may have asked."""
    thread = [one for one in before if one.conversation == first.conversation]
    ours = takewhile(lambda one: one.speaker == "agent", reversed(thread))
    return list(ours)[::-1] if first.speaker == "customer" else []
