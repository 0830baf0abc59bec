"""Prediction: the chance that a customer is reached, and that it gets resolved, on each channel.

From the customer's own history where there is some, from that of all others (by channel, topic and time of day)
where there is none; how much the own history counts is estimated from the data (see `handoff.learning`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from handoff.learning.evidence import Example, Key, View
from handoff.learning.pooling import Model, Reason, fit

Goal = Literal["reached", "resolved"]
VIEWS: tuple[Key, ...] = (("channel",), ("channel", "topic"), ("channel", "part"), ("channel", "customer"))
# As many cases as it takes to begin with: half of them went well.
BEGINNING = datetime(2020, 1, 1, tzinfo=UTC)
DAY_PARTS = ("night", "morning", "afternoon", "evening")


@dataclass(frozen=True)
class Contact:
    """One try to reach a customer: the channel, the topic, when, in whose time zone, and how it went.

    `resolved` is `None` where the customer was not reached.
    """

    customer: str
    channel: str
    at: datetime
    reached: bool
    resolved: bool | None = None
    topic: str = ""
    timezone: str = "UTC"
    known_at: datetime | None = None


@dataclass(frozen=True)
class Chance:
    """The chances of a channel; `reasons` are the views that move the chance of being reached most."""

    channel: str
    reached: float
    resolved: float
    reasons: tuple[Reason, ...] = ()

    @property
    def both(self) -> float:
        """The chance that the customer is reached and it gets resolved."""
        return self.reached * self.resolved


def features(customer: str, channel: str, at: datetime, topic: str, timezone: str) -> dict[str, str]:
    """Return what a try is known by; the time of day is the customer's own."""
    local = at.astimezone(ZoneInfo(timezone))
    return {"customer": customer, "channel": channel, "topic": topic, "part": DAY_PARTS[local.hour // 6]}


@dataclass(frozen=True)
class ChannelModel:
    """What was learned: one pool for being reached, one for being resolved once reached."""

    reached: Model
    resolved: Model

    def chance(self, customer: str, channel: str, at: datetime, topic: str = "", timezone: str = "UTC") -> Chance:
        """Return the chances of one channel."""
        told = features(customer, channel, at, topic, timezone)
        reached, resolved = (model.predict(told, at).of("yes") for model in (self.reached, self.resolved))
        return Chance(channel, reached, resolved, tuple(self.reached.explain("yes", told, at)))


def learn(contacts: Iterable[Contact]) -> ChannelModel:
    """Learn from tries; without any, every channel has even chances."""
    known = list(contacts)
    return ChannelModel(_fit([_example(one, one.reached) for one in known]), _fit(list(_resolutions(known))))


def _resolutions(contacts: Sequence[Contact]) -> Iterable[Example]:
    return (_example(one, one.resolved) for one in contacts if one.resolved is not None)


def _fit(examples: list[Example]) -> Model:
    even = [Example(BEGINNING, {}, label) for label in ("yes", "no")]
    return fit(even + examples, [View(key) for key in VIEWS])


def _example(contact: Contact, well: bool) -> Example:
    told = features(contact.customer, contact.channel, contact.at, contact.topic, contact.timezone)
    return Example(contact.at, told, "yes" if well else "no", contact.known_at)
