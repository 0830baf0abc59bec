"""Who is there: both ways, expiring, without names for customers, without a trace in the timeline."""

import json
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.parts import Parts
from api.privacy.erasing import forget
from knowledge.customers import presence, timeline
from knowledge.customers.erasure import Wish
from knowledge.customers.presence import CUSTOMER, LOOKS, TYPES, Present, Sign
from knowledge.failures import NotFound
from knowledge.ids import ConversationId, CustomerId

Headers = dict[str, str]


@pytest.fixture
def chat(client: TestClient, agent: Headers, customer: Headers) -> ConversationId:
    """A chat that has begun."""
    assert client.post("/api/chat/messages", json={"text": "Hello"}, headers=customer).status_code == 201
    (one,) = client.get("/api/conversations", headers=agent).json()["conversations"]
    return ConversationId(one["id"])


def test_signs_of_life_both_ways(
    client: TestClient, parts: Parts, agent: Headers, customer: Headers, chat: ConversationId
) -> None:
    address, nobody = f"/api/conversations/{chat}/presence", {"looking": [], "typing": []}
    with parts.database.read() as session:
        before = timeline.last_seq(session, parts.scope)
    assert client.get(address, headers=agent).json() == nobody | {"customer_looking": False, "customer_typing": False}
    for sign in ({}, {"typing": True}):
        assert client.put(address, json=sign, headers=agent).status_code == 204
    assert client.put("/api/chat/presence", json={"typing": True}, headers=customer).status_code == 204
    found = client.get(address, headers=agent).json()
    me = ["agent@example.com"]
    assert found == {"looking": me, "typing": me, "customer_looking": True, "customer_typing": True}
    assert client.put(address, json={"there": False}, headers=agent).status_code == 204
    assert client.get(address, headers=agent).json()["looking"] == []
    with parts.database.read() as session:
        assert timeline.last_seq(session, parts.scope) == before


def test_they_expire_and_are_forgotten(parts: Parts, chat: ConversationId) -> None:
    now = datetime.now(UTC)
    with parts.database.write() as session:
        presence.note(session, parts.scope, chat, Sign(CUSTOMER, typing=True), now)
        presence.note(session, parts.scope, chat, Sign("kim@example.com", typing=True), now)
        with pytest.raises(NotFound):
            presence.note(session, parts.scope, ConversationId("0" * 32), Sign("kim@example.com"), now)

    def at(later: timedelta) -> Present:
        with parts.database.read() as session:
            return presence.present(session, parts.scope, chat, now + later)

    assert at(TYPES) == Present(("kim@example.com",), ("kim@example.com",), True, True)
    assert at(TYPES + timedelta(seconds=1)) == Present(("kim@example.com",), (), True, False)
    assert at(LOOKS + timedelta(seconds=1)) == Present()
    with parts.database.read() as session:
        row = timeline.page(session, parts.scope, conversation=chat)[0]
    told = forget(parts.database, parts.scope, Wish(CustomerId(row.customer), "mona"), now)
    assert told["erased"]["knowledge.customers.presence"] == {"signs of life": 2}
    assert at(timedelta()) == Present()


def test_doors_refuse(client: TestClient, agent: Headers, customer: Headers, chat: ConversationId) -> None:
    address = f"/api/conversations/{chat}/presence"
    assert client.put(address, json={}, headers=customer).status_code in {401, 403}
    assert client.get(address, headers=customer).status_code in {401, 403}
    assert client.put("/api/chat/presence", json={}, headers=agent).status_code in {401, 403}
    assert client.put(address, json={"typing": "loudly"}, headers=agent).status_code == 422
    assert client.put(address, json={"who": "mona@example.com"}, headers=agent).status_code == 422
    assert client.put(f"/api/conversations/{'0' * 32}/presence", json={}, headers=agent).status_code == 404


def test_nothing_to_say_before_the_first_message(client: TestClient, open_chat: Callable[..., Headers]) -> None:
    assert client.put("/api/chat/presence", json={"typing": True}, headers=open_chat()).status_code == 204


def test_streams_tell_changes_and_customers_no_names(
    app: FastAPI,
    agent: Headers,
    customer: Headers,
    chat: ConversationId,
    serving: Callable[[FastAPI], AbstractContextManager[tuple[str, Any]]],
) -> None:
    with serving(app) as (url, _), httpx.Client(base_url=url, timeout=10) as web:
        address = f"/api/conversations/{chat}/presence"
        for path, mine, put, theirs in (
            ("/api/chat/presence/live", customer, address, agent),
            (f"{address}/live", agent, "/api/chat/presence", customer),
        ):
            with httpx.stream("GET", f"{url}{path}", headers=mine, timeout=10) as stream:
                told = (line.removeprefix("data: ") for line in stream.iter_lines() if line.startswith("data: "))
                first = json.loads(next(told))
                threading.Timer(0.2, web.put, (put,), {"json": {"typing": True}, "headers": theirs}).start()
                second = json.loads(next(told))
            if mine is customer:
                assert (first, second) == ({"typing": False}, {"typing": True})
            else:
                assert (first["customer_typing"], second["customer_typing"]) == (False, True)
