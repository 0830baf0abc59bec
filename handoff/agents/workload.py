"""Workload: how many conversations somebody had at a moment of the past, and how much there is to a conversation."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from knowledge.customers.entries import ConversationAssigned, Entry, MessageReceived

# From so many words of the customer a conversation is no simple one any more, and from so many it is a complex one.
USUAL_WORDS, COMPLEX_WORDS = 40, 150


@dataclass(frozen=True)
class Span:
    """Somebody had a conversation of a channel from one moment until another."""

    agent: str
    channel: str
    begin: datetime
    end: datetime


class Workload:
    """How many conversations everybody had, at any moment."""

    def __init__(self, spans: Iterable[Span]) -> None:
        begins: defaultdict[tuple[str, str], list[datetime]] = defaultdict(list)
        ends: defaultdict[tuple[str, str], list[datetime]] = defaultdict(list)
        for span in spans:
            begins[span.agent, span.channel].append(span.begin)
            ends[span.agent, span.channel].append(span.end)
        self._begins = {key: sorted(found) for key, found in begins.items()}
        self._ends = {key: sorted(found) for key, found in ends.items()}

    def had(self, agent: str, channel: str, at: datetime) -> int:
        """Return how many they had right before a moment; what begins then does not count."""
        key = agent, channel
        return bisect_left(self._begins.get(key, []), at) - bisect_right(self._ends.get(key, []), at)


def complexity_of(entries: Sequence[Entry]) -> str:
    """Return how much there is to a conversation so far: much said, or hands it went through already."""
    words = sum(len(one.payload.text.split()) for one in entries if isinstance(one.payload, MessageReceived))
    owners = {
        one.payload.owner
        for one in entries[:-1]
        if isinstance(one.payload, ConversationAssigned) and one.payload.owner not in {None, "bot"}
    }
    if words >= COMPLEX_WORDS or owners:
        return "complex"
    return "usual" if words >= USUAL_WORDS else "simple"
