"""Grouping: which issue a conversation belongs to, decided from references and likeness alone."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from knowledge.customers.issue_entries import How
from knowledge.ids import ConversationId, IssueId

# The same words a fortnight later are a new problem; an order number names its problem for longer.
LIKE_WITHIN = timedelta(days=14)
NAMED_WITHIN = timedelta(days=90)


@dataclass(frozen=True)
class Told:
    """What a conversation tells about its problem: when, and the references it names."""

    conversation: ConversationId
    issue: IssueId
    at: datetime
    references: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Candidate:
    """An earlier conversation of the same person; `likeness` is the cosine of what both are about, `None`: unknown."""

    told: Told
    last_at: datetime
    likeness: float | None = None


@dataclass(frozen=True)
class Joined:
    """The issue to join, with the ground."""

    issue: IssueId
    how: How
    like: ConversationId
    reason: str
    reference: str = ""
    score: float | None = None


def choose(told: Told, candidates: Iterable[Candidate], threshold: float) -> Joined | None:
    """Return the issue that a conversation joins, `None` when it is a problem of its own.

    A reference that both name decides, the latest conversation that names it first. Else the likest of the last
    fortnight, at least as like as `threshold`; two that name different orders are never alike.
    """
    near = [one for one in candidates if one.told.issue != told.issue and one.told.conversation != told.conversation]
    named = [one for one in near if one.told.references & told.references and _within(told, one, NAMED_WITHIN)]
    if named:
        best = max(named, key=lambda one: (one.last_at, one.told.conversation))
        reference = min(best.told.references & told.references)
        return Joined(best.told.issue, "reference", best.told.conversation, f"Both name {reference}.", reference)
    alike = [
        (one.likeness, one.last_at, one)
        for one in near
        if one.likeness is not None and one.likeness >= threshold and _may_be_alike(told, one)
    ]
    if not alike:
        return None
    likeness, _, best = max(alike, key=lambda found: (found[0], found[1], found[2].told.conversation))
    reason = f"Both are about the same: likeness {likeness:.2f} of at least {threshold:.2f}."
    return Joined(best.told.issue, "topic", best.told.conversation, reason, score=round(likeness, 4))


def _may_be_alike(told: Told, other: Candidate) -> bool:
    contradict = bool(told.references and other.told.references)
    return not contradict and _within(told, other, LIKE_WITHIN)


def _within(told: Told, other: Candidate, span: timedelta) -> bool:
    return abs(told.at - other.last_at) <= span or other.told.at <= told.at <= other.last_at
