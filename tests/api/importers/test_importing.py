import json
import random
import time
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from api.importers import importing
from api.importers.importing import ImportOptions, ImportReport, import_events
from knowledge.customers import conversations, identity, listing, record, timeline
from knowledge.customers.conversations import fold
from knowledge.customers.entries import Handle, MessageSent
from knowledge.database import Database
from knowledge.scope import Scope

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
AT = "2026-11-20T09:00:00Z"


def customer(number: int = 1, **more: Any) -> dict[str, Any]:
    handles = [{"kind": "email", "value": f"p{number}@mail.example", "verified": True}]
    return {"type": "customer", "id": f"cus-{number}", "name": f"Person {number}", "handles": handles, **more}


def message(number: int = 1, **more: Any) -> dict[str, Any]:
    row = {"type": "message", "id": f"msg-{number}", "conversation": "conv-1", "channel": "email", "direction": "in"}
    return {**row, "customer": "cus-1", "at": AT, "text": f"Message {number}", **more}


def rest() -> list[dict[str, Any]]:
    about = {"conversation": "conv-1", "at": AT}
    return [
        message(2, direction="out", author="kim@shop.example", at="2026-11-20T10:00:00Z"),
        {"type": "note", "id": "n1", "author": "kim@shop.example", "text": "Called.", **about},
        {"type": "assignment", "id": "a1", "agent": "kim@shop.example", **about},
        {"type": "status", "id": "s1", "status": "pending", "author": "kim@shop.example", **about},
        {"type": "order", "id": "o1", "customer": "cus-1", "at": AT, "status": "shipped", "total": "12.50"},
        {"type": "page_view", "id": "v1", "customer": "cus-1", "at": AT, "url": "https://shop.example/x"},
        {"type": "survey", "id": "y1", "customer": "cus-1", "kind": "nps", "score": 9, "at": AT, **about},
        {"type": "product_event", "id": "e1", "customer": "cus-1", "name": "export", "at": AT, "properties": {"n": 5}},
        {"type": "account", "id": "acc-1", "customer": "cus-1", "plan": "Summit", "status": "active", "at": AT},
    ]


def everything() -> list[dict[str, Any]]:
    return [customer(), message(), *rest()]


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> int:
    """Batches and windows of a size that a few rows fill; how many rows a batch is."""
    monkeypatch.setattr(importing, "BATCH_ROWS", 50)
    monkeypatch.setattr(importing, "WINDOW_ROWS", 100)
    return 50


def entries(database: Database, scope: Scope) -> list[Any]:
    with database.read() as session:
        return timeline.after(session, scope, 0, limit=100_000)


def only_reason(report: ImportReport) -> str:
    assert len(report.bad) == 1, report.bad
    return report.bad[0].reason


def test_every_type_is_stored_once(database: Database, scope: Scope) -> None:
    first = import_events(database, scope, everything(), NOW)
    assert first.bad == []
    assert first.added == {"customer": 1, "message": 2, "note": 1, "assignment": 1, "status": 1} | {
        "order": 1,
        "page_view": 1,
        "survey": 1,
        "product_event": 1,
        "account": 1,
    }
    stored = entries(database, scope)
    again = import_events(database, scope, everything(), NOW)
    assert again.known == first.added
    assert not again.added
    assert entries(database, scope) == stored


def test_the_conversation_is_what_its_entries_fold_to(database: Database, scope: Scope) -> None:
    import_events(database, scope, everything(), NOW)
    with database.read() as session:
        kept = conversations.find_by_key(session, scope, "conv-1")
        assert kept == fold(timeline.page(session, scope, conversation=kept.id))
    assert (kept.owner, kept.status, kept.messages) == ("kim@shop.example", "pending", 2)
    assert kept.address == Handle("email", "p1@mail.example")


def test_what_was_sent_elsewhere_is_never_sent_again(database: Database, scope: Scope) -> None:
    import_events(database, scope, everything(), NOW)
    sent = [entry.payload for entry in entries(database, scope) if isinstance(entry.payload, MessageSent)]
    assert [message.delivery for message in sent] == ["posted"]


@pytest.mark.parametrize("seed", range(4))
def test_the_order_of_rows_does_not_matter(database: Database, scope: Scope, seed: int) -> None:
    rows = everything()
    random.Random(seed).shuffle(rows)
    report = import_events(database, scope, rows, NOW)
    assert report.bad == []
    with database.read() as session:
        kept = conversations.find_by_key(session, scope, "conv-1")
    assert (kept.owner, kept.status, kept.messages, kept.last_text) == ("kim@shop.example", "pending", 2, "Message 2")


def test_a_row_waits_for_a_customer_many_batches_later(database: Database, scope: Scope, small_batches: int) -> None:
    early = [message(n, conversation=f"conv-{n}") for n in range(3 * small_batches + 10)]
    report = import_events(database, scope, [*early, customer()], NOW)
    assert report.bad == []
    assert report.added["message"] == 3 * small_batches + 10


def test_unknown_people_and_conversations_are_named(database: Database, scope: Scope) -> None:
    rows = [
        message(),
        {"type": "note", "id": "n", "conversation": "c9", "author": "a@b.example", "at": AT, "text": "x"},
    ]
    report = import_events(database, scope, rows, NOW)
    assert [(bad.line, bad.id) for bad in report.bad] == [(1, "msg-1"), (2, "n")]
    assert report.bad[0].reason == "customer: nobody is known as cus-1. Import the customer too."
    assert report.bad[1].reason == "conversation: none is known as c9. Import one of its messages too."
    assert entries(database, scope) == []


def test_a_refused_row_leaves_nothing_and_the_rest_is_stored(database: Database, scope: Scope) -> None:
    wrong = customer(2, handles=[{"kind": "email", "value": "two@mail.example"}, {"kind": "phone", "value": "12"}])
    report = import_events(database, scope, [customer(), wrong, message(), customer(3)], NOW)
    assert "phone number" in only_reason(report)
    assert report.added == {"customer": 2, "message": 1}
    with database.read() as session:
        assert {one.name for one in listing.list_customers(session, scope)} == {"Person 1", "Person 3"}
        assert identity.find(session, scope, Handle("email", "two@mail.example")) is None


BAD = [
    (b"\xff\xfe\x00", "UTF-8"),
    (b"{", "no JSON"),
    (b"[1]", "no JSON object"),
    (b"[" * 100_000, "no JSON"),
    (b'{"a":' * 500 + b"1" + b"}" * 500, "nested too deeply"),
    (b'{"type":"x","id":"1"}' + b" " * 1_000_001, "longer than"),
    ({"type": "holiday", "id": "1"}, "type: is none of customer, message"),
    ({"id": "1"}, "type: is missing"),
    (message(id=""), "id: String should have at least 1 character"),
    (message(text="  \0 "), "text: String should have at least 1 character"),
    (message(text="x" * 101), "text: has 101 characters; 100 are allowed"),
    (message(at="2026-11-20T09:00:00"), "at: Input should have timezone info"),
    (message(at="9999-12-31T23:59:59-12:00"), "at: lies outside the calendar"),
    (message(at="0001-01-01T00:00:00Z"), "at: lies outside the calendar of 1900"),
    (customer(9, attributes={"x": float("nan")}), "attributes: holds a number"),
    (b'{"type": "customer", "id": "9", "preferences": {"x": [-1e999]}}', "preferences: holds a number"),
    (message(channel="pigeon"), "channel: Input should be"),
    (message(customer=None), "customer or handle is required"),
    (message(channel="chat"), "has no chat address"),
    (message(handle={"kind": "email", "value": "no address"}), "no valid e-mail address"),
    (
        {"type": "survey", "id": "y", "customer": "cus-1", "kind": "csat", "score": 9, "at": AT},
        "score of a csat lies between 1 and 5",
    ),
    (
        {"type": "page_view", "id": "v", "customer": "cus-1", "at": AT, "url": "javascript:alert(1)"},
        "url: starts with none of",
    ),
    (
        {"type": "page_view", "id": "v", "customer": "cus-1", "at": AT, "url": "//elsewhere.example"},
        "url: starts with none of https",
    ),
    (customer(9, attributes={"essay": "x" * 20_001}), "attributes: is longer than 20000 characters"),
]


@pytest.mark.parametrize(("given", "reason"), BAD, ids=[reason[:24] for _, reason in BAD])
def test_bad_rows_are_refused_with_the_reason(database: Database, scope: Scope, given: Any, reason: str) -> None:
    report = import_events(database, scope, [customer(), given], NOW, options=ImportOptions(max_text_chars=100))
    assert reason in only_reason(report)
    assert report.bad[0].line == 2
    assert report.added == {"customer": 1}
    json.dumps(report.as_json())
    json.dumps(report.bad[0].as_json())


def test_text_is_cleaned_before_it_is_stored(database: Database, scope: Scope) -> None:
    rows = [customer(name="A\0b"), json.dumps(message(text="one\0 two \ud800 three")).encode()]
    assert import_events(database, scope, rows, NOW).bad == []
    assert entries(database, scope)[-1].payload.text == "one two ? three"


def test_blank_lines_count_as_lines_but_not_as_rows(database: Database, scope: Scope) -> None:
    report = import_events(database, scope, [b"\n", json.dumps(customer()), b"  \n", b"{\n"], NOW)
    assert report.rows == 2
    assert report.bad[0].line == 4


def test_unknown_fields_are_counted(database: Database, scope: Scope) -> None:
    handle = {"kind": "email", "value": "p1@mail.example", "label": "home"}
    report = import_events(database, scope, [customer(shoe_size=44, handles=[handle]), message(shoe_size=1)], NOW)
    assert report.ignored_fields == {"customer.shoe_size": 1, "customer.handles.label": 1, "message.shoe_size": 1}


def test_a_dry_run_stores_nothing_and_reports_the_same(database: Database, scope: Scope) -> None:
    rows = [*everything(), {"type": "x"}]
    dry = import_events(database, scope, rows, NOW, options=ImportOptions(dry_run=True))
    assert entries(database, scope) == []
    with database.read() as session:
        assert listing.list_customers(session, scope) == []
    real = import_events(database, scope, rows, NOW)
    assert dry.as_json() == {**real.as_json(), "dry_run": True}


def test_an_order_told_again_is_stored_when_it_changed(database: Database, scope: Scope) -> None:
    order = {"type": "order", "id": "o1", "customer": "cus-1", "at": AT, "status": "processing"}
    later = {**order, "at": "2026-11-21T09:00:00Z", "status": "shipped"}
    report = import_events(database, scope, [customer(), order, later, order], NOW)
    assert (report.added["order"], report.known["order"]) == (2, 1)


def test_another_customers_conversation_is_closed_to_a_row(database: Database, scope: Scope) -> None:
    report = import_events(database, scope, [customer(), customer(2), message(), message(2, customer="cus-2")], NOW)
    assert only_reason(report) == "conversation: conv-1 belongs to another customer"


def test_a_strangers_address_is_closed_out_of_a_conversation_and_their_own_is_not(
    database: Database, scope: Scope
) -> None:
    eve = message(2, customer=None, handle={"kind": "email", "value": "eve@evil.example"})
    mine = message(3, customer=None, handle={"kind": "email", "value": "P1@mail.example"})
    vouched = message(4, handle={"kind": "email", "value": "new@mail.example"})
    report = import_events(database, scope, [customer(), message(), eve, mine, vouched], NOW)
    assert report.added["message"] == 3
    assert "is with somebody else than this email address" in only_reason(report)


def test_a_handle_alone_finds_its_customer(database: Database, scope: Scope) -> None:
    row = message(customer=None, handle={"kind": "email", "value": "P1@Mail.Example"})
    assert import_events(database, scope, [customer(), row], NOW).bad == []
    with database.read() as session:
        kept = conversations.find_by_key(session, scope, "conv-1")
        assert kept.customer == record.find_by_key(session, scope, "cus-1")


def test_an_unproven_handle_opens_nobodys_record(database: Database, scope: Scope) -> None:
    row = message(customer=None, handle={"kind": "email", "value": "p1@mail.example", "verified": False})
    assert import_events(database, scope, [customer(), row], NOW).bad == []
    with database.read() as session:
        kept = conversations.find_by_key(session, scope, "conv-1")
        assert kept.customer != record.find_by_key(session, scope, "cus-1")


def test_an_import_that_ends_in_the_middle_is_taken_up_again(
    database: Database, scope: Scope, small_batches: int
) -> None:
    many = 5 * small_batches
    rows = [customer(), *(message(n, conversation=f"conv-{n % 7}") for n in range(many))]

    def interrupt(done: int) -> None:
        if done >= 3 * small_batches:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_events(database, scope, rows, NOW, interrupt)
    first = len(entries(database, scope))
    assert first > 2 * small_batches
    report = import_events(database, scope, rows, NOW)
    assert report.bad == []
    assert report.added["message"] + report.known["message"] == many
    with database.read() as session:
        count = session.scalar(text("SELECT count(*) FROM entries WHERE kind = 'message_received'"))
    assert count == many


def test_progress_ends_at_the_last_row(database: Database, scope: Scope) -> None:
    seen: list[int] = []
    import_events(database, scope, everything(), NOW, seen.append)
    assert seen == [len(everything())]


def test_many_rows_are_stored_quickly(database: Database, scope: Scope) -> None:
    rows = [customer(n) for n in range(50)]
    rows += [message(n, customer=f"cus-{n % 50}", conversation=f"conv-{n % 50}") for n in range(950)]
    begun = time.perf_counter()
    assert import_events(database, scope, rows, NOW).bad == []
    assert time.perf_counter() - begun < 15  # 2 s on a quiet machine


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
FIELDS = ["id", "conversation", "customer", "handle", "handles", "at", "text", "items", "score", "preferences", "url"]
ROWS = st.builds(
    lambda base, changes: {**base, **changes},
    st.sampled_from(everything()),
    st.dictionaries(st.sampled_from(FIELDS), JSON, min_size=1, max_size=2),
)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(ROWS, min_size=1, max_size=5))
def test_no_row_breaks_an_import(database: Database, scope: Scope, rows: list[dict[str, Any]]) -> None:
    report = import_events(database, scope, rows, NOW)
    stored = sum(report.added.values()) + sum(report.known.values())
    assert stored + len(report.bad) == report.rows == len(rows)
