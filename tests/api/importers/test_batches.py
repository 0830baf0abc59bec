"""What an import stores in batches is what its rows store one by one."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from api.importers.importing import import_events
from knowledge.customers import conversations, listing, record, timeline
from knowledge.customers.conversations import Wanted, fold
from knowledge.customers.entries import as_json
from knowledge.database import Database
from knowledge.scope import Scope

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
TOGETHER, SINGLY = Scope("main", "together"), Scope("main", "singly")
IDS = {"seq", "id", "customer", "conversation", "recorded_at"}


def history(seed: int, count: int) -> list[dict[str, Any]]:
    """Rows of a few people on several channels, in the order in which they happened, some told twice."""
    rng = random.Random(seed)
    rows: list[dict[str, Any]] = [
        {
            "type": "customer",
            "id": f"cus-{person}",
            "name": f"Person {person}",
            "handles": [
                {"kind": "email", "value": f"p{person}@mail.example"},
                {"kind": "whatsapp", "value": f"+4479460009{person:02}"},
                {"kind": "email", "value": f"claimed{person}@mail.example", "verified": False},
            ],
        }
        for person in range(4)
    ]
    for number in range(count):
        person = rng.randrange(4)
        at = (NOW + timedelta(minutes=number)).isoformat()
        about = {"conversation": f"conv-{person}-{rng.randrange(2)}", "at": at}
        who = {"customer": f"cus-{person}"}
        said = {"type": "message", "id": f"m{number}", "text": f"Text {number}", **about}
        written = {**said, **who, "channel": rng.choice(["email", "whatsapp"]), "direction": "in"}
        elsewhere = {"kind": "email", "value": f"other{person}@mail.example"}
        rows.append(
            rng.choice(
                [
                    written,
                    written,
                    {**said, **who, "channel": "email", "direction": "out", "author": "kim@shop.example"},
                    {**said, "channel": "email", "direction": "in", "conversation": f"new-{number}"}
                    | {"handle": {"kind": "email", "value": f"stranger{rng.randrange(3)}@mail.example"}},
                    {**written, "channel": "email", "handle": elsewhere},
                    {"type": "order", "id": "o1", "status": rng.choice(["paid", "shipped"]), **who, "at": at},
                    {"type": "page_view", "id": f"v{number}", "url": "/x", **who, "at": at},
                    rng.choice(rows[4:] or rows),
                ]
            )
        )
    return rows


def state(database: Database, scope: Scope) -> list[Any]:
    with database.read() as session:
        entries = timeline.after(session, scope, 0)
        kept = conversations.list_conversations(session, scope, Wanted(), limit=500)
        names = {one.id: record.get_customer(session, scope, one.id) for one in listing.list_customers(session, scope)}
        assert all(fold(timeline.after(session, scope, 0, conversation=one.id)) == one for one in kept)
    people = {customer: (one.name, one.handles) for customer, one in names.items()}
    keys = {one.id: one.external_key for one in kept}
    told = []
    for one in entries:
        said = {name: value for name, value in as_json(one).items() if name not in IDS}
        told.append((said, people[one.customer], keys.get(one.conversation or "")))
    ends = [(one.external_key, one.channel, one.address, one.status, one.last_text, one.messages) for one in kept]
    return [told, sorted(ends), sorted(people.values(), key=str)]


@pytest.mark.parametrize("seed", range(4))
def test_a_batch_leaves_what_single_rows_leave(database: Database, seed: int) -> None:
    rows = history(seed, 60)
    together = import_events(database, TOGETHER, rows, NOW)
    assert together.bad == []
    added = 0
    for row in rows:
        one = import_events(database, SINGLY, [row], NOW)
        assert one.bad == []
        added += one.added.total()
    assert together.added.total() == added
    assert state(database, TOGETHER) == state(database, SINGLY)
