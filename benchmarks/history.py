"""A made-up history of any length: customers, their conversations and what happened in them, the same for a seed."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import insert

from knowledge.customers import timeline
from knowledge.customers.entries import (
    ConversationOpened,
    Handle,
    MessageReceived,
    MessageSent,
    NoteAdded,
    PageViewed,
    Payload,
)
from knowledge.customers.tables import CustomerRow, HandleRow
from knowledge.customers.timeline import NewEntry
from knowledge.database import Database
from knowledge.ids import ConversationId, CustomerId
from knowledge.scope import Scope

EVENTS_EACH = 10  # a customer, on average; two conversations each
BEGIN = datetime(2025, 1, 1, tzinfo=UTC)
SCOPE = Scope()
WORDS = (
    "my order",
    "has not arrived yet",
    "could you please",
    "tell me where",
    "the tent is",
    "thank you",
    "when will it come",
)
CHUNK = 5_000


def customer_id(number: int) -> CustomerId:
    """The id of a customer of the history."""
    return CustomerId(f"{number:032x}")


def conversation_id(customer: int, which: int) -> ConversationId:
    """The id of one of a customer's two conversations."""
    return ConversationId(f"{2 * customer + which:032x}")


def fill(database: Database, begin: int, end: int, seed: int) -> None:
    """Store events number `begin` to `end` and the customers that they are of, through `append_many`."""
    store_customers(database, begin, end)
    events = events_of(begin, end, seed)
    while news := list(islice(events, CHUNK)):
        with database.write() as session:
            timeline.append_many(session, SCOPE, news, BEGIN)


def store_customers(database: Database, begin: int, end: int) -> None:
    """Store the customers that events number `begin` to `end` are of."""
    first, last = begin // EVENTS_EACH, end // EVENTS_EACH
    for some in range(first, last, CHUNK):
        _store_customers(database, range(some, min(some + CHUNK, last)))


def _store_customers(database: Database, numbers: range) -> None:
    scope = {"team": SCOPE.team, "brand": SCOPE.brand, "created_at": BEGIN}
    nothing: dict[str, Any] = {"preferences": {}, "attributes": {}, "language": "", "timezone": ""}
    with database.write() as session:
        session.execute(
            insert(CustomerRow),
            [
                {"id": customer_id(one), "external_key": f"cus-{one}", "name": f"Person {one}", **scope, **nothing}
                for one in numbers
            ],
        )
        session.execute(
            insert(HandleRow),
            [
                {"id": customer_id(one), "customer": customer_id(one), "kind": "email", "verified": True, **scope}
                | {"value": f"p{one}@mail.example", "evidence": "", "shared": False}
                for one in numbers
            ],
        )


def events_of(begin: int, end: int, seed: int) -> Iterator[NewEntry]:
    """Every customer opens two conversations; then anybody's turn comes in any order, as it does in life."""
    first, last = begin // EVENTS_EACH, end // EVENTS_EACH
    rng = random.Random(f"{seed}:{first}")
    for customer in range(first, last):
        for which in range(2):
            address = Handle("email", f"p{customer}@mail.example")
            opened = ConversationOpened("email", address, f"conv-{customer}-{which}", "Where is it?")
            at = BEGIN + timedelta(seconds=rng.randrange(10_000))
            yield NewEntry(customer_id(customer), opened, at, conversation_id(customer, which))
    for number in range((last - first) * (EVENTS_EACH - 2)):
        customer = rng.randrange(first, last)
        at = BEGIN + timedelta(seconds=10_000 + 60 * number + rng.randrange(3_600))
        yield event(customer, at, f"{seed}:{first}:{number}", rng)


def event(customer: int, at: datetime, key: str, rng: random.Random) -> NewEntry:
    """One thing that happens to a customer."""
    text, address = " ".join(rng.choices(WORDS, k=8)), Handle("email", f"p{customer}@mail.example")
    drawn = rng.random()
    payload: Payload
    if drawn < 0.15:
        return NewEntry(customer_id(customer), PageViewed("https://shop.example/tent"), at, dedupe_key=key)
    if drawn < 0.55:
        payload = MessageReceived("email", text)
    elif drawn < 0.9:
        payload = MessageSent("email", text, "kim@shop.example", address, delivery="posted")
    else:
        payload = NoteAdded(text, "kim@shop.example")
    return NewEntry(customer_id(customer), payload, at, conversation_id(customer, rng.randrange(2)), key)


def message(customer: int, at: datetime, key: str, rng: random.Random) -> NewEntry:
    """A customer writes in one of their conversations."""
    payload = MessageReceived("email", " ".join(rng.choices(WORDS, k=8)))
    return NewEntry(customer_id(customer), payload, at, conversation_id(customer, rng.randrange(2)), key)


def as_rows(count: int, seed: int) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Rows of an import: the customers, and so many events of theirs."""
    rng, customers = random.Random(seed), max(1, count // EVENTS_EACH)
    people = [
        {"type": "customer", "id": f"cus-{one}", "handles": [{"kind": "email", "value": f"p{one}@mail.example"}]}
        for one in range(customers)
    ]
    return people, [_row(number, rng.randrange(customers), rng) for number in range(count)]


def _row(number: int, customer: int, rng: random.Random) -> dict[str, Any]:
    at = (BEGIN + timedelta(seconds=60 * number)).isoformat()
    row: dict[str, Any] = {"id": f"e{number}", "customer": f"cus-{customer}", "at": at}
    if rng.random() < 0.2:
        return {"type": "page_view", "url": "https://shop.example/tent", **row}
    row |= {"conversation": f"conv-{customer}-{rng.randrange(2)}", "channel": "email"}
    if rng.random() < 0.6:
        return {"type": "message", "direction": "in", "text": " ".join(rng.choices(WORDS, k=8)), **row}
    return {"type": "message", "direction": "out", "author": "kim@shop.example", "text": "On its way.", **row}
