"""Feedback: accepted, edited, rejected; once, and only in the conversation it belongs to."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from assistant.citations import reply_text, unmarked
from assistant.feedback import explain, reject, same_text, send
from assistant.suggest import Assistant, suggest
from knowledge.customers.entries import Handle, MessageSent, SuggestionJudged
from knowledge.customers.inbox import Reply
from knowledge.customers.timeline import page
from knowledge.database import Database
from knowledge.failures import Conflict, NotFound, Rejected
from knowledge.ids import SuggestionId
from knowledge.scope import Scope

NOW = datetime(2026, 11, 2, tzinfo=UTC)
AGENT = "agent@example.org"


def judged(database: Database, scope: Scope) -> list[SuggestionJudged]:
    with database.read() as session:
        payloads = [entry.payload for entry in page(session, scope)]
    return [payload for payload in payloads if isinstance(payload, SuggestionJudged)]


@pytest.fixture
def made(assistant: Assistant, desk: Any, database: Database, scope: Scope) -> Any:
    asked = desk.receive("Can I return unworn boots?")
    shown = suggest(assistant, database, scope, asked.conversation, NOW)
    return shown, Reply(asked.conversation, shown.text, AGENT, key="k1", suggestion=shown.suggestion)


def test_sent_as_it_was_is_accepted_and_sent_once(made: Any, database: Database, scope: Scope) -> None:
    shown, reply = made
    entries = []
    for text in (shown.text, f"  {shown.text}\n", shown.text):
        with database.write() as session:
            entries.append(send(session, scope, replace(reply, text=text), NOW))
    assert len({entry.id for entry in entries}) == 1
    assert [(one.verdict, one.sent) for one in judged(database, scope)] == [("accepted", entries[0].id)]
    assert isinstance(entries[0].payload, MessageSent)
    assert entries[0].payload.suggestion == shown.suggestion


def test_marks_never_reach_the_customer_and_the_line_of_pages_may_stay_or_go(
    assistant: Assistant, desk: Any, database: Database, scope: Scope
) -> None:
    asked = desk.receive("Can I return unworn boots?")
    shown = suggest(assistant, database, scope, asked.conversation, NOW)
    assert "[" in shown.text
    for number, text in enumerate((shown.text, reply_text(shown), unmarked(shown.text, shown))):
        reply = Reply(asked.conversation, text, AGENT, key=f"k{number}", suggestion=shown.suggestion)
        with database.write() as session:
            sent = send(session, scope, reply, NOW).payload
        assert isinstance(sent, MessageSent)
        assert "[" not in sent.text
    assert [one.verdict for one in judged(database, scope)] == ["accepted"] * 3


def test_changed_is_edited(made: Any, database: Database, scope: Scope) -> None:
    shown, reply = made
    with database.write() as session:
        send(session, scope, replace(reply, text=shown.text + " Greetings!"), NOW)
    assert [one.verdict for one in judged(database, scope)] == ["edited"]


def test_the_same_key_with_another_text_conflicts_and_leaves_nothing(
    made: Any, database: Database, scope: Scope
) -> None:
    _, reply = made
    with database.write() as session:
        send(session, scope, reply, NOW)
    with pytest.raises(Conflict), database.write() as session:
        send(session, scope, replace(reply, text="something else"), NOW)
    assert len(judged(database, scope)) == 1


def test_a_suggestion_of_another_conversation_is_refused(
    made: Any, desk: Any, database: Database, scope: Scope
) -> None:
    _, reply = made
    other = desk.receive("Something else", Handle("email", "other@example.org"))
    with pytest.raises(Rejected, match="another conversation"), database.write() as session:
        send(session, scope, replace(reply, conversation=other.conversation), NOW)
    assert judged(database, scope) == []


def test_a_suggestion_of_another_scope_is_not_found(made: Any, database: Database) -> None:
    shown, reply = made
    elsewhere = Scope(team="other")
    with pytest.raises(NotFound), database.write() as session:
        send(session, elsewhere, reply, NOW)
    with pytest.raises(NotFound), database.read() as session:
        explain(session, elsewhere, shown.suggestion)


def test_rejected_once_with_a_reason(made: Any, database: Database, scope: Scope) -> None:
    shown, _ = made
    for _ in range(2):
        with database.write() as session:
            reject(session, scope, shown.suggestion, AGENT, "wrong\0 article", NOW)
    assert [(one.verdict, one.reason) for one in judged(database, scope)] == [("rejected", "wrong article")]


def test_unknown_suggestions_are_not_found(database: Database, scope: Scope) -> None:
    with pytest.raises(NotFound), database.read() as session:
        explain(session, scope, SuggestionId("nope"))
    with pytest.raises(NotFound), database.write() as session:
        reject(session, scope, SuggestionId("nope"), AGENT, "", NOW)


def test_same_text_ignores_blanks_only() -> None:
    assert same_text("a  b\r\nc ", "a b\nc")
    assert not same_text("a b", "a, b")
