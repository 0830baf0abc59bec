"""Background work over HTTP: what failed for good is seen by managers and asked for again."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from fastapi.testclient import TestClient

from api.parts import Parts
from knowledge.customers.entries import Entry
from knowledge.customers.erasure import Wish, erase
from knowledge.work import letters, marks
from knowledge.work.letters import Failed
from tests.api.conftest import _bearer


@pytest.fixture
def manager(tokens: dict[str, str]) -> dict[str, str]:
    return _bearer(tokens["manager"])


def _bury(parts: Parts, subject: str, reason: str = "<b>ana@example.com</b> was refused.") -> letters.Letter:
    now = datetime.now(UTC)
    with parts.database.write() as session:
        marks.beat(session, "host:1:x", now)
        marks.begin_run(session, parts.scope, "retain", now - now, now)
        return letters.bury(session, parts.scope, Failed("deliver", subject, reason, 6), now)


def test_a_letter_is_shown_and_replayed_once(
    parts: Parts, client: TestClient, manager: dict[str, str], agent: dict[str, str]
) -> None:
    letter = _bury(parts, "x")
    shown = client.get("/api/work", headers=manager).json()
    assert [one["name"] for one in shown["workers"]] == ["host:1:x"]
    assert [one["id"] for one in shown["letters"]] == [letter.id]
    assert shown["runs"][0]["outcome"] == ""
    for _ in range(2):
        again = client.post(f"/api/work/letters/{letter.id}/replay", headers=manager)
        assert (again.status_code, again.json()["replays"]) == (200, 1)
    assert client.post(f"/api/work/letters/{'0' * 32}/replay", headers=manager).status_code == 404
    assert client.get("/api/work", headers=agent).status_code == 403


def test_the_console_shows_it_escaped_with_a_button(parts: Parts, client: TestClient, manager: dict[str, str]) -> None:
    letter = _bury(parts, "x")
    page = client.get("/console/work", headers=manager).text
    assert "&lt;b&gt;ana@example.com" in page
    pressed = client.post(f"/console/work/letters/{letter.id}/replay", headers=manager)
    assert (pressed.status_code, pressed.headers["location"]) == (303, "/console/work")
    assert "Asked for" in client.get("/console/work", headers=manager).text


def test_letters_about_a_forgotten_person_go(parts: Parts, arrive: Callable[..., Entry]) -> None:
    entry = arrive("hello")
    _bury(parts, entry.id)
    _bury(parts, "of nobody", "kept")
    with parts.database.write() as session:
        told = erase(session, parts.scope, Wish(entry.customer, "x", "request"), (letters.ERASER,), datetime.now(UTC))
        assert told["erased"]["knowledge.work"]["dead letters"] == 1
        assert [one.reason for one in letters.list_letters(session, parts.scope)] == ["kept"]
