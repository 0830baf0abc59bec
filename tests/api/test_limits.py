"""Limits: headers on every answer, sizes before parsing, no request from a foreign page."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from api.limits import HEADERS

OWN = {"Origin": "http://testserver"}


def test_every_answer_is_protected(client: TestClient) -> None:
    for path in ["/", "/health", "/nowhere", "/api/me", "/openapi.json", "/login"]:
        answer = client.get(path)
        for name, value in HEADERS.items():
            assert answer.headers[name] == value
        assert answer.headers["cache-control"] == "no-store"
        assert "unsafe" not in answer.headers["content-security-policy"]


def test_a_large_body_is_refused_before_it_is_parsed(client: TestClient, agent: dict[str, str]) -> None:
    answer = client.post("/api/ask", headers=agent, content=b"[" * 400_000)
    assert answer.status_code == 413


def test_a_large_body_in_chunks_is_refused_too(client: TestClient, agent: dict[str, str]) -> None:
    def chunks() -> Iterator[bytes]:
        yield b'{"question": "'
        for _ in range(40):
            yield b"x" * 10_000
        yield b'"}'

    answer = client.post("/api/ask", headers=agent | {"Content-Type": "application/json"}, content=chunks())
    assert answer.status_code == 413
    assert answer.json()["error"] == "too_large"


def test_a_login_form_is_limited_too(client: TestClient) -> None:
    answer = client.post("/login", data={"email": "a@example.com", "password": "x" * 400_000})
    assert answer.status_code == 413


def test_a_foreign_page_cannot_use_a_cookie(client: TestClient, tokens: dict[str, str]) -> None:
    for headers in [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://testserver.evil.example"},
        {"Origin": "http://testserver:8443"},
        {"Origin": "http://["},
        {"Origin": "testserver"},
        {},
    ]:
        client.cookies.set("threadline_staff", tokens["agent"])
        answer = client.post("/api/ask", json={"question": "?"}, headers=headers)
        assert answer.status_code == 403
        assert answer.json()["error"] == "forbidden"


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "same-origin"}, OWN])
def test_the_own_page_can(client: TestClient, tokens: dict[str, str], headers: dict[str, str]) -> None:
    client.cookies.set("threadline_staff", tokens["agent"])
    assert client.post("/api/search", json={"query": "tent"}, headers=headers).status_code == 200


def test_a_foreign_page_cannot_log_somebody_in_as_somebody_else(client: TestClient) -> None:
    answer = client.post(
        "/login", data={"email": "a@example.com", "password": "x"}, headers={"Origin": "https://evil.example"}
    )
    assert answer.status_code == 403
    session = client.post("/chat/session", json={}, headers={"Sec-Fetch-Site": "cross-site"})
    assert session.status_code == 403


def test_a_bearer_token_needs_no_origin(client: TestClient, agent: dict[str, str]) -> None:
    answer = client.post("/api/search", json={"query": "tent"}, headers=agent | {"Origin": "https://else.example"})
    assert answer.status_code == 200


def test_reading_by_cookie_needs_no_origin(client: TestClient, tokens: dict[str, str]) -> None:
    client.cookies.set("threadline_staff", tokens["agent"])
    assert client.get("/api/me").status_code == 200


def test_a_path_that_no_database_takes_is_nothing(client: TestClient, agent: dict[str, str]) -> None:
    for path in [
        "/console/conversations/%00",
        "/console/customers/a%00b",
        "/console/library/%00",
        "/api/customers/%00",
    ]:
        assert client.get(path, headers=agent).status_code in {404, 422}
