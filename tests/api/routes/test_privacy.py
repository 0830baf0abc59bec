"""Privacy over HTTP: consent both ways with the same ease, export, holds, and who looked is written down."""

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient

from api.access import AGENT, TABLE
from knowledge.customers.entries import Entry

HEADERS = dict[str, str]


@pytest.fixture
def arrived(arrive: Callable[..., Entry]) -> Entry:
    return arrive("My tent leaks.")


@pytest.fixture
def manager(tokens: dict[str, str]) -> HEADERS:
    return {"Authorization": f"Bearer {tokens['manager']}"}


def test_a_customer_agrees_and_withdraws_with_the_same_request(client: TestClient, customer: HEADERS) -> None:
    yes = {"purpose": "marketing", "channel": "email", "given": True, "text_version": "2026-03"}
    said = client.post("/api/chat/consents", headers=customer, json=yes)
    assert said.status_code == 201, said.text
    (one,) = said.json()["consents"]
    assert (one["given"], one["text_version"], one["how"]) == (True, "2026-03", "chat")
    no = {"purpose": "marketing", "channel": "email", "given": False}
    assert client.post("/api/chat/consents", headers=customer, json=no).json()["consents"][0]["given"] is False
    assert client.get("/api/chat/consents", headers=customer).json()["consents"][0]["given"] is False


def test_a_yes_without_its_text_is_refused(client: TestClient, customer: HEADERS) -> None:
    answer = client.post("/api/chat/consents", headers=customer, json={"purpose": "marketing", "given": True})
    assert answer.status_code == 422


def test_a_colleague_writes_it_down_with_proof(client: TestClient, agent: HEADERS, arrived: Entry) -> None:
    address = f"/api/customers/{arrived.customer}/consents"
    given = {"purpose": "survey", "given": True, "text_version": "v2", "how": "call", "proof": "recording 7"}
    answer = client.post(address, headers=agent, json={**given, "at": "2026-11-01T09:00:00+02:00"})
    assert answer.status_code == 201, answer.text
    assert answer.json()["payload"]["author"] == "agent@example.com"
    (one,) = client.get(address, headers=agent).json()["consents"]
    assert (one["proof"], one["channel"], one["at"]) == ("recording 7", "", "2026-11-01T07:00:00Z")
    objects = {"purpose": "marketing", "given": False, "how": "letter", "objection": True}
    assert client.post(address, headers=agent, json=objects).json()["payload"]["objection"] is True


def test_export_is_for_managers_in_two_forms(
    client: TestClient, agent: HEADERS, manager: HEADERS, arrived: Entry
) -> None:
    address = f"/api/customers/{arrived.customer}/export"
    assert client.get(address, headers=agent).status_code == 403
    told = client.get(address, headers=manager)
    assert told.headers["content-disposition"].endswith('.json"')
    assert told.json()["entries"][-1]["payload"]["text"] == "My tent leaks."
    page = client.get(address, headers=manager, params={"format": "html"})
    assert "My tent leaks." in page.text
    assert page.headers["content-type"].startswith("text/html")


def test_a_hold_answers_409_until_it_is_lifted(client: TestClient, manager: HEADERS, arrived: Entry) -> None:
    address = f"/api/customers/{arrived.customer}"
    client.put(f"{address}/hold", headers=manager, json={"on": True, "reason": "case 12/26"})
    refused = client.post(f"{address}/erasure", headers=manager, json={})
    assert (refused.status_code, refused.json()["error"]) == (409, "conflict")
    assert "case 12/26" in refused.json()["message"]
    client.put(f"{address}/hold", headers=manager, json={"on": False, "reason": "settled"})
    assert client.post(f"{address}/erasure", headers=manager, json={"ground": "legal_duty"}).status_code == 200
    assert client.get(f"/api/conversations/{arrived.conversation}", headers=manager).status_code == 404


def test_a_look_is_written_down_with_its_reason_once_an_hour(
    client: TestClient, agent: HEADERS, manager: HEADERS, arrived: Entry
) -> None:
    asked = {**agent, "Access-Reason": "ticket 7"}
    for _ in range(3):
        client.get(f"/api/conversations/{arrived.conversation}", headers=asked)
    client.get(f"/console/customers/{arrived.customer}", headers=agent)
    looks = client.get(f"/api/customers/{arrived.customer}/access", headers=manager).json()["looks"]
    assert [(look["what"], look["why"]) for look in looks[1:]] == [
        ("GET /console/customers/{customer}", ""),
        ("GET /api/conversations/{conversation}", "ticket 7"),
    ]
    assert looks[0]["what"] == "GET /api/customers/{customer}/access"


def test_every_door_of_staff_that_names_a_record_is_logged(
    client: TestClient, manager: HEADERS, arrived: Entry
) -> None:
    named = {"customer": arrived.customer, "conversation": str(arrived.conversation)}
    doors = [
        path
        for (method, path), who in TABLE.items()
        if method == "GET" and who <= AGENT and any(f"{{{name}}}" in path for name in named)
        if not path.endswith("/live")  # a stream without end
    ]
    assert len(doors) > 8
    for path in doors:
        client.get(path.format(**named), headers=manager)
    looks = client.get(f"/api/customers/{arrived.customer}/access", headers=manager, params={"limit": 1000}).json()
    assert {look["what"] for look in looks["looks"]} == {f"GET {path}" for path in doors}


def test_who_is_looked_at_in_vain_or_by_a_customer_is_not_logged(
    client: TestClient, agent: HEADERS, manager: HEADERS, customer: HEADERS
) -> None:
    nobody = "0" * 32
    assert client.get(f"/api/customers/{nobody}", headers=agent).status_code == 404
    assert client.get("/api/chat/messages", headers=customer).status_code == 200
    assert client.get(f"/api/customers/{nobody}/access", headers=manager).json()["looks"] == []
