"""What became of messages, told in one line of the timeline each."""

from collections.abc import Callable

from api.pages.render import excerpt
from knowledge.customers.delivery_entries import AutoReplyReceived, DeliveryFailed, DeliveryRetried, MessageBounced
from knowledge.customers.entries import Payload

ICONS = {
    "delivery_failed": "alert",
    "message_bounced": "alert",
    "delivery_retried": "again",
    "auto_reply_received": "again",
}


def about_delivery(payload: Payload | None, name: Callable[[str | None], str]) -> str:
    """Return the sentence, empty for what says nothing about a delivery; `name` is how a colleague is called."""
    match payload:
        case DeliveryFailed():
            return f"Not delivered: {payload.reason}"
        case DeliveryRetried():
            return f"{name(payload.author)} had it sent again"
        case MessageBounced():
            return f"It came back: {payload.reason}"
        case AutoReplyReceived():
            return f"An automatic answer: “{excerpt(payload.text)}”"
    return ""
