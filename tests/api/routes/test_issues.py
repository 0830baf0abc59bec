"""Issues over HTTP: grouped, listed, taken together, corrected, resolved; refusals say what to do."""

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient

from api.parts import Parts
from assistant.understanding.grouping import group
from knowledge.customers.entries import Entry, Handle
from knowledge.customers.identity import add_handle
from knowledge.customers.inbox import Incoming, receive
from knowledge.ids import ConversationId
from tests.conftest import NOW

HEADERS = dict[str, str]


@pytest.fixture
def two(parts: Parts, arrive: Callable[..., Entry]) -> tuple[str, str]:
    """A mail and a text message of one customer about one order."""
    mail, number = arrive("Where is order TF-104233?"), Handle("sms", "+447700900123")
    with parts.database.write() as session:
        add_handle(session, parts.scope, mail.customer, number, True, NOW)
        text = receive(session, parts.scope, Incoming("sms", number, "TF-104233 is still not here", NOW), NOW)
    assert mail.conversation
    assert text.conversation
    return mail.conversation, text.conversation


def test_one_issue_from_grouping_to_the_end(
    client: TestClient, agent: HEADERS, parts: Parts, two: tuple[str, str]
) -> None:
    mail, text = two
    group(parts.database, parts.scope, parts.search.embedder, ConversationId(text), NOW)
    issue = client.get(f"/api/issues/{mail}", headers=agent).json()
    assert {one["channel"] for one in issue["conversations"]} == {"email", "sms"}
    assert client.post(f"/api/conversations/{text}/take", headers=agent).status_code == 200
    assert client.get(f"/api/conversations/{mail}", headers=agent).json()["owner"] == "agent@example.com"
    (listed,) = client.get("/api/issues", headers=agent, params={"owner": "agent@example.com"}).json()["issues"]
    assert listed["id"] == mail
    done = client.put(f"/api/issues/{mail}/status", headers=agent, json={"status": "resolved"})
    assert {one["status"] for one in done.json()["conversations"]} == {"resolved"}
    assert client.get("/api/issues", headers=agent, params={"status": "open"}).json() == {"issues": []}


def test_a_colleague_corrects_it(client: TestClient, agent: HEADERS, parts: Parts, two: tuple[str, str]) -> None:
    mail, text = two
    group(parts.database, parts.scope, parts.search.embedder, ConversationId(text), NOW)
    split = client.put(f"/api/conversations/{text}/issue", headers=agent, json={"reason": "another parcel"})
    assert split.status_code == 200, split.text
    assert (split.json()["id"], len(split.json()["conversations"])) == (text, 1)
    assert client.put(f"/api/conversations/{text}/issue", headers=agent, json={}).status_code == 409
    back = client.put(f"/api/conversations/{text}/issue", headers=agent, json={"issue": mail})
    assert len(back.json()["conversations"]) == 2
    page = client.get(f"/console/conversations/{mail}/timeline", headers=agent).text
    assert "made it an issue of its own: another parcel" in page
    assert "Both name TF104233." in page


def test_what_cannot_be(client: TestClient, agent: HEADERS, arrive: Callable[..., Entry], two: tuple[str, str]) -> None:
    stranger = arrive("Hello", "ben@example.com").conversation
    mail, _ = two
    refused = client.put(f"/api/conversations/{mail}/issue", headers=agent, json={"issue": stranger})
    assert (refused.status_code, "another person" in refused.text) == (422, True)
    assert client.get(f"/api/issues/{'0' * 32}", headers=agent).status_code == 404
    assert client.put(f"/api/conversations/{mail}/issue", headers=agent, json={"issue": "x'"}).status_code == 422
    assert client.get("/api/issues").status_code == 401
