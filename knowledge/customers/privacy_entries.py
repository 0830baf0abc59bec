"""What can happen for privacy's sake: consent given and withdrawn, a legal hold, erasure."""

from dataclasses import dataclass, field
from typing import Literal

from knowledge.ids import CustomerId

Ground = Literal["request", "consent_withdrawn", "purpose_ended", "unlawful", "legal_duty"]


@dataclass(frozen=True)
class ConsentGiven:
    """The customer agreed to a purpose on a channel (empty: on every channel), to the words of `text_version`.

    `how` says where they said so (form, chat, call, …), `proof` what shows it (a form's id, a message, a recording),
    `author` who wrote it down: a staff e-mail, or `customer`.
    """

    purpose: str
    channel: str
    text_version: str
    how: str
    author: str
    proof: str = ""
    kind: Literal["consent_given"] = "consent_given"


@dataclass(frozen=True)
class ConsentWithdrawn:
    """The customer took their consent back, or (`objection`) objected to what needs none; it counts at once."""

    purpose: str
    channel: str
    how: str
    author: str
    proof: str = ""
    objection: bool = False
    kind: Literal["consent_withdrawn"] = "consent_withdrawn"


@dataclass(frozen=True)
class HoldSet:
    """A law or a dispute forbids erasing this record (`on`), or does so no longer."""

    on: bool
    reason: str
    author: str
    kind: Literal["hold_set"] = "hold_set"


@dataclass(frozen=True)
class Erased:
    """The person was forgotten: what the certificate says, without a word about them.

    `erased` counts by room and thing; `envelopes` and `suppressed` count what was kept; `channels` had their data.
    """

    records: tuple[CustomerId, ...]
    author: str
    ground: Ground
    erased: dict[str, dict[str, int]] = field(default_factory=dict)
    envelopes: int = 0
    suppressed: int = 0
    channels: tuple[str, ...] = ()
    kind: Literal["erased"] = "erased"
