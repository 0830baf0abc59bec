"""Learning from colleagues over HTTP: looked for, read, approved once; agents and hostile input stay outside."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.parts import Parts
from knowledge.customers import inbox
from knowledge.customers.entries import Handle
from knowledge.customers.inbox import Incoming
from knowledge.ids import CustomerId
from knowledge.library import lessons
from knowledge.library.lessons import Source
from tests.api.conftest import _bearer


@pytest.fixture
def lesson(parts: Parts) -> str:
    """One that waits."""
    with parts.database.write() as session:
        said = ("example", "May a pitched tent come back?", "<script>alert(1)</script> If it is clean, yes.")
        return lessons.propose(session, parts.scope, said, [Source("c1", CustomerId("m1"))], parts.clock())


def test_approved_once_and_found_from_then_on(
    client: TestClient, tokens: dict[str, str], lesson: str, library: None
) -> None:
    lee = _bearer(tokens["manager"])
    assert [one["id"] for one in client.get("/api/lessons", headers=lee).json()["lessons"]] == [lesson]
    said = {"title": "Pitched zebra tents", "text": "A zebra tent comes back clean.", "visibility": "public"}
    done = client.post(f"/api/lessons/{lesson}/approval", headers=lee, json=said)
    assert (done.status_code, done.json()["state"]) == (200, "approved")
    assert client.post(f"/api/lessons/{lesson}/approval", headers=lee, json=said).status_code == 409
    assert client.post(f"/api/lessons/{lesson}/refusal", headers=lee).status_code == 409
    hits = client.post("/api/search", json={"query": "zebra tent clean"}).json()["hits"]
    assert hits[0]["passage"]["title"] == "Pitched zebra tents"
    assert client.get("/api/lessons", headers=lee).json() == {"lessons": []}


def test_looking_twice_finds_nothing_new(client: TestClient, tokens: dict[str, str], parts: Parts) -> None:
    with parts.database.write() as session:
        for number in range(2):
            who = Handle("email", f"p{number}@example.org")
            inbox.receive(
                session, parts.scope, Incoming("email", who, "Do you sell kayaks?", parts.clock()), parts.clock()
            )
    lee = _bearer(tokens["manager"])
    for one in client.get("/api/conversations", headers=lee).json()["conversations"]:
        client.post(f"/api/conversations/{one['id']}/suggestions", headers=lee)
    assert [client.post("/api/lessons", headers=lee, json={}).json()["added"] for _ in range(2)] == [1, 0]
    (gap,) = client.get("/api/lessons", headers=lee).json()["lessons"]
    assert (gap["kind"], gap["conversations"], gap["answer"]) == ("gap", 2, "")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"title": "a", "text": "b" * 9_000}, 413),
        ({"title": "", "text": "boots"}, 422),
        ({"title": "a", "text": "…"}, 422),
        ({"title": "a", "text": "boots", "visibility": "secret"}, 422),
        ({"title": "a", "text": "boots", "more": 1}, 422),
        ({}, 422),
    ],
)
def test_no_article_of_it(
    client: TestClient, tokens: dict[str, str], lesson: str, body: dict[str, Any], status: int
) -> None:
    answer = client.post(f"/api/lessons/{lesson}/approval", headers=_bearer(tokens["manager"]), json=body)
    assert answer.status_code == status, answer.text


def test_only_managers_and_only_lessons_that_are_there(client: TestClient, tokens: dict[str, str], lesson: str) -> None:
    assert client.get("/api/lessons").status_code == 401
    assert client.get("/api/lessons", headers=_bearer(tokens["agent"])).status_code == 403
    assert client.post(f"/api/lessons/{lesson}/refusal", headers=_bearer(tokens["agent"])).status_code == 403
    assert client.post(f"/api/lessons/{'0' * 32}/refusal", headers=_bearer(tokens["manager"])).status_code == 404


def test_the_page_escapes_what_customers_and_colleagues_wrote(
    client: TestClient, tokens: dict[str, str], lesson: str
) -> None:
    page = client.get("/console/learning", headers=_bearer(tokens["manager"])).text
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page


def test_the_page_says_where_it_was_read_what_is_there_already_and_what_became_of_it(
    client: TestClient, tokens: dict[str, str], lesson: str, library: None, parts: Parts
) -> None:
    lee = _bearer(tokens["manager"])
    page = client.get("/console/learning", headers=lee).text
    assert "/console/conversations/c1" in page
    assert "may say it already" not in page
    said = {"title": "May a pitched tent come back?", "text": "If it is clean, yes.", "visibility": "internal"}
    done = client.post(f"/console/learning/{lesson}/yes", headers=lee, data=said, follow_redirects=False)
    assert done.headers["location"] == f"/console/learning?done={lesson}"
    assert "an article now</a>" in client.get(done.headers["location"], headers=lee).text
    with parts.database.write() as session:
        again = ("example", "May a tent that was pitched come back?", "Yes.")
        other = lessons.propose(session, parts.scope, again, [Source("c2", CustomerId("m1"))], parts.clock())
    page = client.get("/console/learning?found=1", headers=lee).text
    assert "1 new one." in page
    assert "may say it already" in page
    assert "(agents only)" in page
    refused = client.post(f"/console/learning/{other}/no", headers=lee, follow_redirects=True)
    assert "Nothing is learnt from “May a tent that was pitched come back?”" in refused.text
    assert client.get(f"/console/learning?done={'0' * 32}", headers=lee).status_code == 200
    assert client.get("/console/learning?done=<script>", headers=lee).status_code == 422
    looked = client.post("/console/learning", headers=lee, follow_redirects=False)
    assert looked.headers["location"] == "/console/learning?found=0"
