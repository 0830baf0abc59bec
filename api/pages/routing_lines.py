"""How the timeline tells of routing: offers and their answers, escalations, moves to another channel."""

from collections.abc import Callable

from api.words import channel_name
from knowledge.customers.entries import Payload
from knowledge.customers.routing_entries import (
    ChannelMoved,
    ConversationEscalated,
    ConversationOffered,
    OfferAnswered,
)

ROUTING_ICONS = {
    "conversation_offered": "person",
    "offer_answered": "person",
    "conversation_escalated": "flag",
    "channel_moved": "thread",
}
ANSWERS = {
    "accepted": "accepted it",
    "declined": "declined it",
    "timed_out": "let the offer pass",
    "withdrawn": "was no longer needed",
}


def about_routing(payload: Payload | None, name: Callable[[str], str]) -> str:
    """Return the sentence for an entry of routing, empty for any other; `name` turns an address into a name."""
    match payload:
        case ConversationOffered():
            return f"Offered to {name(payload.to)}{_because(payload.reasons)}"
        case OfferAnswered():
            reason = f": {payload.reason}" if payload.reason else ""
            return f"{name(payload.to)} {ANSWERS[payload.answer]}{reason}"
        case ConversationEscalated():
            asked = f"Rule {payload.rule}" if payload.rule else name(payload.author)
            due = f", answer due {payload.due:%d %b %H:%M} UTC" if payload.due else ""
            want = "a faster reply" if payload.to == "faster" else f"a {payload.to}"
            return f"{asked} asks for {want} ({payload.priority}{due}): {payload.reason}"
        case ChannelMoved():
            return f"{name(payload.author)} asked them to go on by {channel_name(payload.channel)}: {payload.reason}"
    return ""


def _because(reasons: tuple[str, ...]) -> str:
    return f": {reasons[0]}" if reasons else ""
