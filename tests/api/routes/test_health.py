"""Health says the truth about the parts."""

import time

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.parts import Parts
from knowledge.failures import Unavailable


def test_all_is_well(client: TestClient) -> None:
    answer = client.get("/health")
    assert answer.status_code == 200
    assert answer.json()["status"] == "ok"
    assert {"database", "search"} <= set(answer.json()["checks"])
    assert answer.json()["version"]
    assert client.get("/ready").status_code == 200


def test_a_search_that_cannot_follow_is_named(
    client: TestClient, parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> None:
        raise Unavailable("The index is damaged.", "Run `threadline reindex`.")

    monkeypatch.setattr(parts.search, "refresh", broken)
    deadline = time.monotonic() + 10
    while client.get("/ready").status_code == 200:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    answer = client.get("/health")
    assert answer.status_code == 200
    assert answer.json()["status"] == "degraded"
    assert "reindex" in answer.json()["checks"]["search"]["message"]
    monkeypatch.undo()
    while client.get("/ready").status_code != 200:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_home_leads_to_work(client: TestClient, app: FastAPI, tokens: dict[str, str]) -> None:
    assert client.get("/").headers["location"] == "/login"
    client.cookies.set("threadline_staff", tokens["agent"])
    assert client.get("/").headers["location"] == "/console"
