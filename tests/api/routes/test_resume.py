"""A chat goes on at another device: once, for a while, for one customer, and not by guessing."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from urllib.parse import unquote

import jwt
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.parts import Parts
from api.resuming import ALPHABET, AUDIENCE
from api.sessions import secret_of

HEADERS = dict[str, str]


def say(client: TestClient, headers: HEADERS, text: str) -> str:
    answer = client.post("/api/chat/messages", headers=headers, json={"text": text})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["conversation"])


def offered(client: TestClient, headers: HEADERS) -> tuple[str, str]:
    answer = client.post("/api/chat/resume", headers=headers)
    assert answer.status_code == 201, answer.text
    return unquote(answer.json()["link"].partition("#resume=")[2]), answer.json()["code"]


def go_on(client: TestClient, given: str, status: int = 201) -> HEADERS:
    answer = client.post("/chat/session", json={"resume": given, "carry": "bearer"})
    assert answer.status_code == status, answer.text
    return {"Authorization": f"Bearer {answer.json().get('token')}"}


@pytest.mark.parametrize("which", [0, 1], ids=["link", "code"])
def test_the_same_conversation_goes_on(client: TestClient, customer: HEADERS, which: int) -> None:
    conversation = say(client, customer, "My tent broke.")
    elsewhere = go_on(client, offered(client, customer)[which])
    assert say(client, elsewhere, "Here is more.") == conversation
    texts = [one["text"] for one in client.get("/api/chat/messages", headers=customer).json()["messages"]]
    assert texts == ["My tent broke.", "Here is more."]


def test_a_code_is_typed_as_people_type(client: TestClient, customer: HEADERS) -> None:
    code = offered(client, customer)[1]
    assert len(code) == 9
    assert set(code) <= {*ALPHABET, "-"}
    go_on(client, f" {code.lower().replace('-', ' ')} ")


def test_each_works_once_and_the_other_with_it(client: TestClient, customer: HEADERS) -> None:
    link, code = offered(client, customer)
    go_on(client, link)
    go_on(client, link, 401)
    go_on(client, code, 401)


def test_a_new_offer_and_a_withdrawal_end_the_old_one(client: TestClient, customer: HEADERS) -> None:
    _, first = offered(client, customer)
    link, second = offered(client, customer)
    go_on(client, first, 401)
    assert client.delete("/api/chat/resume", headers=customer).status_code == 204
    go_on(client, second, 401)
    go_on(client, link, 401)


def test_it_ends_after_ten_minutes(client: TestClient, app: FastAPI, parts: Parts, customer: HEADERS) -> None:
    link, code = offered(client, customer)
    app.state.parts = replace(parts, clock=lambda: parts.clock() + timedelta(minutes=10, seconds=1))
    go_on(client, link, 401)
    go_on(client, code, 401)


def test_nobody_elses_chat_is_opened(client: TestClient, open_chat: Callable[..., HEADERS], parts: Parts) -> None:
    ana, bob = open_chat(), open_chat()
    say(client, ana, "mine")
    say(client, bob, "his")
    texts = client.get("/api/chat/messages", headers=go_on(client, offered(client, bob)[0])).json()["messages"]
    assert [one["text"] for one in texts] == ["his"]


@pytest.mark.parametrize("given", ["", " ", "AAAA-AAAA", "x" * 1_001, "a.b.c", "\x00" * 8, "é" * 8, "ßßßß"])
def test_what_is_no_offer_opens_nothing(client: TestClient, given: str) -> None:
    answer = client.post("/chat/session", json={"resume": given})
    assert answer.status_code in {401, 413, 422}
    assert "set-cookie" not in answer.headers


def test_a_token_of_another_kind_or_key_opens_nothing(client: TestClient, parts: Parts, customer: HEADERS) -> None:
    link, _ = offered(client, customer)
    claims = jwt.decode(link, options={"verify_signature": False})
    secret = secret_of(parts.settings)
    for token in (
        jwt.encode(claims, "x" * 40, algorithm="HS256"),
        jwt.encode({**claims, "aud": "threadline-chat"}, secret, algorithm="HS256"),
        jwt.encode({**claims, "jti": "0" * 32}, secret, algorithm="HS256"),
        jwt.encode({"aud": AUDIENCE, "exp": claims["exp"]}, secret, algorithm="HS256"),
        jwt.encode(claims, None, algorithm="none"),
    ):
        go_on(client, token, 401)


def test_guessing_ends_soon(client: TestClient, customer: HEADERS) -> None:
    statuses = [client.post("/chat/session", json={"resume": f"AAAA-AA{n:02}"}).status_code for n in range(20, 32)]
    assert statuses == [401] * 10 + [429] * 2
