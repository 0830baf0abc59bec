"""Links over HTTP: joined, shown with evidence, taken back; a chat goes on when its customer signs in."""

from datetime import timedelta

import pytest
from fastapi.testclient import TestClient

from api.parts import Parts
from api.sessions import chat_link
from knowledge.customers import identity, pairs
from knowledge.customers.entries import Handle
from knowledge.customers.inbox import Incoming, receive
from knowledge.customers.issues import Wanted, list_issues
from knowledge.customers.pairs import Pair
from knowledge.ids import CustomerId
from tests.conftest import NOW

HEADERS = dict[str, str]


@pytest.fixture
def two(parts: Parts) -> tuple[CustomerId, CustomerId]:
    handles = (Handle("email", "maya@mail.example"), Handle("sms", "+447700900123"))
    with parts.database.write() as session:
        one, other = (identity.recognise(session, parts.scope, handle, True, NOW) for handle in handles)
    return one, other


def test_records_are_linked_and_taken_apart(
    client: TestClient, agent: HEADERS, two: tuple[CustomerId, CustomerId]
) -> None:
    one, other = two
    before = client.get(f"/api/customers/{other}", headers=agent).json()
    made = client.post("/api/links", headers=agent, json={"one": other, "other": one, "reason": "She said so."})
    assert made.status_code == 201, made.text
    assert made.json()["author"] == "agent@example.com"
    assert client.post("/api/links", headers=agent, json={"one": one, "other": other}).status_code == 409
    joined = client.get(f"/api/customers/{other}", headers=agent).json()
    assert (joined["id"], len(joined["handles"])) == (one, 2)
    revoked = client.post(f"/api/links/{made.json()['id']}/revocation", headers=agent, json={})
    assert revoked.json()["revokes"] == made.json()["id"]
    assert client.get(f"/api/customers/{other}", headers=agent).json() == before
    rows = client.get(f"/api/customers/{one}/links", headers=agent).json()["links"]
    assert [(row["kind"], row["holds"]) for row in rows] == [("same", False), ("revoked", False)]
    apart = client.post("/api/links", headers=agent, json={"one": one, "other": other, "kind": "apart"})
    assert apart.status_code == 201
    assert client.post("/api/links", headers=agent, json={"one": one, "other": other}).status_code == 409


def test_a_pair_is_shown_with_evidence_and_decided(
    client: TestClient, agent: HEADERS, parts: Parts, two: tuple[CustomerId, CustomerId]
) -> None:
    with parts.database.write() as session:
        pairs.put_up(session, parts.scope, Pair(*two, 0.93, "Alike.", "likeness", {"weights": {"city": 2.0}}), NOW)
    (pair,) = client.get("/api/pairs", headers=agent, params={"customer": two[1]}).json()["pairs"]
    assert (pair["score"], pair["evidence"]) == (0.93, {"weights": {"city": 2.0}})
    row = client.post(f"/api/pairs/{pair['id']}/acceptance", headers=agent)
    assert row.json()["score"] == 0.93
    assert client.get("/api/pairs", headers=agent).json() == {"pairs": []}
    client.post(f"/api/links/{row.json()['id']}/revocation", headers=agent, json={})
    assert client.post(f"/api/pairs/{pair['id']}/refusal", headers=agent, json={}).status_code == 201
    assert client.post(f"/api/pairs/{pair['id']}/acceptance", headers=agent).status_code == 409


def test_of_records_that_are_joined_what_names_one_order_becomes_one_issue(
    client: TestClient, agent: HEADERS, parts: Parts
) -> None:
    heard = [("email", "maya@mail.example"), ("sms", "+447700900123")]
    with parts.database.write() as session:
        said = [
            receive(session, parts.scope, Incoming(kind, Handle(kind, value), "Where is ORD-40123?", NOW), NOW)
            for kind, value in heard
        ]
    ours = {"one": said[0].customer, "other": said[1].customer}
    link = client.post("/api/links", headers=agent, json=ours).json()
    with parts.database.read() as session:
        (issue,) = list_issues(session, parts.scope, Wanted(customer=said[0].customer))
    assert issue.conversations == 2
    client.post(f"/api/links/{link['id']}/revocation", headers=agent, json={})
    with parts.database.read() as session:
        assert [one.conversations for one in list_issues(session, parts.scope, Wanted())] == [1, 1]


def test_who_signs_in_during_a_chat_goes_on_with_it(client: TestClient, parts: Parts) -> None:
    def begin(headers: HEADERS, **more: str) -> HEADERS:
        answer = client.post("/chat/session", headers=headers, json={"carry": "bearer", **more})
        assert answer.status_code == 201, answer.text
        return {"Authorization": f"Bearer {answer.json()['token']}"}

    guest = begin({})
    said = client.post("/api/chat/messages", headers=guest, json={"text": "My tent leaks."}).json()
    token = chat_link(parts.settings, "maya@mail.example", "Maya", parts.clock(), days=1).partition("identity=")[2]
    maya = begin(guest, identity=token)
    assert [one["text"] for one in client.get("/api/chat/messages", headers=maya).json()["messages"]] == [
        "My tent leaks."
    ]
    more = client.post("/api/chat/messages", headers=maya, json={"text": "It is the green one."}).json()
    assert more["conversation"] == said["conversation"]
    assert client.get("/api/chat/messages", headers=guest).status_code == 401, "the old token is no proof of Maya"
    other = chat_link(parts.settings, "tom@mail.example", "Tom", parts.clock() + timedelta(0)).partition("identity=")[2]
    tom = begin(maya, identity=other)
    assert client.get("/api/chat/messages", headers=tom).json()["messages"] == []
