"""Routing at the doors: offers, why, calls for more and moves; hostile input; the worker's step and the timeline."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.parts import Parts
from api.worker.routing import route
from knowledge.customers.entries import Entry, Handle
from knowledge.customers.inbox import Incoming, receive
from knowledge.failures import Rejected
from knowledge.scope import Scope
from knowledge.settings import Settings
from knowledge.staff.logins import issue_token
from knowledge.staff.people import NewStaff, add_staff

PLAN = """
reply_minutes: {email: 480}
topics: {parcels: {words: [parcel]}}
assignment: {offering: true, accept_minutes: 2, tell_after_minutes: 5, explore: 0, holdout: 0}
escalation: [{name: legal, when: {words: [lawyer]}, to: manager, priority: urgent, within_minutes: 60}]
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    plan = tmp_path / "service.yaml"
    plan.write_text(PLAN)
    return Settings(data_dir=tmp_path / "data", max_body_bytes=300_000, port=0, service_plan=plan)


@pytest.fixture
def waiting(parts: Parts, tokens: dict[str, str], arrive: Callable[..., Entry]) -> str:
    """A conversation that only an agent is there for: the manager and the admin are full."""
    with parts.database.write() as session:
        for role in ("manager", "admin"):
            full = NewStaff(f"{role}@example.com", role, role, profile={"capacity": {"email": 0}})  # type: ignore[arg-type]
            add_staff(session, parts.scope, full, parts.clock())
    entry = arrive("Where is my parcel?")
    assert entry.conversation is not None
    return entry.conversation


def test_an_offer_is_shown_explained_and_accepted(
    client: TestClient, agent: dict[str, str], parts: Parts, waiting: str
) -> None:
    assert client.get("/api/offers", headers=agent).json() == {"offers": []}
    before = client.get(f"/api/conversations/{waiting}/routing", headers=agent).json()
    assert before["agent"][0].startswith("place 1: waits 0 min")
    assert before["agent"][1].startswith("is to be answered by")
    assert any("agent@example.com" in line for line in before["agent"])
    route(parts, parts.clock())
    route(parts, parts.clock())
    (offer,) = client.get("/api/offers", headers=agent).json()["offers"]
    assert offer["conversation"] == waiting
    assert offer["reasons"][-1] == "the only one who fits; rules kept 2 out"
    page = client.get(f"/console/conversations/{waiting}", headers=agent).text
    assert 'data-act="accept"' in page
    assert "Offered to Agent" in page
    accepted = client.post(f"/api/conversations/{waiting}/acceptance", headers=agent)
    assert accepted.json()["owner"] == "agent@example.com"
    why = client.get(f"/api/conversations/{waiting}/routing", headers=agent).json()["agent"]
    assert why == ["agent@example.com owns it", *offer["reasons"]]
    again = client.post(f"/api/conversations/{waiting}/acceptance", headers=agent)
    assert (again.status_code, again.json()["owner"]) == (200, "agent@example.com")  # a second click
    assert 'data-act="accept"' not in client.get(f"/console/conversations/{waiting}", headers=agent).text


def test_a_refusal_is_told_and_nobody_else_is_left(
    client: TestClient, agent: dict[str, str], tokens: dict[str, str], parts: Parts, waiting: str
) -> None:
    route(parts, parts.clock())
    manager = {"Authorization": f"Bearer {tokens['manager']}"}
    assert client.post(f"/api/conversations/{waiting}/refusal", headers=manager, json={}).status_code == 409
    refused = client.post(f"/api/conversations/{waiting}/refusal", headers=agent, json={"reason": "<b>lunch</b>\0"})
    assert refused.status_code == 200
    route(parts, parts.clock() + timedelta(minutes=6))
    told = client.get(f"/api/conversations/{waiting}/routing", headers=agent).json()["agent"]
    assert any("declined it or let it pass (refused)" in line for line in told)
    page = client.get(f"/console/conversations/{waiting}", headers=agent).text
    assert "Agent declined it: &lt;b&gt;lunch&lt;/b&gt;" in page
    assert "Everybody is busy" in page


@pytest.mark.parametrize("text", ["{", '{"schema": "another"}'])
def test_a_model_that_is_refused_leaves_nobody_waiting(
    client: TestClient,
    agent: dict[str, str],
    parts: Parts,
    waiting: str,
    text: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    (parts.settings.data_dir / "routing.json").write_text(text)
    for _ in range(2):
        route(parts, parts.clock())
    (offer,) = client.get("/api/offers", headers=agent).json()["offers"]
    assert offer["conversation"] == waiting
    told = [one.getMessage() for one in caplog.records if one.name == "api.routing"]
    assert len(told) == 1
    assert told[0].startswith("who has most room is asked first: routing.json")
    assert told[0].endswith("Train it again: threadline routing train.")
    assert client.get(f"/api/conversations/{waiting}/routing", headers=agent).status_code == 200


def test_a_look_that_finds_nothing_to_do_writes_nothing(
    agent: dict[str, str], parts: Parts, waiting: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    route(parts, parts.clock())
    written: list[int] = []
    monkeypatch.setattr(type(parts.database), "write", lambda _: written.append(1))
    route(parts, parts.clock())
    assert written == []


def test_an_offer_that_is_over_is_not_taken(
    client: TestClient, agent: dict[str, str], parts: Parts, waiting: str
) -> None:
    route(parts, parts.clock() - timedelta(minutes=30))
    late = client.post(f"/api/conversations/{waiting}/acceptance", headers=agent)
    assert late.status_code == 409
    assert "The offer is over" in late.text
    assert client.get("/api/offers", headers=agent).json() == {"offers": []}
    assert client.get(f"/api/conversations/{waiting}", headers=agent).json()["owner"] is None


def test_while_it_is_pending_its_promised_time_rests(client: TestClient, agent: dict[str, str], waiting: str) -> None:
    address = f"/api/conversations/{waiting}"
    assert client.put(f"{address}/status", headers=agent, json={"status": "pending"}).status_code == 200
    told = client.get(f"{address}/routing", headers=agent).json()["agent"]
    assert told[1] == "the promised time rests while it is pending"
    assert client.put(f"{address}/status", headers=agent, json={"status": "open"}).status_code == 200
    told = client.get(f"{address}/routing", headers=agent).json()["agent"]
    assert told[1].startswith("is to be answered by")


def test_what_was_resolved_meanwhile_is_not_taken(
    client: TestClient, agent: dict[str, str], parts: Parts, waiting: str
) -> None:
    route(parts, parts.clock())
    done = client.put(f"/api/conversations/{waiting}/status", headers=agent, json={"status": "resolved"})
    assert done.status_code == 200
    late = client.post(f"/api/conversations/{waiting}/acceptance", headers=agent)
    assert (late.status_code, late.json()["error"]) == (409, "conflict")
    assert client.get(f"/api/conversations/{waiting}", headers=agent).json()["owner"] is None


def test_rules_and_colleagues_call_for_more(
    client: TestClient, agent: dict[str, str], parts: Parts, arrive: Callable[..., Entry]
) -> None:
    conversation = arrive("My lawyer will write").conversation
    route(parts, parts.clock())
    asked = client.post(
        f"/api/conversations/{conversation}/escalation", headers=agent, json={"to": "specialist", "reason": "stoves"}
    )
    assert asked.status_code == 200
    page = client.get(f"/console/conversations/{conversation}", headers=agent).text
    assert "Rule legal asks for a manager (urgent, answer due" in page
    assert "Agent asks for a specialist (high): stoves" in page


def test_the_reasons_are_a_part_of_the_console(client: TestClient, agent: dict[str, str], waiting: str) -> None:
    part = client.get(f"/console/conversations/{waiting}/routing", headers=agent)
    assert "<html" not in part.text
    assert "ana@example.com" in part.text
    assert "to be reached" in part.text


def test_a_move_goes_only_to_proven_addresses(client: TestClient, agent: dict[str, str], waiting: str) -> None:
    given = {"channel": "sms", "address_kind": "phone", "address": "+447700900999", "text": "Hi", "reason": "faster"}
    answer = client.post(f"/api/conversations/{waiting}/move", headers=agent, json=given)
    assert (answer.status_code, answer.json()["error"]) == (422, "rejected")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("escalation", {"to": "ceo", "reason": "x"}),
        ("escalation", {"to": "manager", "reason": ""}),
        ("refusal", {"reason": 3}),
        ("refusal", {"reason": "", "more": 1}),
        ("move", {"channel": "../x", "address_kind": "email", "address": "a@b.example", "text": "x", "reason": "x"}),
    ],
)
def test_malformed_input_is_refused(
    client: TestClient, agent: dict[str, str], waiting: str, path: str, body: dict[str, Any]
) -> None:
    assert client.post(f"/api/conversations/{waiting}/{path}", headers=agent, json=body).status_code == 422


def test_a_reason_that_is_too_long_is_too_large(client: TestClient, agent: dict[str, str], waiting: str) -> None:
    given = {"to": "manager", "reason": "x" * 1_001}
    assert client.post(f"/api/conversations/{waiting}/escalation", headers=agent, json=given).status_code == 413


def test_strangers_pass_no_door(client: TestClient, customer: dict[str, str], waiting: str) -> None:
    for headers in ({}, customer):
        assert client.get("/api/offers", headers=headers).status_code == 401
        assert client.get(f"/api/conversations/{waiting}/routing", headers=headers).status_code == 401
        assert client.post(f"/api/conversations/{waiting}/acceptance", headers=headers).status_code == 401


DOORS: tuple[tuple[str, dict[str, Any] | None], ...] = (
    ("acceptance", None),
    ("refusal", {}),
    ("take", None),
    ("pass", {"to": "agent@example.com", "reason": "x"}),
    ("escalation", {"to": "manager", "reason": "x"}),
    ("move", {"channel": "sms", "address_kind": "phone", "address": "+447700900999", "text": "Hi", "reason": "x"}),
)


def test_another_team_s_people_pass_no_door_and_ours_none_of_theirs(
    client: TestClient, agent: dict[str, str], parts: Parts, waiting: str
) -> None:
    theirs, now = Scope(team="other"), parts.clock()
    with parts.database.write() as session:
        add_staff(session, theirs, NewStaff("eve@other.example", "Eve", "admin"), now)
        token = issue_token(session, theirs, "eve@other.example", "test", now, timedelta(hours=1))
        incoming = Incoming("email", Handle("email", "vic@other.example"), "Where is my parcel?", now)
        conversation = receive(session, theirs, incoming, now).conversation
    route(parts, now)
    for door, body in DOORS:
        eve = client.post(
            f"/api/conversations/{waiting}/{door}", headers={"Authorization": f"Bearer {token}"}, json=body
        )
        assert (eve.status_code, eve.json()["error"]) == (401, "not_logged_in"), door
        ours = client.post(f"/api/conversations/{conversation}/{door}", headers=agent, json=body)
        assert (ours.status_code, ours.json()["error"]) == (404, "not_found"), door
    assert len(client.get("/api/offers", headers=agent).json()["offers"]) == 1  # theirs is offered to nobody here
    assert client.get(f"/api/conversations/{waiting}", headers=agent).json()["owner"] is None


def test_what_is_not_there(client: TestClient, agent: dict[str, str], tokens: dict[str, str]) -> None:
    for path in ("acceptance", "refusal"):
        assert client.post(f"/api/conversations/{'0' * 32}/{path}", headers=agent, json={}).status_code == 404
    assert client.get(f"/api/conversations/{'0' * 32}/routing", headers=agent).status_code == 404


def test_a_broken_plan_stops_the_start(parts: Parts) -> None:
    broken = parts.settings.model_copy(update={"service_plan": parts.settings.data_dir / "none.yaml"})
    with pytest.raises(Rejected, match=r"none\.yaml"):
        Parts(broken, parts.database, parts.scope, parts.search, parts.assistant)
