"""What customers said again, for live quality: each handover's words held against what was known before it."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from evals.live.stories import Repeat
from knowledge.customers.entries import Entry
from knowledge.customers.facts.repeats import repeats_in
from knowledge.customers.facts.said import said_of


def said_again(entries: Sequence[Entry], handovers: Sequence[datetime]) -> Iterator[Repeat]:
    """Yield the repeats after each handover (its time), up to the next one; a message counts once."""
    said = sorted(said_of(entries), key=lambda one: one.at)
    when = {one.source: one.at for one in said}
    moments = sorted(set(handovers))
    ends: list[datetime | None] = [*moments[1:], None]
    for begin, end in zip(moments, ends, strict=False):
        before = [one for one in said if one.at <= begin]
        after = [one for one in said if one.at > begin and (end is None or one.at <= end)]
        for found in repeats_in(before, after):
            yield Repeat(found.source, found.fact.value, found.elicited, when[found.source])
