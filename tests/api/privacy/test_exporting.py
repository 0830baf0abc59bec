"""The export holds everything about one person, and nothing of anybody else or of internal articles."""

import json
from datetime import timedelta
from typing import Any

import pytest

from api.privacy.exporting import as_html
from knowledge.customers import access, consent, inbox, timeline
from knowledge.customers.access import Look
from knowledge.customers.call_entries import CallHeld
from knowledge.customers.entries import Handle, NoteAdded, PassageUsed, SuggestionShown
from knowledge.customers.export import export_person
from knowledge.customers.inbox import Incoming
from knowledge.customers.privacy_entries import ConsentGiven
from knowledge.customers.record import KnownHandle, NewCustomer, save_customer
from knowledge.customers.timeline import NewEntry
from knowledge.database import Database
from knowledge.failures import NotFound
from knowledge.ids import ArticleId, CustomerId, PassageId, StaffId, SuggestionId, new_id
from knowledge.scope import Scope
from tests.conftest import NOW


def passage(number: int, visibility: Any, text: str) -> PassageUsed:
    return PassageUsed(
        number, PassageId(new_id()), ArticleId(new_id()), f"About {text}", "", "", text, visibility, score=1.0
    )


@pytest.fixture
def told(database: Database, scope: Scope) -> dict[str, Any]:
    shown = SuggestionShown(
        suggestion=SuggestionId(new_id()),
        question="Can I return it?",
        decision="answer",
        text="Within 30 days [1].",
        reason="",
        citations=(1,),
        guidance=(2,),
        passages=(passage(1, "public", "thirty days"), passage(2, "internal", "zebra code")),
        claims=(),
        drafter="extractive",
        model="",
        prompt="",
    )
    with database.write() as session:
        for name in ("ana", "ben"):
            address = Handle("email", f"{name}@mail.example")
            new = NewCustomer(f"key-{name}", f"{name} <b>", handles=(KnownHandle(address, True),))
            customer = save_customer(session, scope, new, NOW)
            said = f"words of {name} <script>"
            arrived = inbox.receive(session, scope, Incoming("email", address, said, NOW, subject="Tent"), NOW)
            timeline.append(session, scope, NewEntry(customer, shown, NOW, arrived.conversation), NOW)
            note = NoteAdded(f"note on {name}", "sara@example.com")
            timeline.append(session, scope, NewEntry(customer, note, NOW + timedelta(hours=1)), NOW)
            agreed = ConsentGiven("marketing", "email", "v3", "form", "sara@example.com", f"form of {name}")
            consent.give(session, scope, customer, agreed, NOW, NOW)
            spoken = CallHeld("phone", f"call-{name}", "in", 9.0, True, ((name, "customer"), ("Us", "kim@example.com")))
            timeline.append(session, scope, NewEntry(customer, spoken, NOW + timedelta(hours=2)), NOW)
            access.note(session, scope, Look(StaffId("1" * 32), customer, "GET /api/customers/{customer}"), NOW)
    with database.read() as session:
        from knowledge.customers.record import find_by_key

        ana = find_by_key(session, scope, "key-ana")
        assert ana is not None
        return export_person(session, scope, ana, NOW)


def test_everything_of_theirs_is_in_it(told: dict[str, Any]) -> None:
    text = json.dumps(told)
    for words in ("ana@mail.example", "key-ana", "words of ana", "note on ana", "form of ana", "Within 30 days", "v3"):
        assert words in text, words
    assert [entry["kind"] for entry in told["entries"]] == [
        "conversation_opened",
        "message_received",
        "suggestion_shown",
        "consent_given",
        "note_added",
        "call_held",
    ]
    assert told["conversations"][0]["subject"] == "Tent"
    assert len(told["looked_at_by_us"]) == 1


def test_nothing_of_anybody_else_is_in_it(told: dict[str, Any]) -> None:
    text = json.dumps(told)
    assert "ben" not in text
    assert "zebra" not in text
    assert "thirty days" in text
    assert "@example.com" not in text
    assert "a colleague" in text


def test_the_page_says_the_same_and_escapes_it(told: dict[str, Any]) -> None:
    page = as_html(told)
    for words in ("words of ana &lt;script&gt;", "note on ana", "ana@mail.example", "to text v3", "Tent"):
        assert words in page, words
    assert "<script" not in page
    assert "<b>" not in page
    assert "http" not in page


def test_nobody_has_no_export(database: Database, scope: Scope) -> None:
    with pytest.raises(NotFound), database.read() as session:
        export_person(session, scope, CustomerId("0" * 32), NOW)
