"""Stories: everything that happened about one issue, as the metrics need it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Literal

from knowledge.customers.survey_entries import Survey as SurveyKind

Speaker = Literal["customer", "agent", "bot"]
HandoverKind = Literal["agent→agent", "bot→agent", "channel→channel"]


@dataclass(frozen=True)
class Message:
    """What one side said. `author` is a staff e-mail or `bot`, empty for the customer."""

    entry: str
    speaker: Speaker
    author: str
    text: str
    at: datetime
    channel: str
    conversation: str
    public: bool = False


def first_agent(messages: Sequence[Message]) -> str:
    """Return the e-mail of the agent who spoke first, empty when none did."""
    return next((one.author for one in messages if one.speaker == "agent"), "")


@dataclass(frozen=True)
class Contact:
    """One contact: messages on one channel without a long pause (`evals.live.contacts`)."""

    channel: str
    conversation: str
    messages: tuple[Message, ...]

    @property
    def start(self) -> datetime:
        """When its first message came."""
        return self.messages[0].at

    @property
    def end(self) -> datetime:
        """When its last message came."""
        return self.messages[-1].at

    @property
    def inbound(self) -> bool:
        """Whether the customer began it."""
        return self.messages[0].speaker == "customer"


@dataclass(frozen=True)
class Handover:
    """The issue changed hands or channel. `taken_at`: the new side's first word; `opened_at`: they read the package."""

    kind: HandoverKind
    giver: str
    taker: str
    at: datetime
    taken_at: datetime | None = None
    opened_at: datetime | None = None
    returned: bool = False

    @property
    def of_hands(self) -> bool:
        """Whether another took it over; else it went to another channel."""
        return self.kind != "channel→channel"

    def precedes(self, at: datetime) -> bool:
        """Whether something was said after it: a change of channel begins with the first word on the new one."""
        return at > self.at or (at == self.at and not self.of_hands)


@dataclass(frozen=True)
class Change:
    """The issue had this status from then on; `author` is a staff e-mail, `bot` or empty."""

    status: Literal["open", "pending", "resolved"]
    at: datetime
    author: str = ""


@dataclass(frozen=True)
class Survey:
    """An answer: csat 1–5, ces 1–7, nps 0–10, fcr (solved at the first contact) 0 or 1."""

    kind: SurveyKind
    score: int
    at: datetime
    channel: str = ""


@dataclass(frozen=True)
class Known:
    """A fact as the transitions need it: type, label and normal value, when and by whom it was said (entries)."""

    type: str
    label: str
    value: str
    text: str
    sources: tuple[str, ...]
    at: datetime


@dataclass(frozen=True)
class Repeat:
    """The customer said again what was known. `elicited`: because somebody asked for it."""

    entry: str
    value: str
    elicited: bool
    at: datetime


@dataclass(frozen=True)
class Draft:
    """A suggestion and what became of it; `sent` is the text that went out, empty when none did."""

    text: str
    verdict: Literal["accepted", "edited", "rejected", "ignored"]
    sent: str
    at: datetime
    sent_at: datetime | None = None


@dataclass(frozen=True)
class Offer:
    """The issue was offered to a colleague: in which arm of the draw, and what became of it ("" while it stands)."""

    to: str
    arm: str
    at: datetime
    answer: str = ""


@dataclass(frozen=True)
class Asked:
    """A suggestion was asked for; `tokens` are what models read and wrote for it."""

    at: datetime
    tokens: int = 0


@dataclass(frozen=True)
class Story:
    """One issue of one customer, whom the record calls `name`. Sequences are in the order of time."""

    issue: str
    customer: str
    topic: str
    contacts: tuple[Contact, ...]
    changes: tuple[Change, ...] = ()
    handovers: tuple[Handover, ...] = ()
    surveys: tuple[Survey, ...] = ()
    facts: tuple[Known, ...] = ()
    repeats: tuple[Repeat, ...] = ()
    drafts: tuple[Draft, ...] = ()
    owners: tuple[tuple[datetime, str], ...] = ()
    offers: tuple[Offer, ...] = ()
    asked: tuple[Asked, ...] = ()
    language: str = ""
    name: str = ""
    surveyed: bool = field(default=False)

    @property
    def messages(self) -> tuple[Message, ...]:
        """All messages, in the order of time."""
        return tuple(sorted((one for contact in self.contacts for one in contact.messages), key=lambda one: one.at))

    @property
    def channels(self) -> tuple[str, ...]:
        """The channels it went over, each once, in the order of time."""
        return tuple(dict.fromkeys(contact.channel for contact in self.contacts))

    @property
    def switches(self) -> tuple[tuple[Contact, Contact], ...]:
        """Neighbouring contacts on different channels."""
        return tuple((one, two) for one, two in pairwise(self.contacts) if one.channel != two.channel)

    @property
    def opened_at(self) -> datetime:
        """When it began."""
        return self.contacts[0].start

    @property
    def resolved(self) -> bool:
        """Whether its last status is resolved."""
        return bool(self.changes) and self.changes[-1].status == "resolved"

    @property
    def first_resolved_at(self) -> datetime | None:
        """When it was first resolved."""
        return next((one.at for one in self.changes if one.status == "resolved"), None)

    @property
    def last_resolved_at(self) -> datetime | None:
        """When it was resolved for good, so far."""
        return self.changes[-1].at if self.resolved else None

    @property
    def reopenings(self) -> int:
        """How often it was opened again after being resolved."""
        states = [one.status for one in self.changes]
        return sum(one == "resolved" and two != "resolved" for one, two in pairwise(states))

    def reopened_within(self, window: timedelta) -> bool:
        """Whether it was opened again within `window` of the first resolution."""
        done = self.first_resolved_at
        if done is None:
            return False
        return any(one.status != "resolved" and done < one.at <= done + window for one in self.changes)

    def contact_again(self, window: timedelta) -> bool:
        """Whether the customer wrote about it again within `window` of the first resolution."""
        done = self.first_resolved_at
        if done is None:
            return False
        return any(one.speaker == "customer" and done < one.at <= done + window for one in self.messages)


def by_customer(stories: Sequence[Story]) -> Mapping[str, list[Story]]:
    """The stories of each customer, in the order of time."""
    found: dict[str, list[Story]] = {}
    for story in sorted(stories, key=lambda one: one.opened_at):
        found.setdefault(story.customer, []).append(story)
    return found


def opening(story: Story) -> str:
    """What the customer said first, up to our first answer."""
    said = []
    for message in story.messages:
        if message.speaker != "customer":
            break
        said.append(message.text)
    return " ".join(said)[:600]
