"""Suggestions over HTTP: whole or growing, explained, sent, rejected."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from fastapi.testclient import TestClient

from knowledge.customers.entries import Entry

HEADERS = dict[str, str]
STREAM = {"Accept": "text/event-stream"}
pytestmark = pytest.mark.usefixtures("library")


@pytest.fixture
def address(arrive: Callable[..., Entry]) -> str:
    return f"/api/conversations/{arrive('How many days do I have to return a tent?').conversation}"


def _events(text: str) -> list[tuple[str, Any]]:
    found = []
    for block in text.strip().split("\n\n"):
        fields = dict(line.partition(": ")[::2] for line in block.splitlines())
        found.append((fields["event"], json.loads(fields["data"])))
    return found


def test_a_suggestion_is_made_explained_and_sent(client: TestClient, agent: HEADERS, address: str) -> None:
    made = client.post(f"{address}/suggestions", headers=agent)
    assert made.status_code == 200
    shown = made.json()
    assert shown["decision"] == "answer"
    assert "30 days" in shown["text"]
    assert "zebra" not in shown["text"]
    assert shown["citations"]
    assert client.get(f"/api/suggestions/{shown['suggestion']}", headers=agent).json() == shown
    reply = {"text": shown["text"], "suggestion": shown["suggestion"]}
    assert client.post(f"{address}/replies", headers=agent, json=reply).status_code == 201
    kinds = [entry["kind"] for entry in client.get(f"{address}/timeline", headers=agent).json()["entries"]]
    assert kinds[-3:] == ["suggestion_shown", "message_sent", "suggestion_judged"]


def test_a_narrowed_suggestion_is_always_new(client: TestClient, agent: HEADERS, address: str) -> None:
    first = client.post(f"{address}/suggestions", headers=agent).json()
    assert client.post(f"{address}/suggestions?reuse=true", headers=agent).json() == first
    narrowed = client.post(f"{address}/suggestions?reuse=true&language=en", headers=agent).json()
    assert (first["narrowed"], narrowed["narrowed"]) == ({}, {"language": "en"})
    assert client.get(f"/api/suggestions/{narrowed['suggestion']}", headers=agent).json() == narrowed
    for query in ("product=Nothing", "language=xx", f"product={'x' * 201}", "reuse=perhaps", "colour=red"):
        assert client.post(f"{address}/suggestions?{query}", headers=agent).status_code == 422


def test_a_suggestion_grows_as_a_stream(client: TestClient, agent: HEADERS, address: str) -> None:
    answer = client.post(f"{address}/suggestions", headers=agent | STREAM)
    assert answer.headers["content-type"].startswith("text/event-stream")
    events = _events(answer.text)
    assert events[0][0] == "passages"
    assert events[-1][0] == "done"
    assert {name for name, _ in events} <= {"passages", "text", "restart", "done"}
    shown = events[-1][1]
    assert client.get(f"/api/suggestions/{shown['suggestion']}", headers=agent).json() == shown


def test_what_to_send_has_no_marks(client: TestClient, agent: HEADERS, address: str) -> None:
    shown = client.post(f"{address}/suggestions", headers=agent).json()
    assert "[1]" in shown["text"]
    assert "[" not in shown["reply_text"]
    assert (
        client.get(f"/api/suggestions/{shown['suggestion']}", headers=agent).json()["reply_text"] == shown["reply_text"]
    )


def test_who_asks_meanwhile_gets_the_same_suggestion(
    client: TestClient, agent: HEADERS, address: str, arrive: Callable[..., Entry]
) -> None:
    with ThreadPoolExecutor(6) as colleagues:
        made = list(
            colleagues.map(
                lambda _: client.post(f"{address}/suggestions?reuse=true", headers=agent).json()["suggestion"], range(6)
            )
        )
    assert len(set(made)) == 1
    streamed = _events(client.post(f"{address}/suggestions?reuse=true", headers=agent | STREAM).text)
    assert [(name, shown["suggestion"]) for name, shown in streamed] == [("done", made[0])]
    again = client.post(f"{address}/suggestions", headers=agent).json()["suggestion"]
    assert again != made[0]
    arrive("And how many days for boots?")
    later = client.post(f"{address}/suggestions?reuse=true", headers=agent).json()["suggestion"]
    assert later not in {made[0], again}


def test_a_suggestion_can_be_rejected_with_a_reason(client: TestClient, agent: HEADERS, address: str) -> None:
    shown = client.post(f"{address}/suggestions", headers=agent).json()
    where = f"/api/suggestions/{shown['suggestion']}/rejection"
    answer = client.post(where, headers=agent, json={"reason": "wrong\x00 product"})
    assert answer.status_code == 201
    assert answer.json()["payload"]["verdict"] == "rejected"
    assert answer.json()["payload"]["reason"] == "wrong product"


def test_a_suggestion_serves_its_own_conversation_only(
    client: TestClient, agent: HEADERS, address: str, arrive: Callable[..., Entry]
) -> None:
    shown = client.post(f"{address}/suggestions", headers=agent).json()
    other = arrive("Another", "bob@example.com").conversation
    reply = {"text": shown["text"], "suggestion": shown["suggestion"]}
    answer = client.post(f"/api/conversations/{other}/replies", headers=agent, json=reply)
    assert answer.status_code == 422
    assert client.get(f"/api/conversations/{other}", headers=agent).json()["messages"] == 1


def test_no_conversation_no_suggestion(client: TestClient, agent: HEADERS) -> None:
    for headers in ({}, STREAM):
        answer = client.post(f"/api/conversations/{'0' * 32}/suggestions", headers=agent | headers)
        assert (answer.status_code, answer.json()["error"]) == (404, "not_found")


def test_unknown_suggestions_are_not_there(client: TestClient, agent: HEADERS, address: str) -> None:
    assert client.get(f"/api/suggestions/{'0' * 32}", headers=agent).status_code == 404
    answer = client.post(f"/api/suggestions/{'0' * 32}/rejection", headers=agent, json={})
    assert answer.status_code == 404
    reply = {"text": "Hi", "suggestion": "0" * 32}
    assert client.post(f"{address}/replies", headers=agent, json=reply).status_code == 404


def test_one_question_is_answered_and_stored_nowhere(client: TestClient, agent: HEADERS) -> None:
    before = client.get("/api/conversations", headers=agent).json()["cursor"]
    asked = {"question": "What does delivery cost?"}
    shown = client.post("/api/ask", headers=agent, json=asked).json()
    assert "5 euros" in shown["text"]
    events = _events(client.post("/api/ask", headers=agent | STREAM, json=asked).text)
    assert events[-1][1]["text"] == shown["text"]
    assert client.get("/api/conversations", headers=agent).json()["cursor"] == before


def test_no_question_no_answer(client: TestClient, agent: HEADERS) -> None:
    for question in ("", "\x00", "  "):
        assert client.post("/api/ask", headers=agent, json={"question": question}).status_code == 422
        streamed = client.post("/api/ask", headers=agent | STREAM, json={"question": question})
        assert streamed.status_code == 422 or _events(streamed.text)[-1][0] == "failed"
