"""Agents' work on conversations over HTTP."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from fastapi.testclient import TestClient

from knowledge.customers.entries import Entry

ARRIVE = Callable[..., Entry]
HEADERS = dict[str, str]


@pytest.fixture
def conversation(arrive: ARRIVE) -> str:
    return str(arrive("My tent leaks.").conversation)


def test_a_waiting_conversation_is_listed_read_answered_and_no_longer_waits(
    client: TestClient, agent: HEADERS, conversation: str
) -> None:
    listed = client.get("/api/conversations", params={"waiting": True}, headers=agent).json()
    assert [found["id"] for found in listed["conversations"]] == [conversation]
    assert listed["conversations"][0]["customer_name"] == "ana@example.com"
    sent = client.post(
        f"/api/conversations/{conversation}/replies", headers=agent, json={"text": "Please send a photo."}
    )
    assert sent.status_code == 201
    assert sent.json()["payload"]["author"] == "agent@example.com"
    assert sent.json()["payload"]["address"] == {"kind": "email", "value": "ana@example.com"}
    assert client.get(f"/api/conversations/{conversation}", headers=agent).json()["waiting"] is False
    timeline = client.get(f"/api/conversations/{conversation}/timeline", headers=agent).json()
    kinds = [entry["kind"] for entry in timeline["entries"]]
    assert kinds == ["conversation_opened", "message_received", "message_sent"]
    assert timeline["cursor"] == timeline["entries"][-1]["seq"]
    assert timeline["before"] is None


def test_pages_of_a_timeline_join_without_gap_or_double(
    client: TestClient, agent: HEADERS, arrive: ARRIVE, conversation: str
) -> None:
    for number in range(9):
        arrive(f"number {number}")
    address, seen, before = f"/api/conversations/{conversation}/timeline", [], None
    while True:
        page = client.get(address, headers=agent, params={"limit": 4} | ({"before": before} if before else {})).json()
        seen = [entry["seq"] for entry in page["entries"]] + seen
        before = page["before"]
        if before is None:
            break
    whole = client.get(address, headers=agent).json()["entries"]
    assert seen == [entry["seq"] for entry in whole]
    assert len(seen) == 11


def test_the_same_key_sends_once_and_another_text_under_it_conflicts(
    client: TestClient, agent: HEADERS, tokens: HEADERS, conversation: str
) -> None:
    address, keyed = f"/api/conversations/{conversation}/replies", agent | {"Idempotency-Key": "k-1"}
    first = client.post(address, headers=keyed, json={"text": "Hello"})
    again = client.post(address, headers=keyed, json={"text": "Hello"})
    assert first.json() == again.json()
    other = client.post(address, headers=keyed, json={"text": "Something else"})
    assert (other.status_code, other.json()["error"]) == (409, "conflict")
    colleague = {"Authorization": f"Bearer {tokens['manager']}", "Idempotency-Key": "k-1"}
    assert client.post(address, headers=colleague, json={"text": "Mine"}).status_code == 201


def test_a_double_post_at_the_same_moment_sends_once(client: TestClient, agent: HEADERS, conversation: str) -> None:
    address, keyed = f"/api/conversations/{conversation}/replies", agent | {"Idempotency-Key": "twice"}
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: client.post(address, headers=keyed, json={"text": "Once"}), range(6)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert client.get(f"/api/conversations/{conversation}", headers=agent).json()["messages"] == 2


def test_notes_status_take_and_pass(client: TestClient, agent: HEADERS, tokens: HEADERS, conversation: str) -> None:
    address, manager = f"/api/conversations/{conversation}", {"Authorization": f"Bearer {tokens['manager']}"}
    assert client.post(f"{address}/notes", headers=agent, json={"text": "VIP"}).json()["kind"] == "note_added"
    assert client.put(f"{address}/status", headers=agent, json={"status": "pending"}).status_code == 200
    assert (
        client.get("/api/conversations?status=pending", headers=agent).json()["conversations"][0]["id"] == conversation
    )
    assert client.post(f"{address}/take", headers=agent).json()["owner"] == "agent@example.com"
    assert client.post(f"{address}/take", headers=agent).status_code == 200
    taken = client.post(f"{address}/take", headers=manager)
    assert (taken.status_code, "agent@example.com" in taken.json()["message"]) == (409, True)
    passed = client.post(f"{address}/pass", headers=agent, json={"to": "manager@example.com", "reason": "refund"})
    assert passed.json()["owner"] == "manager@example.com"
    nobody = client.post(f"{address}/pass", headers=agent, json={"to": "ghost@example.com", "reason": "x"})
    assert nobody.status_code == 404
    queue = client.post(f"{address}/pass", headers=manager, json={"to": None, "reason": "back"})
    assert queue.json()["owner"] is None
    unowned = client.get("/api/conversations", params={"owner": ""}, headers=agent).json()["conversations"]
    assert [found["id"] for found in unowned] == [conversation]


def test_bad_filters_are_refused(client: TestClient, agent: HEADERS) -> None:
    for params in [
        {"limit": -1},
        {"limit": 10**30},
        {"limit": "many"},
        {"status": "lost"},
        {"customer": "' OR 1=1 --"},
        {"customer": "0" * 33},
        {"owner": "x" * 400},
    ]:
        answer = client.get("/api/conversations", headers=agent, params=params)
        assert answer.status_code == 422
        assert answer.json()["error"] == "rejected"


def test_odd_but_legal_filters_find_nothing(client: TestClient, agent: HEADERS, conversation: str) -> None:
    for params in ({"owner": "a\x00b"}, {"customer": "0" * 32}, {"owner": "%"}):
        answer = client.get("/api/conversations", headers=agent, params=params)
        assert answer.json()["conversations"] == []


def test_bad_cursors_are_refused(client: TestClient, agent: HEADERS, conversation: str) -> None:
    for before in [0, -1, 2**63, "x"]:
        answer = client.get(f"/api/conversations/{conversation}/timeline?before={before}", headers=agent)
        assert answer.status_code == 422


def test_an_unknown_or_injected_id_is_refused(client: TestClient, agent: HEADERS) -> None:
    for name in ["0" * 32, "../../etc/passwd", "%00", "1%20OR%201=1", "é" * 5, "%ff", "x" * 5000]:
        for path in (f"/api/conversations/{name}", f"/api/customers/{name}", f"/api/articles/{name}"):
            answer = client.get(path, headers=agent)
            assert answer.status_code in (404, 422), (path, answer.status_code)
            assert set(answer.json()) == {"error", "message", "remedy"}
