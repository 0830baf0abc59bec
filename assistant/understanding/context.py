"""The context of a suggestion: the customer's own facts, earlier words on any channel, the live dialogue."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from sqlalchemy.orm import Session

from assistant.brief import Context, Turn
from assistant.phrases import reply_language
from knowledge.customers import timeline
from knowledge.customers.conversations import Conversation
from knowledge.customers.entries import (
    ConversationOpened,
    Entry,
    Handle,
    MessageReceived,
    MessageSent,
    OrderRecorded,
    StatusChanged,
)
from knowledge.customers.record import Customer, get_customer
from knowledge.ids import ConversationId
from knowledge.scope import Scope

BYTES_PER_TOKEN = 4
# Shares of the budget. What a part leaves unused goes to the next; passages get the rest.
DIALOGUE_SHARE = 0.35
FACTS_SHARE = 0.10
HISTORY_SHARE = 0.15
PASSAGES_SHARE = 0.40
MAX_ORDERS = 5
MAX_TURN_BYTES = 4_000
_CONVERSATION_ENTRIES = 100
_CUSTOMER_ENTRIES = 200


def approximate_tokens(text: str) -> int:
    """Return the approximate number of tokens: one for every four UTF-8 bytes, rounded up.

    Every model counts differently; this rule needs no vocabulary. It is a little high on English, more on others.
    """
    return -(-len(text.encode()) // BYTES_PER_TOKEN)


def build_context(
    session: Session, scope: Scope, conversation: Conversation, budget: int, before: int | None = None
) -> Context:
    """Gather what a drafter may know, within `budget` approximate tokens (passages not counted).

    `before` is the `seq` of an entry: what happened from then on is not known yet (a replay of the past).
    Notes of colleagues and former suggestions are never part of it. A public conversation brings nothing but itself.
    """
    customer = get_customer(session, scope, conversation.customer)
    entries = timeline.page(session, scope, conversation=conversation.id, before=before, limit=_CONVERSATION_ENTRIES)
    earlier, dialogue = split_resolved(entries)
    around: list[Entry] = []
    if not conversation.public and not is_mere_claim(customer, conversation.address):
        around = timeline.page(session, scope, customer=conversation.customer, before=before, limit=_CUSTOMER_ENTRIES)
    others = elsewhere(around, conversation) if knows_other_channels(customer, conversation.address) else []
    said = [turn.text for turn in dialogue if turn.who == "customer"]
    return fit(
        Context(
            name=customer.name,
            language=reply_language(said, customer.language),
            orders=recent_orders(around),
            preferences=() if conversation.public else _preferences(customer),
            history=tuple(sorted([*others, *earlier], key=lambda turn: turn.at)),
            dialogue=tuple(dialogue),
            channel=conversation.channel,
            public=conversation.public,
        ),
        budget,
    )


def is_mere_claim(customer: Customer, address: Handle) -> bool:
    """Tell whether the conversation's own address is only claimed to be this customer's."""
    return any(known.handle == address and not known.verified for known in customer.handles)


def knows_other_channels(customer: Customer, address: Handle) -> bool:
    """Tell whether it is proven that this customer holds another address than the conversation's own."""
    proven = [known for known in customer.handles if known.verified and known.handle != address]
    return bool(proven) and not is_mere_claim(customer, address)


def split_resolved(entries: Iterable[Entry]) -> tuple[list[Turn], list[Turn]]:
    """Return a conversation's turns before it was last resolved, and those since: history and live dialogue."""
    earlier: list[Turn] = []
    live: list[Turn] = []
    for entry in entries:
        if isinstance(entry.payload, StatusChanged) and entry.payload.status == "resolved":
            earlier, live = [*earlier, *live], []
        turn = as_turn(entry)
        if turn is not None:
            live.append(turn)
    return earlier, live


def elsewhere(entries: Sequence[Entry], conversation: Conversation) -> list[Turn]:
    """Return what was said in the customer's other conversations, those in public left out."""
    public: set[ConversationId | None] = {
        entry.conversation
        for entry in entries
        if isinstance(entry.payload, ConversationOpened) and entry.payload.public
    }
    mine = [entry for entry in entries if entry.conversation not in {conversation.id, *public}]
    return [turn for turn in map(as_turn, mine) if turn is not None]


def recent_orders(entries: Iterable[Entry]) -> tuple[OrderRecorded, ...]:
    """Return the latest state of the customer's orders, the most recently reported first."""
    latest: dict[str, OrderRecorded] = {}
    for entry in entries:
        if isinstance(entry.payload, OrderRecorded):
            latest.pop(entry.payload.order, None)
            latest[entry.payload.order] = entry.payload
    return tuple(reversed(latest.values()))[:MAX_ORDERS]


def as_turn(entry: Entry) -> Turn | None:
    """Return what was said, `None` for entries in which nobody spoke to the other side."""
    payload = entry.payload
    if isinstance(payload, MessageReceived):
        return Turn("customer", payload.text, entry.at, payload.channel, entry.id)
    if isinstance(payload, MessageSent):
        return Turn("us", payload.text, entry.at, payload.channel, entry.id)
    return None


def fit(context: Context, budget: int) -> Context:
    """Return the context cut to the budget: newest turns first, the last one cut in its middle if it must be."""
    facts = int(budget * FACTS_SHARE)
    orders, preferences, left = _fit_facts(context, facts)
    dialogue, left = _newest(context.dialogue, int(budget * DIALOGUE_SHARE) + left)
    history, _ = _newest(context.history, int(budget * HISTORY_SHARE) + left)
    return replace(
        context,
        name=context.name[:100],
        orders=orders,
        preferences=preferences,
        history=tuple(history),
        dialogue=tuple(dialogue),
    )


def _fit_facts(context: Context, budget: int) -> tuple[tuple[OrderRecorded, ...], tuple[tuple[str, str], ...], int]:
    orders: list[OrderRecorded] = []
    preferences: list[tuple[str, str]] = []
    for order in context.orders:
        cost = approximate_tokens(repr(order))
        if cost <= budget:
            orders.append(order)
            budget -= cost
    for name, value in context.preferences:
        cost = approximate_tokens(name + value)
        if cost <= budget:
            preferences.append((name, value))
            budget -= cost
    return tuple(orders), tuple(preferences), budget


def _newest(turns: Sequence[Turn], budget: int) -> tuple[list[Turn], int]:
    kept: list[Turn] = []
    for turn in reversed(turns):
        text = shorten(turn.text, min(MAX_TURN_BYTES, budget * BYTES_PER_TOKEN))
        cost = approximate_tokens(text)
        if not text or cost > budget:
            break
        kept.append(Turn(turn.who, text, turn.at, turn.channel, turn.entry))
        budget -= cost
    return kept[::-1], budget


def shorten(text: str, most: int) -> str:
    """Return the text in at most `most` bytes, its middle left out where it is longer."""
    raw = text.encode()
    if len(raw) <= most:
        return text
    if most < 40:
        return ""
    head, tail = most * 2 // 3 - 8, most // 3 - 8
    return f"{raw[:head].decode(errors='ignore')} […] {raw[-tail:].decode(errors='ignore')}"


def _preferences(customer: Customer) -> tuple[tuple[str, str], ...]:
    return tuple((str(name)[:60], str(value)[:200]) for name, value in customer.preferences.items())
