"""What every channel does: read what arrives, deliver what leaves, and say later whether something left."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from knowledge.customers.entries import Attachment, Handle
from knowledge.customers.inbox import Incoming
from knowledge.failures import Rejected, Unavailable
from knowledge.ids import ConversationId, CustomerId, EntryId


@dataclass(frozen=True)
class AutoReply:
    """A machine answered in the name of `sender`; `reason` says how it was told."""

    sender: Handle
    text: str
    subject: str
    reason: str
    external_id: str
    conversation: ConversationId | None = None


@dataclass(frozen=True)
class Returned:
    """A message of ours came back. `lasting`: the address does not take it; otherwise it was only late."""

    message: EntryId
    reason: str
    lasting: bool


@dataclass(frozen=True)
class Ignored:
    """What is nobody's message: a loop, a copy of our own, a bounce of something unknown."""

    reason: str


Arrived = Incoming | AutoReply | Returned | Ignored


@dataclass(frozen=True)
class Outgoing:
    """A message to deliver. `message` is its key: a provider that knows it already has it.

    `references` are the channel's ids of the conversation's messages so far, the oldest first. `stop` is the address
    with which a customer stops what we send first, where this is such a message.
    """

    message: EntryId
    conversation: ConversationId
    customer: CustomerId
    address: Handle
    text: str
    subject: str
    at: datetime
    references: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    contents: tuple[bytes, ...] = ()
    stop: str = ""


class Refused(Rejected):
    """The provider will never take this message; the reason is fit to show."""


class NotTaken(Unavailable):
    """The provider did not take the message, and may later."""


class Unsure(Unavailable):
    """The answer was lost: the provider may have taken the message."""


Raw_contra = TypeVar("Raw_contra", contravariant=True)


class Channel(Protocol[Raw_contra]):
    """A way in and out. `settles_after`: how long after a lost answer `find` can still be wrong about "no"."""

    name: str
    settles_after: timedelta

    def parse(self, raw: Raw_contra, now: datetime) -> Arrived:
        """Read what arrived; never raises for what it says, only for a message that must be refused at the door."""

    def deliver(self, outgoing: Outgoing) -> str:
        """Hand a message to the provider and return what it is called there.

        Raises:
            Refused: it will never be taken.
            NotTaken: it was not taken now.
            Unsure: it may have been taken.
        """

    def find(self, outgoing: Outgoing) -> bool | None:
        """Tell whether the provider has the message; `None` when there is no way to know."""
