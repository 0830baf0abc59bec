"""The queues at the doors: figures for agents, bounds checked, a page that escapes and draws."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.pages.load import bars, spell
from knowledge.customers.entries import Entry


def test_agents_see_the_queues(client: TestClient, agent: dict[str, str], arrive: Callable[..., Entry]) -> None:
    assert client.get("/api/load", headers=agent).json() == {"queues": []}
    for number in range(3):
        arrive("Where is my parcel?", f"p{number}@example.com")
    (mail,) = client.get("/api/load", headers=agent).json()["queues"]
    assert (mail["queue"], mail["backlog"], mail["arrivals"]) == ("email", 3, 3)
    page = client.get("/console/load", headers=agent)
    assert page.status_code == 200
    assert "E-mail" in page.text
    assert "<svg" in page.text
    assert "<html" not in client.get("/console/load/gauges", headers=agent).text


def test_the_outlook_has_as_many_hours_as_asked(client: TestClient, agent: dict[str, str]) -> None:
    hours: list[dict[str, Any]] = client.get("/api/load/chat?hours=5", headers=agent).json()["hours"]
    assert [hour["weeks"] for hour in hours] == [0] * 5
    for bad in ("/api/load/chat?hours=0", "/api/load/chat?hours=999", "/api/load/..%2Fx%20y"):
        assert client.get(bad, headers=agent).status_code in (404, 422)


def test_nobody_else_sees_them(client: TestClient, customer: dict[str, str]) -> None:
    assert client.get("/api/load").status_code == 401
    assert client.get("/api/load", headers=customer).status_code == 401


def test_a_queue_without_anybody_has_no_end(
    client: TestClient, tokens: dict[str, str], parts: Any, arrive: Callable[..., Entry]
) -> None:
    from knowledge.staff.people import _row

    with parts.database.write() as session:
        for role in tokens:
            row = _row(session, parts.scope, f"{role}@example.com")
            assert row is not None
            row.active = role != "agent"
    arrive("Hello?")
    manager = {"Authorization": f"Bearer {tokens['manager']}"}
    (mail,) = client.get("/api/load", headers=manager).json()["queues"]
    assert mail["wait"] is None
    assert mail["peak"]["on"]
    assert "no end in sight" in client.get("/console/load", headers=manager).text


@pytest.mark.parametrize(
    ("seconds", "words"), [(40, "40 s"), (300, "5 min"), (7_200, "2 h"), (float("inf"), "no end in sight")]
)
def test_waits_are_spelt_for_people(seconds: float, words: str) -> None:
    assert spell(seconds) == words


def test_bars_fit_the_picture() -> None:
    drawn = bars([0.0, 5.0, 10.0], [2.0, None, 4.0])
    assert [bar.high for bar in drawn] == [False, False, True]
    assert all(0 <= bar.y <= 120 and bar.height <= 120 for bar in drawn)
    assert bars([], []) == []
