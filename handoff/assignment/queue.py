"""The queue: who is served first. An urgent case is treated as if it had waited longer; time does the rest."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from knowledge.ids import ConversationId

Priority = Literal["urgent", "high", "normal", "low"]
# So much longer has a case of this priority waited, as the queue sees it.
HEADSTART: dict[Priority, timedelta] = {
    "urgent": timedelta(hours=4),
    "high": timedelta(hours=1),
    "normal": timedelta(0),
    "low": timedelta(hours=-1),
}


def most_urgent(asked: Iterable[Priority]) -> Priority:
    """Return the priority that counts where several were asked for; normal where none was."""
    return max(asked, key=lambda one: HEADSTART[one], default="normal")


@dataclass(frozen=True)
class Waiting:
    """A conversation nobody owns, since when its customer waits, and how urgent it is."""

    conversation: ConversationId
    since: datetime
    priority: Priority = "normal"

    @property
    def counts_from(self) -> datetime:
        """The moment from which it is counted as waiting."""
        return self.since - HEADSTART[self.priority]


def in_order(waiting: Iterable[Waiting]) -> list[Waiting]:
    """Return the queue, first to be served first.

    Nobody starves: whoever comes later than a case's start plus five hours (the widest headstart) stands behind it.
    """
    return sorted(waiting, key=lambda one: (one.counts_from, one.since, one.conversation))


def why_here(one: Waiting, place: int, now: datetime) -> str:
    """Return in words why a conversation stands at a place (1 is first)."""
    minutes = max(0, round((now - one.since).total_seconds() / 60))
    head = HEADSTART[one.priority]
    extra = round(abs(head.total_seconds()) / 60)
    if not extra:
        return f"place {place}: waits {span(minutes)}"
    more = "more" if head > timedelta(0) else "less"
    return f"place {place}: waits {span(minutes)}, {one.priority} counts {extra} min {more}"


def span(minutes: int, kind: str = "") -> str:
    """Return a time in words: minutes up to two hours, hours up to two days, days.

    Time of a `kind` ("working ") stays in hours: its days have not 24 of them.
    """
    if minutes < 120:
        return f"{minutes} {kind}min"
    return f"{minutes // 60} {kind}hours" if kind or minutes < 2 * 24 * 60 else f"{minutes // (24 * 60)} days"
