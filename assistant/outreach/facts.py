"""What the guard looks at: the facts about one message that would be sent first, and the policy it is held to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Literal

from knowledge.customers.consent import Consents

Basis = Literal["consent", "contract", "legitimate_interest"]
HOURS_24 = timedelta(hours=24)


@dataclass(frozen=True)
class Purpose:
    """Why we may write at all: the lawful basis, and for how many days a consent counts (0: for ever).

    `advertises`: the message must say so, carry a postal address, and the right to object.
    """

    basis: Basis
    consent_days: int = 0
    advertises: bool = False


@dataclass(frozen=True)
class Cap:
    """At most so many messages in any window of this length, over all channels."""

    most: int
    within: timedelta


PURPOSES: Mapping[str, Purpose] = {
    "service": Purpose("contract"),
    "survey": Purpose("legitimate_interest"),
    "marketing": Purpose("consent", consent_days=730, advertises=True),
}


@dataclass(frozen=True)
class Policy:
    """The limits, as regulation and the house set them (`checked_on` the day somebody looked them up)."""

    purposes: Mapping[str, Purpose] = field(default_factory=lambda: dict(PURPOSES))
    opens: time = time(8)
    closes: time = time(21)
    caps: tuple[Cap, ...] = (Cap(1, timedelta(days=1)), Cap(2, timedelta(days=7)), Cap(4, timedelta(days=30)))
    least_certainty: float = 0.99
    public_channels: frozenset[str] = frozenset({"instagram", "facebook", "x", "twitter", "review"})
    window_channels: frozenset[str] = frozenset({"whatsapp"})
    window: timedelta = HOURS_24
    max_chars: int = 2_000
    checked_on: str = "2026-11-25"


@dataclass(frozen=True)
class Content:
    """What is checked of the text: whether it is empty, grounded, has its footer, and is private.

    `cited`: every link and fact comes from the evidence; `footer`: it says how to stop (and, where it advertises, that
    it does, with a postal address); `template`: the channel's provider approved it.
    """

    chars: int
    cited: bool
    footer: bool
    sensitive: bool = False
    template: bool = False


@dataclass(frozen=True)
class Facts:
    """Everything known at the moment of asking. What is not known is said so, and is no yes."""

    at: datetime
    purpose: str
    channel: str
    certainty: float
    erased: bool
    suppressed: bool
    held: bool
    consents: Consents
    verified: bool
    # Names of what makes us leave this person alone: open_issue, complaint, bereavement, vulnerable, …
    stops: tuple[str, ...]
    # Every zone the customer may be in; empty: not known.
    zones: tuple[str, ...]
    last_inbound: datetime | None
    # When we wrote to them first, on any channel, whether or not it arrived.
    attempts: tuple[datetime, ...]
    content: Content
    held_out: bool
