"""The table of access: every route is in it, and it is true."""

from collections.abc import Iterator
from contextlib import AbstractContextManager

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from fastapi.testclient import TestClient

from api import access
from api.access import ANYONE, TABLE, check_table, doors
from api.parts import Parts
from evals.simulation.practice import Practice, Room
from knowledge.failures import Unavailable

NOBODY_HAS_IT = "0" * 32
# Streams that do not end by themselves; their refusals are tested all the same.
ENDLESS = {
    "/api/live",
    "/api/chat/live",
    "/api/conversations/live",
    "/api/chat/presence/live",
    "/api/conversations/{conversation}/presence/live",
}


def closed(*_: object) -> AbstractContextManager[Practice]:
    raise Unavailable("No shop is opened here.")


def walk(app: FastAPI) -> Iterator[tuple[str, str]]:
    for route in iter_route_contexts(app.routes):
        yield from doors(route)


def test_table_and_routes_are_the_same(app: FastAPI) -> None:
    assert sorted(walk(app)) == sorted(TABLE)


def test_every_role_passes_exactly_where_the_table_says(
    app: FastAPI, client: TestClient, tokens: dict[str, str], customer: dict[str, str]
) -> None:
    app.state.practice = Room(closed)  # a shop to practise in is a server of its own
    staff = {role: {"Authorization": f"Bearer {token}"} for role, token in tokens.items()}
    carried: dict[str, dict[str, str]] = {"anonymous": {}, "customer": customer, **staff}
    wrong = []
    for method, path in walk(app):
        allowed = TABLE[method, path]
        for role, headers in carried.items():
            if (role in allowed and path in ENDLESS) or path == "/logout":
                continue
            status = client.request(method, _fill(path), headers=headers).status_code
            if (status in (401, 403)) == (role in allowed):
                wrong.append((method, path, role, status))
    assert wrong == []


def _fill(path: str) -> str:
    return "/".join(NOBODY_HAS_IT if step.startswith("{") else step for step in path.split("/"))


def test_a_route_that_is_missing_from_the_table_stops_the_start(app: FastAPI) -> None:
    app.add_api_route("/api/forgotten", lambda: None, methods=["GET"])
    with pytest.raises(LookupError, match="GET /api/forgotten"):
        check_table(app)


def test_a_closed_row_for_what_is_not_checked_stops_the_start(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(TABLE, ("GET", "/openapi.json"), access.ADMIN)
    with pytest.raises(LookupError, match=r"/openapi.json is closed"):
        check_table(app)


def test_roles_contain_each_other() -> None:
    assert access.ADMIN < access.MANAGER < access.AGENT < ANYONE
    assert not access.AGENT & access.CUSTOMER


def test_a_staff_cookie_opens_no_chat_and_a_chat_token_no_console(
    client: TestClient, agent: dict[str, str], customer: dict[str, str]
) -> None:
    assert client.get("/api/chat/messages", headers=agent).status_code == 401
    assert client.get("/api/conversations", headers=customer).status_code == 401


def test_too_small_a_role_is_told_so(client: TestClient, agent: dict[str, str]) -> None:
    answer = client.post("/api/events", headers=agent, json=[])
    assert answer.status_code == 403
    assert "manager" in answer.json()["message"]


def test_a_wrong_token_is_refused_wherever_it_is_shown(client: TestClient) -> None:
    for token in ("x", "chat_x.99", "chat_x.9999999999", "chat_x.²", "ü"):
        answer = client.get("/api/articles", headers={"Authorization": f"Bearer {token}".encode()})
        assert answer.status_code == 401, token
        assert answer.headers["www-authenticate"] == "Bearer"


def test_a_stale_cookie_is_no_cookie(client: TestClient) -> None:
    client.cookies.set("threadline_staff", "stale")
    assert client.get("/api/articles").status_code == 200
    assert client.get("/api/me").status_code == 401


def test_a_colleague_who_left_is_out_at_once(client: TestClient, agent: dict[str, str], parts: Parts) -> None:
    from sqlalchemy import update

    from knowledge.staff.tables import StaffRow

    assert client.get("/api/me", headers=agent).status_code == 200
    with parts.database.write() as session:
        session.execute(update(StaffRow).values(active=False))
    assert client.get("/api/me", headers=agent).status_code == 401
