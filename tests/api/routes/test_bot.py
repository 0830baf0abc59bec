"""The bot's doors: managers set and certify, agents judge, nobody else; the page shows what it says, escaped."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from fastapi.testclient import TestClient

from api.parts import Parts
from api.worker.bot import answer
from knowledge.customers import timeline
from knowledge.customers.bot_entries import BotDecided
from knowledge.customers.entries import Entry
from knowledge.customers.timeline import NewEntry

NASTY = "<script>alert(1)</script>"


@pytest.fixture
def manager(tokens: dict[str, str]) -> dict[str, str]:
    return {"Authorization": f"Bearer {tokens['manager']}"}


@pytest.fixture
def decision(parts: Parts, arrive: Callable[..., Entry]) -> Entry:
    entry, now = arrive("How long?"), datetime.now(UTC)
    payload = BotDecided("answer", "shadow", entry.id, (entry.id,), text=NASTY, question=NASTY, chance=0.8)
    with parts.database.write() as session:
        return timeline.append(session, parts.scope, NewEntry(entry.customer, payload, now, entry.conversation), now)


def test_only_managers_set_it(client: TestClient, agent: dict[str, str], manager: dict[str, str]) -> None:
    given = {"channel": "chat", "mode": "peak", "share": 0.25}
    assert client.put("/api/bot/rules", json=given, headers=agent).status_code == 403
    assert client.get("/console/bot", headers=agent).status_code == 403
    assert client.put("/api/bot/rules", json=given).status_code == 401
    assert client.put("/api/bot/rules", json=given, headers=manager).json()["author"] == "manager@example.com"
    for bad in (
        {"mode": "loud"},
        {"mode": "peak", "share": 2},
        {"mode": "peak", "channel": "x" * 40},
        {"mood": "peak"},
        {"mode": "peak", "topic": "retruns"},
    ):
        assert client.put("/api/bot/rules", json=bad, headers=manager).status_code == 422, bad
    refused = client.put("/api/bot/rules", json={"mode": "peak", "topic": "retruns"}, headers=manager).json()
    assert ("retruns" in refused["message"], "THREADLINE_TOPICS" in refused["remedy"]) == (True, True)
    (rule,) = client.get("/api/bot", headers=manager).json()["rules"]
    assert (rule["channel"], rule["mode"], rule["share"]) == ("chat", "peak", 0.25)


def test_verdicts_certify_or_say_how_many_are_needed(
    client: TestClient, agent: dict[str, str], manager: dict[str, str], decision: Entry
) -> None:
    refused = client.post("/api/bot/certificate", json={}, headers=manager)
    assert refused.status_code == 409
    assert "59" in refused.json()["remedy"]
    address = f"/api/bot/decisions/{decision.id}/verdict"
    assert client.post(address, json={"right": True}, headers=agent).status_code == 201
    assert client.post(f"/api/bot/decisions/{'0' * 32}/verdict", json={"right": True}, headers=agent).status_code == 404
    made = client.post("/api/bot/certificate", json={"risk": 0.05}, headers=manager)
    assert made.status_code == 201
    assert made.json()["threshold"] is None
    for bad in ({"risk": 5e-324}, {"risk": 1}, {"confidence": 1 - 1e-16}, {"confidence": 0.4}):
        assert client.post("/api/bot/certificate", json=bad, headers=manager).status_code == 422, bad
    assert client.get("/api/bot", headers=manager).json()["labels"] == 1


def test_the_page_shows_its_words_escaped_beside_the_agents(
    client: TestClient, manager: dict[str, str], agent: dict[str, str], decision: Entry
) -> None:
    reply = {"text": "Sixty days, Sara"}
    client.post(f"/api/conversations/{decision.conversation}/replies", json=reply, headers=agent)
    page = client.get("/console/bot", headers=manager).text
    assert "&lt;script&gt;" in page
    assert NASTY not in page
    assert "Sixty days, Sara" in page
    told = client.get(f"/console/conversations/{decision.conversation}/timeline", headers=agent).text
    assert "Bot would answer (chance 80%)" in told


def test_the_worker_lets_it_answer_and_a_forgotten_customer_changes_nothing(
    parts: Parts, arrive: Callable[..., Entry]
) -> None:
    entry = arrive("a person, please")
    answer(parts, entry)
    answer(parts, Entry(**{**vars(entry), "payload": None}))
    with parts.database.read() as session:
        entries = timeline.page(session, parts.scope, conversation=entry.conversation)
    assert [one.kind for one in entries] == ["conversation_opened", "message_received"]  # it is off
