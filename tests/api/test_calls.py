"""Calls: what was said is messages, folded, shown and found like any other."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from api.importers.importing import ImportOptions, import_events
from api.pages.lines import Known, lines_of
from assistant.understanding.context import build_context
from knowledge.customers import conversations, timeline
from knowledge.customers.call_entries import CallHeld, Spoken
from knowledge.customers.entries import Handle, MessageReceived, MessageSent
from knowledge.database import Database
from knowledge.scope import Scope

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
SAID = [
    {"speaker": "Ada", "start": 1.5, "end": 4, "text": "My order TF-7 did not arrive."},
    {"speaker": "Kim", "start": 4.5, "end": 6, "text": "Let me look."},
    {"speaker": "Ada", "start": 90, "end": 94, "text": "Thank you, bye."},
]


def call(**more: Any) -> dict[str, Any]:
    return {
        "type": "call",
        "id": "call-1",
        "at": AT.isoformat(),
        "handle": {"kind": "phone", "value": "+44 7700 900223"},
        "speakers": {"Ada": "customer", "Kim": "kim@shop.example"},
        "utterances": SAID,
        **more,
    }


def stored(database: Database, scope: Scope) -> tuple[Any, list[Any]]:
    with database.read() as session:
        found = conversations.find_by_key(session, scope, "call:call-1")
        assert found is not None
        entries = timeline.page(session, scope, conversation=found.id)
        assert conversations.fold(sorted(entries, key=lambda one: one.seq)) == found
    return found, entries


def test_a_call_is_a_conversation_of_messages(database: Database, scope: Scope) -> None:
    report = import_events(database, scope, [call()], NOW)
    assert (report.bad, report.added) == ([], {"call": 1})
    found, entries = stored(database, scope)
    assert (found.channel, found.address, found.messages) == ("phone", Handle("phone", "+447700900223"), 3)
    assert found.last_text == "Thank you, bye."
    assert not found.waiting
    held = next(entry.payload for entry in entries if isinstance(entry.payload, CallHeld))
    assert (held.seconds, dict(held.speakers)["Ada"]) == (94, "customer")
    said = [entry for entry in entries if isinstance(entry.payload, MessageReceived | MessageSent)]
    assert said[0].payload == MessageReceived("phone", SAID[0]["text"], spoken=Spoken("call-1", "Ada", 1.5, 4.0))
    assert said[0].at == AT + timedelta(seconds=1.5)
    assert (said[1].payload.author, said[1].payload.delivery) == ("kim@shop.example", "posted")


def test_told_again_only_what_is_new_is_stored(database: Database, scope: Scope) -> None:
    import_events(database, scope, [call(utterances=SAID[:2])], NOW)
    report = import_events(database, scope, [call()], NOW)
    assert report.known == {"call": 1}
    found, _ = stored(database, scope)
    assert found.messages == 3


def test_who_was_not_answered_waits(database: Database, scope: Scope) -> None:
    import_events(database, scope, [call(answered=False, utterances=SAID[:1])], NOW)
    assert stored(database, scope)[0].waiting


def test_a_suggestion_reads_the_call_like_a_chat(database: Database, scope: Scope) -> None:
    import_events(database, scope, [call()], NOW)
    found, _ = stored(database, scope)
    with database.read() as session:
        context = build_context(session, scope, found, 2_000)
    assert SAID[0]["text"] in repr(context)


def test_the_timeline_says_that_it_was_said(database: Database, scope: Scope) -> None:
    import_events(database, scope, [call(medium="video", direction="out", seconds=3729)], NOW)
    found, entries = stored(database, scope)
    lines = lines_of(entries, Known("Ada", {}, {found.id: found}, None, ZoneInfo("UTC")))
    assert "Video call to the customer, 1:02:09" in [line.says for line in lines]


BAD = [
    ({"speakers": {"Ada": "customer"}}, "speakers does not say who 'Kim' is"),
    ({"utterances": [{**SAID[0], "end": 1}]}, "ends before it starts"),
    ({"utterances": [{**SAID[0], "start": -1}]}, "greater than or equal to 0"),
    ({"utterances": [{**SAID[0], "end": float("inf")}]}, "end:"),
    ({"utterances": [{**SAID[0], "text": "x" * 101}]}, "text: has 101 characters"),
    ({"utterances": {"a": 1}}, "utterances: Input should be"),
    ({"handle": None}, "customer or handle is required"),
    ({"webvtt": "WEBVTT"}, "has both utterances and webvtt"),
    ({"webvtt": "nothing", "utterances": None}, "is no WebVTT"),
    ({"webvtt": 7, "utterances": []}, "webvtt: is no text"),
]


@pytest.mark.parametrize(("more", "reason"), BAD, ids=[reason for _, reason in BAD])
def test_a_bad_call_is_refused_as_a_whole(database: Database, scope: Scope, more: dict[str, Any], reason: str) -> None:
    report = import_events(database, scope, [call(**more)], NOW, options=ImportOptions(max_text_chars=100))
    assert len(report.bad) == 1
    assert reason in report.bad[0].reason
    with database.read() as session:
        assert timeline.after(session, scope, 0) == []
