"""Every failure becomes one shape, and says nothing it should not."""

import logging
import sqlite3

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy.exc import OperationalError

from api import failures
from api.access import ANYONE, TABLE, check_table
from knowledge.failures import Conflict, Failure, NotFound, Rejected, Unavailable


@pytest.mark.parametrize(
    ("failure", "status", "word"),
    [
        (NotFound("Gone."), 404, "not_found"),
        (Conflict("Taken."), 409, "conflict"),
        (Rejected("No."), 422, "rejected"),
        (Unavailable("Down.", "Start it."), 503, "unavailable"),
        (failures.Malformed("?"), 400, "malformed"),
        (failures.NotLoggedIn("Who?"), 401, "not_logged_in"),
        (failures.Forbidden("Not you."), 403, "forbidden"),
        (failures.TooLarge("Long."), 413, "too_large"),
        (failures.TooMany("Slow.", 7), 429, "too_many"),
    ],
)
def test_the_table(failure: Failure, status: int, word: str) -> None:
    found, problem = failures.describe(failure)
    assert (found, problem.error) == (status, word)
    assert (problem.message, problem.remedy) == (failure.message, failure.remedy)


def test_every_expected_failure_has_a_row() -> None:
    kinds = [Failure.__subclasses__(), Rejected.__subclasses__()]
    for kind in (kind for group in kinds for kind in group):
        assert any(base in failures.TABLE for base in kind.__mro__), kind


def test_nothing_here_and_wrong_method_have_the_same_shape(client: TestClient) -> None:
    for answer, status in ((client.get("/nowhere"), 404), (client.delete("/health"), 405)):
        assert answer.status_code == status
        assert set(answer.json()) == {"error", "message", "remedy"}


@pytest.mark.parametrize(("said", "told"), [("database is locked", "busy"), ("host db-7 port 5432 failed", "answer")])
def test_a_database_that_is_busy_or_gone_is_unavailable(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, said: str, told: str
) -> None:
    def broken() -> None:
        raise OperationalError("SELECT 'secret'", {}, sqlite3.OperationalError(f"{said}\nsecret"))

    monkeypatch.setitem(TABLE, ("GET", "/broken"), ANYONE)
    app.add_api_route("/broken", broken)
    check_table(app)
    with TestClient(app, raise_server_exceptions=False) as client:
        answer = client.get("/broken")
    assert (answer.status_code, answer.json()["error"]) == (503, "unavailable")
    assert told in answer.json()["message"]
    assert answer.json()["remedy"]
    assert "db-7" not in answer.text
    assert said in caplog.text
    assert "secret" not in caplog.text


def test_an_unknown_exception_says_nothing_but_a_number(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> None:
        raise RuntimeError("the password is hunter2")

    monkeypatch.setitem(TABLE, ("GET", "/broken/{name}"), ANYONE)
    app.add_api_route("/broken/{name}", broken)
    check_table(app)
    with (
        TestClient(app, raise_server_exceptions=False) as client,
        caplog.at_level(logging.ERROR),
    ):
        answer = client.get("/broken/%1b[31m%0aevil")
    assert answer.status_code == 500
    assert answer.json()["error"] == "internal"
    assert "hunter2" not in answer.text
    number = answer.json()["remedy"].split()[2].rstrip(":")
    assert number in caplog.text
    assert "\x1b" not in caplog.records[0].getMessage()
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_people_see_a_page_and_programs_a_problem(client: TestClient) -> None:
    page = client.get("/console", headers={"Accept": "text/html"})
    assert page.status_code in (303, 401)
    assert "json" not in page.headers.get("content-type", "")
    assert client.get("/console").json()["error"] == "not_logged_in"
    assert client.get("/api/me", headers={"Accept": "text/html"}).json()["error"] == "not_logged_in"
