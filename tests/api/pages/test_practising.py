"""The page of the training: for everybody on the staff, empty at first, and nothing goes where nothing was begun."""

import pytest
from fastapi.testclient import TestClient

from api.parts import Parts
from evals.simulation.exercise import RUBRIC
from knowledge.staff.people import list_staff
from knowledge.staff.training import Training, keep_training
from tests.conftest import NOW


def test_nothing_was_begun(client: TestClient, agent: dict[str, str]) -> None:
    page = client.get("/console/training", headers=agent)
    assert page.status_code == 200
    assert "Begin with 3 customers" in page.text
    assert "What you reached" not in page.text
    for what in ("package", "suggestion", "end"):
        assert client.post(f"/console/training/{what}", headers=agent).status_code == 404
    assert client.post("/console/training/reply", headers=agent, data={"text": "Hello"}).status_code == 404
    assert client.post("/console/training/reply", headers=agent).status_code == 422


def test_strangers_do_not_practise(client: TestClient) -> None:
    assert client.post("/console/training").status_code in (401, 303)


@pytest.mark.parametrize(("met", "standing"), [(5, "passed"), (3, "attention"), (2, "failed")])
def test_what_was_reached_is_one_s_own(
    client: TestClient, agent: dict[str, str], tokens: dict[str, str], parts: Parts, met: int, standing: str
) -> None:
    with parts.database.write() as session:
        [email] = [one.email for one in list_staff(session, parts.scope) if one.role == "agent"]
        rubric = {name: (int(place < met), 1) for place, name in enumerate(RUBRIC)}
        keep_training(session, parts.scope, Training(email, NOW, 1, 1, rubric))
    assert f": {standing}" in client.get("/console/training", headers=agent).text
    other = {"Authorization": f"Bearer {tokens['manager']}"}
    assert "What you reached" not in client.get("/console/training", headers=other).text
