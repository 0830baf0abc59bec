"""Profiles at the door: a manager writes what a colleague knows, and routing goes by it at once."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.parts import Parts
from api.worker.routing import route
from knowledge.customers.entries import Entry
from knowledge.settings import Settings

Headers = dict[str, str]
PLAN = """
topics: {parcels: {words: [parcel], skills: [shipping], skilled_only: true}}
assignment: {offering: true, explore: 0, holdout: 0}
"""


@pytest.fixture
def settings(settings: Settings, tmp_path: Path) -> Settings:
    plan = tmp_path / "service.yaml"
    plan.write_text(PLAN)
    return settings.model_copy(update={"service_plan": plan})


@pytest.fixture
def manager(tokens: dict[str, str]) -> Headers:
    return {"Authorization": f"Bearer {tokens['manager']}"}


def test_who_knows_it_is_asked_from_then_on(
    client: TestClient, agent: Headers, manager: Headers, parts: Parts, arrive: Callable[..., Entry]
) -> None:
    conversation = arrive("Where is my parcel?").conversation
    route(parts, parts.clock())
    assert client.get("/api/offers", headers=agent).json() == {"offers": []}
    told = client.get(f"/api/conversations/{conversation}/routing", headers=agent).json()["agent"]
    assert any("shipping" in line and "(skill)" in line for line in told)
    given = {"skills": ["shipping"], "capacity": {"email": 1}}
    put = client.put("/api/staff/agent@example.com/profile", headers=manager, json=given)
    assert (put.status_code, put.json()["profile"], put.json()["problem"]) == (200, given, "")
    route(parts, parts.clock())
    (offer,) = client.get("/api/offers", headers=agent).json()["offers"]
    assert offer["conversation"] == conversation
    listed = client.get("/api/staff", headers=manager).json()["staff"]
    assert {one["email"]: one["profile"] for one in listed}["agent@example.com"] == given


REFUSED: tuple[tuple[Any, int], ...] = (
    ({"skils": ["x"]}, 422),
    ({"skills": "returns"}, 422),
    ({"skills": ["\0"]}, 422),
    ({"skills": ["x" * 81]}, 413),
    ({"capacity": {"chat": -1}}, 422),
    ({"capacity": {"chat": "3"}}, 422),
    ({"hours": {"monday": "09:00-17:00"}}, 422),
    ({"hours": {"mon": ["09:00-12:00", "11:00-17:00"]}}, 422),
    ({"timezone": "../etc"}, 422),
    ({"country": "XX"}, 422),
    ({"closed": ["soon"]}, 422),
    ([], 422),
)


def test_a_profile_that_cannot_be_read_is_refused(client: TestClient, manager: Headers) -> None:
    for profile, status in REFUSED:
        refused = client.put("/api/staff/agent@example.com/profile", headers=manager, json=profile)
        assert refused.status_code == status, profile
    listed = client.get("/api/staff", headers=manager).json()["staff"]
    assert all(one["profile"] == {} for one in listed)


def test_only_managers_and_only_colleagues(client: TestClient, agent: Headers, manager: Headers) -> None:
    assert client.put("/api/staff/agent@example.com/profile", headers=agent, json={}).status_code == 403
    assert client.get("/api/staff", headers=agent).status_code == 403
    nobody = client.put("/api/staff/nobody@example.com/profile", headers=manager, json={})
    assert (nobody.status_code, nobody.json()["error"]) == (404, "not_found")
    for _ in range(2):
        put = client.put("/api/staff/AGENT@example.com/profile", headers=manager, json={"languages": ["en"]})
        assert put.json()["profile"] == {"languages": ["en"]}
