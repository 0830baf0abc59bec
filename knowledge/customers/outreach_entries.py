"""What can happen when we reach out first: proposed, approved, refused with its rule, held out, sent, stopped."""

from dataclasses import dataclass, field
from typing import Literal

from knowledge.customers.privacy_entries import ConsentWithdrawn
from knowledge.ids import ArticleId, EntryId

Step = Literal["proposing", "sending", "delivering"]


@dataclass(frozen=True)
class OutreachRefused:
    """The guard said no: by which rule, in words, and with the facts it saw. `evidence` is what set the trigger off."""

    trigger: str
    evidence: EntryId | None
    step: Step
    rule: str
    reason: str
    facts: dict[str, str] = field(default_factory=dict)
    kind: Literal["outreach_refused"] = "outreach_refused"


@dataclass(frozen=True)
class OutreachHeldOut:
    """The draw put this person into the arm that gets nothing, so that what reaching out does can be measured."""

    trigger: str
    evidence: EntryId | None
    share: float
    kind: Literal["outreach_held_out"] = "outreach_held_out"


@dataclass(frozen=True)
class OutreachProposed:
    """A message that may leave once it is approved; `citations` are the public articles its text rests on.

    `auto`: the trigger is trusted. `sample` names the words of a sampled trigger; `rest`: this one was not drawn for a
    look and waits for those that were.
    """

    trigger: str
    evidence: EntryId | None
    purpose: str
    channel: str
    address_kind: str
    address: str
    text: str
    why: str
    citations: tuple[ArticleId, ...] = ()
    auto: bool = False
    sample: str = ""
    rest: bool = False
    kind: Literal["outreach_proposed"] = "outreach_proposed"


@dataclass(frozen=True)
class OutreachApproved:
    """A person (or a trusted trigger) said yes to a proposal, or no; `by_sample`: to the sample that it waited for.

    `sample` names the words of a sampled trigger, as the proposal does.
    """

    proposal: EntryId
    approved: bool
    author: str
    by_sample: bool = False
    sample: str = ""
    kind: Literal["outreach_approved"] = "outreach_approved"


@dataclass(frozen=True)
class OutreachSent:
    """The message of a proposal went to the outbox as the entry `message`."""

    trigger: str
    proposal: EntryId
    message: EntryId
    channel: str
    kind: Literal["outreach_sent"] = "outreach_sent"


@dataclass(frozen=True)
class OutreachStopped:
    """The customer wants to hear nothing more from us first; how they said it, and in answer to which message."""

    how: str
    author: str
    message: EntryId | None = None
    kind: Literal["outreach_stopped"] = "outreach_stopped"


KINDS = (
    "outreach_refused",
    "outreach_held_out",
    "outreach_proposed",
    "outreach_approved",
    "outreach_sent",
    "outreach_stopped",
)
# Objecting to this purpose is objecting to every message we would send first, whatever its own purpose.
EVERYTHING = "outreach"


def objection(how: str, author: str, proof: str = "") -> ConsentWithdrawn:
    """Return what is written beside a stop: an objection to every outreach on every channel."""
    return ConsentWithdrawn(EVERYTHING, "", how, author, proof, objection=True)
