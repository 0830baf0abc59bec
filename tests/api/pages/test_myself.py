"""A colleague's own page: said states reach routing, the month's question is asked once, and others see neither."""

import pytest
from fastapi.testclient import TestClient

from api.parts import Parts
from handoff.agents.agent import agent_of
from knowledge.staff.people import list_staff
from knowledge.staff.pulse import pulses


def test_what_i_say_counts_at_once(client: TestClient, agent: dict[str, str], parts: Parts) -> None:
    assert "You have said nothing so far" in client.get("/console/me", headers=agent).text
    assert client.post("/console/me/state", headers=agent, data={"state": "away"}).status_code in (200, 303)
    with parts.database.read() as session:
        [me] = [one for one in list_staff(session, parts.scope) if one.role == "agent"]
    assert (me.state, agent_of(me).away) == ("away", True)
    assert 'value="away" required checked' in client.get("/console/me", headers=agent).text
    assert client.put("/api/me/state", headers=agent, json={"state": "available"}).json() == {"state": "available"}
    assert 'value="available" required checked' in client.get("/console/me", headers=agent).text


@pytest.mark.parametrize("state", ["asleep", "", "AWAY", "x" * 10_000])
def test_no_other_state(client: TestClient, agent: dict[str, str], state: str) -> None:
    assert client.put("/api/me/state", headers=agent, json={"state": state}).status_code in (400, 422)
    assert client.post("/console/me/state", headers=agent, data={"state": state}).status_code in (400, 422)


def test_the_month_s_question_is_asked_once(client: TestClient, agent: dict[str, str], parts: Parts) -> None:
    assert "How content are you" in client.get("/console/me", headers=agent).text
    for wrong in ("6", "0", "many", ""):
        assert client.post("/console/me/pulse", headers=agent, data={"score": wrong}).status_code in (400, 422)
    assert client.post("/console/me/pulse", headers=agent, data={"score": "4"}).status_code in (200, 303)
    assert "You have answered this month" in client.get("/console/me", headers=agent).text
    assert client.post("/console/me/pulse", headers=agent, data={"score": "1"}).status_code == 409
    with parts.database.read() as session:
        assert list(pulses(session, parts.scope).values()) == [[4]]


def test_strangers_say_nothing(client: TestClient) -> None:
    assert client.put("/api/me/state", json={"state": "away"}).status_code == 401
    assert client.post("/console/me/pulse", data={"score": "1"}).status_code in (401, 303)
