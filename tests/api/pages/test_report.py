"""The report's page and files: for managers, complete in itself, harmless in a spreadsheet."""

import csv
import io
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient

from api.parts import Parts
from knowledge.customers.entries import Entry
from knowledge.staff.people import list_staff
from knowledge.staff.training import Training, keep_training
from tests.conftest import NOW


@pytest.fixture
def manager(tokens: dict[str, str]) -> dict[str, str]:
    return {"Authorization": f"Bearer {tokens['manager']}"}


def test_managers_see_it_and_agents_do_not(client: TestClient, agent: dict[str, str], manager: dict[str, str]) -> None:
    assert client.get("/console/report", headers=manager).status_code == 200
    assert client.get("/console/report", headers=agent).status_code == 403
    assert client.get("/console/report/file", headers=agent).status_code == 403


def test_the_file_needs_nothing_else_and_escapes_what_customers_wrote(
    client: TestClient, manager: dict[str, str], arrive: Callable[..., Entry]
) -> None:
    for number in range(4):
        arrive(text="<script>alert(1)</script> my parcel is lost", email=f"c{number}@example.org")
    page = client.get("/console/report/file?days=30", headers=manager)
    assert page.headers["content-disposition"].endswith('.html"')
    assert "<script" not in page.text
    assert not re.search(r"""(?:src|href)=["']?(?:https?:)?//""", page.text)
    assert "Customer support report" in page.text


def test_numbers_as_csv_and_json(client: TestClient, manager: dict[str, str]) -> None:
    rows = list(csv.DictReader(io.StringIO(client.get("/console/report/file?form=csv", headers=manager).text)))
    assert {"cross_channel_resolution", "nps", "first_response"} <= {row["name"] for row in rows}
    told = client.get("/console/report/file?form=json", headers=manager).json()
    assert told["headline"] == ["Too few cases to tell whether anything changed."]


@pytest.mark.parametrize("query", ["days=0", "days=9999", "days=x", "form=exe"])
def test_other_questions_are_refused(client: TestClient, manager: dict[str, str], query: str) -> None:
    assert client.get(f"/console/report/file?{query}", headers=manager).status_code == 422


def test_training_scores_stand_below_with_before_and_after(
    client: TestClient, manager: dict[str, str], parts: Parts
) -> None:
    assert "Training of colleagues" not in client.get("/console/report", headers=manager).text
    with parts.database.write() as session:
        email = list_staff(session, parts.scope)[0].email
        for day, met in ((1, 1), (2, 2)):
            rubric = {"opened_package": (met, 2), "cited": (2, 2), "in_time": (2, 2)}
            keep_training(session, parts.scope, Training(email, NOW + timedelta(days=day), 2, day, rubric))
    page = client.get("/console/report", headers=manager).text.split("Training of colleagues")[1]
    assert email in page
    assert re.findall(r"<td>(.*?)</td>", page)[:5] == ["2", "83 %", "100 %", "passed", "–"]
