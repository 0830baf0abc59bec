"""Situations: what escalation rules look at, and which rule fires in one, always the first in the plan's order."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from handoff.assignment.queue import span
from handoff.plan import Plan, Rule, finds
from knowledge.customers.conversations import Conversation
from knowledge.customers.entries import Entry, MessageReceived, MessageSent, StatusChanged
from knowledge.customers.record_entries import MoodNoted
from knowledge.customers.routing_entries import ConversationEscalated
from knowledge.hours import Clock, Pause, worked

# What is public is answered within this time where the plan promises nothing: a timer runs on all of it.
SOCIAL = timedelta(minutes=45)


@dataclass(frozen=True)
class Situation:
    """A conversation at a moment: what the customer wrote since our last answer, and how much working time ago.

    `mood` is the lowest of those messages (-1 to 1), `None` where none could be told.
    """

    at: datetime
    channel: str
    public: bool
    topic: str
    text: str
    waited: timedelta
    repeats: int
    vip: bool
    mood: float | None = None


@dataclass(frozen=True)
class Fired:
    """A rule that fires, why in words, and by when somebody answers."""

    rule: Rule
    why: str
    due: datetime | None


def situation(found: Conversation, entries: Sequence[Entry], vip: bool, plan: Plan, at: datetime) -> Situation:
    """Return the situation of a conversation at a moment; what came later is not seen."""
    said = [entry for entry in entries if entry.at <= at]
    open_messages = unanswered(said)
    text = " ".join(one.payload.text for one in said if isinstance(one.payload, MessageReceived))
    fresh = " ".join(one.payload.text for one in open_messages if isinstance(one.payload, MessageReceived))
    waited = worked(plan.calendar, open_messages[0].at, at, pauses(said)) if open_messages else timedelta(0)
    return Situation(
        at,
        found.channel,
        found.public,
        plan.topic_of(text),
        fresh,
        waited,
        len(open_messages),
        vip,
        _mood(said, open_messages),
    )


def _mood(entries: Sequence[Entry], messages: Sequence[Entry]) -> float | None:
    ids = {message.id for message in messages}
    noted = [one.payload for one in entries if isinstance(one.payload, MoodNoted)]
    return min((one.score for one in noted if one.message in ids and one.score is not None), default=None)


def unanswered(entries: Sequence[Entry]) -> list[Entry]:
    """Return the customer's messages since our last answer; a holding word is none."""
    found: list[Entry] = []
    for entry in entries:
        if isinstance(entry.payload, MessageReceived):
            found.append(entry)
        elif isinstance(entry.payload, MessageSent) and not entry.payload.holding:
            found = []
    return found


def pauses(entries: Sequence[Entry]) -> tuple[Pause, ...]:
    """Return when a conversation was pending: from the moment somebody said so until it went on, or the customer wrote.

    The last one has no end while it lasts.
    """
    found: list[Pause] = []
    since: datetime | None = None
    for entry in entries:
        if isinstance(entry.payload, StatusChanged) and entry.payload.status == "pending":
            since = since or entry.at
        elif since is not None and isinstance(entry.payload, StatusChanged | MessageReceived):
            found.append((since, entry.at))
            since = None
    return (*found, (since, None)) if since is not None else tuple(found)


def fires(plan: Plan, now: Situation, passed: frozenset[str] = frozenset()) -> Fired | None:
    """Return the first rule that fires and is not among those that fired before."""
    for rule in plan.escalation:
        if rule.name not in passed and (why := _why(rule, now)):
            due = (
                Clock(plan.calendar, now.at, timedelta(minutes=rule.within_minutes)).due()
                if rule.within_minutes
                else None
            )
            return Fired(rule, why, due)
    return None


def _why(rule: Rule, now: Situation) -> str:
    """Return why a rule fires, empty when something it asks for does not hold."""
    when = rule.when
    named = finds(when.words, now.text)
    checks: list[tuple[bool, bool, str]] = [
        (bool(when.words), bool(named), f"says “{', '.join(named[:3])}”"),
        (bool(when.topics), now.topic in when.topics, f"is about {now.topic}"),
        (bool(when.channels), now.channel in when.channels, f"came by {now.channel}"),
        (when.public is not None, when.public == now.public, "is public" if now.public else "is private"),
        (when.vip is not None, when.vip == now.vip, "is a VIP's" if now.vip else "is no VIP's"),
        (
            when.waited_minutes is not None,
            now.repeats > 0 and now.waited >= timedelta(minutes=when.waited_minutes or 0),
            f"waits {span(round(now.waited.total_seconds() / 60), 'working ')}",
        ),
        (
            when.mood_below is not None,
            now.mood is not None and now.mood < (when.mood_below or 0),
            f"sounds {now.mood or 0:+.2f}",
        ),
        (when.repeats is not None, now.repeats >= (when.repeats or 0), f"{now.repeats} messages without an answer"),
    ]
    asked = [(holds, words) for is_asked, holds, words in checks if is_asked]
    return ", ".join(words for _, words in asked) if asked and all(holds for holds, _ in asked) else ""


def passed_rules(entries: Sequence[Entry]) -> frozenset[str]:
    """Return the rules that fired in a conversation: each does once."""
    return frozenset(one.payload.rule for one in entries if isinstance(one.payload, ConversationEscalated))


def reply_clock(found: Conversation, since: datetime, plan: Plan, rests: tuple[Pause, ...] = ()) -> Clock | None:
    """Return the clock of the promised reply, since the customer waits; on public channels one always runs.

    `rests` are the conversation's pauses.
    """
    target = plan.reply_within(found.channel) or (SOCIAL if found.public else None)
    return Clock(plan.calendar, since, target, rests) if target and found.waiting else None
