"""Payloads about what became of a message that was sent to a channel outside."""

from dataclasses import dataclass
from typing import Literal

from knowledge.ids import EntryId


@dataclass(frozen=True)
class MessageDelivered:
    """The channel's provider took the message. `reference` is what it calls it over there."""

    message: EntryId
    channel: str
    reference: str = ""
    kind: Literal["message_delivered"] = "message_delivered"


@dataclass(frozen=True)
class DeliveryFailed:
    """The message was not delivered and is not tried again by itself.

    `unsure`: nobody can tell whether the provider took it (the answer was lost), so trying again might send it twice.
    """

    message: EntryId
    channel: str
    reason: str
    unsure: bool = False
    kind: Literal["delivery_failed"] = "delivery_failed"


@dataclass(frozen=True)
class DeliveryRetried:
    """Somebody wants a message that failed to be sent again."""

    message: EntryId
    channel: str
    author: str
    kind: Literal["delivery_retried"] = "delivery_retried"


@dataclass(frozen=True)
class MessageBounced:
    """The message was delivered and came back: the address does not take it."""

    message: EntryId
    channel: str
    reason: str
    kind: Literal["message_bounced"] = "message_bounced"


@dataclass(frozen=True)
class AutoReplyReceived:
    """A machine of the customer's answered (out of office, a receipt): nobody waits for us."""

    channel: str
    text: str
    subject: str = ""
    reason: str = ""
    kind: Literal["auto_reply_received"] = "auto_reply_received"


Delivery = MessageDelivered | DeliveryFailed | DeliveryRetried | MessageBounced
