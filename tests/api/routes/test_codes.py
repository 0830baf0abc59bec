"""One-time codes: the mail holds it, it works once in its chat, guessing ends, nothing tells whom we know."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from fastapi.testclient import TestClient

from api.parts import Parts
from knowledge.customers import timeline
from knowledge.customers.entries import Entry, Handle, MessageSent
from knowledge.customers.inbox import Incoming, receive

ANA = "ana@example.com"


@pytest.fixture
def mailed(parts: Parts) -> Callable[[], list[str]]:
    now = datetime.now(UTC)
    with parts.database.write() as session:
        receive(session, parts.scope, Incoming("email", Handle("email", ANA), "My boots leak", now), now)

    def read() -> list[str]:
        with parts.database.read() as session:
            entries: list[Entry] = timeline.after(session, parts.scope, 0)
        sent = [one.payload for one in entries if isinstance(one.payload, MessageSent)]
        assert all(one.address.value == ANA for one in sent)
        return [found[0] for one in sent if (found := re.findall(r"\b\d{6}\b", one.text))]

    return read


def test_a_code_proves_an_address_once(
    client: TestClient, open_chat: Callable[..., dict[str, str]], mailed: Callable[[], list[str]]
) -> None:
    chat, other = open_chat(), open_chat()
    assert client.post("/api/chat/code", json={"email": "ANA@example.com"}, headers=chat).json() == {"minutes": 10}
    (code,) = mailed()
    assert client.post("/api/chat/proof", json={"code": code}, headers=other).status_code == 401  # another chat
    proven = client.post("/api/chat/proof", json={"code": code}, headers=chat)
    assert proven.status_code == 201
    signed_in = {"Authorization": f"Bearer {proven.json()['token']}"}
    assert client.get("/api/chat/messages", headers=signed_in).status_code == 200
    assert client.post("/api/chat/proof", json={"code": code}, headers=signed_in).status_code == 401  # used


def test_guessing_ends_after_five_tries_and_strangers_are_answered_the_same(
    client: TestClient, open_chat: Callable[..., dict[str, str]], mailed: Callable[[], list[str]]
) -> None:
    chat = open_chat()
    unknown = client.post("/api/chat/code", json={"email": "nobody@example.com"}, headers=chat)
    assert (unknown.status_code, unknown.json(), mailed()) == (202, {"minutes": 10}, [])
    client.post("/api/chat/code", json={"email": ANA}, headers=chat)
    (code,) = mailed()
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    for _ in range(5):
        assert client.post("/api/chat/proof", json={"code": wrong}, headers=chat).status_code == 401
    assert client.post("/api/chat/proof", json={"code": code}, headers=chat).status_code == 401
    for _ in range(3):
        assert client.post("/api/chat/code", json={"email": ANA}, headers=chat).status_code == 202
    assert client.post("/api/chat/code", json={"email": ANA}, headers=chat).status_code == 422  # five an hour


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "１２３４５６x", None])
def test_what_is_no_code_is_refused(client: TestClient, customer: dict[str, str], code: object) -> None:
    assert client.post("/api/chat/proof", json={"code": code}, headers=customer).status_code == 422
    assert client.post("/api/chat/code", json={"email": "no address"}, headers=customer).status_code == 422
    assert client.post("/api/chat/code", json={"email": ANA}).status_code == 401
