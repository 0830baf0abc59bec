"""Articles and search: whoever is no colleague never meets an internal one."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.parts import Parts
from knowledge.library.ingest import IngestPlan, ingest
from knowledge.library.sources import Place, note_failed
from knowledge.library.visibility import VisibilityRules

HEADERS = dict[str, str]
pytestmark = pytest.mark.usefixtures("library")


@pytest.fixture
def stove(library: None, parts: Parts, tmp_path: Path) -> None:
    """One more article, of a product."""
    folder = tmp_path / "more"
    folder.mkdir()
    (folder / "stove.md").write_text("---\nproduct: Ember\n---\n# Stoves\n\nCheck the hose of a gas stove each year.")
    plan = IngestPlan(datetime.now(UTC), VisibilityRules(default="public"))
    ingest(parts.database, parts.scope, [folder], plan, parts.search.embedder)
    parts.search.refresh()


def test_internal_articles_exist_for_staff_only(client: TestClient, agent: HEADERS, customer: HEADERS) -> None:
    everything = client.get("/api/articles", headers=agent).json()["articles"]
    assert {article["title"] for article in everything} == {"Returns", "Delivery", "Internal goodwill"}
    internal = next(article for article in everything if article["visibility"] == "internal")
    assert "zebra" in client.get(f"/api/articles/{internal['id']}", headers=agent).json()["text"]
    for headers in ({}, customer):
        listed = client.get("/api/articles", headers=headers).json()["articles"]
        assert {article["title"] for article in listed} == {"Returns", "Delivery"}
        hidden = client.get(f"/api/articles/{internal['id']}", headers=headers)
        missing = client.get(f"/api/articles/{'0' * 32}", headers=headers)
        assert (hidden.status_code, hidden.json()) == (404, missing.json())
        assert client.get(f"/api/articles/{listed[0]['id']}", headers=headers).status_code == 200


def test_search_finds_internal_passages_for_staff_only(client: TestClient, agent: HEADERS, customer: HEADERS) -> None:
    wanted = {"query": "zebra code for a tent returned late"}
    found = client.post("/api/search", headers=agent, json=wanted).json()["hits"]
    assert found[0]["passage"]["visibility"] == "internal"
    for headers in ({}, customer):
        answer = client.post("/api/search", headers=headers, json=wanted)
        assert answer.json()["hits"]
        assert "zebra" not in answer.text


def test_no_query_breaks_the_search(client: TestClient, agent: HEADERS) -> None:
    for query in ["", "\x00", "( AND OR NOT", '"', "title:* ^2 ~", "🦊" * 4_000, "a " * 1_900, "\\", "text:/.*/"]:
        assert client.post("/api/search", headers=agent, json={"query": query}).status_code == 200


def test_bad_searches_are_refused(client: TestClient) -> None:
    for body in ({"query": "x", "limit": 0}, {"query": "x", "limit": 51}, {"query": "x", "audience": "agent"}, {}):
        assert client.post("/api/search", json=body).status_code == 422
    assert client.post("/api/search", json={"query": "x" * 4_001}).status_code == 413


def test_a_search_is_narrowed_to_what_articles_state(
    client: TestClient, agent: HEADERS, customer: HEADERS, stove: None
) -> None:
    def titles(headers: HEADERS, **narrowed: str) -> set[str]:
        answer = client.post("/api/search", headers=headers, json={"query": "gas stove", **narrowed})
        assert answer.status_code == 200, answer.text
        return {hit["passage"]["title"] for hit in answer.json()["hits"]}

    assert len(titles(agent)) > 1
    assert titles(agent, product="ember", language="en") == titles(customer, product="Ember") == {"Stoves"}
    assert titles(customer, language="de") == titles(customer, product="\0Nothing' OR 1=1 --🦊") == set()
    for body, code in (
        ({"product": "x" * 201}, 413),
        ({"language": "x" * 17}, 413),
        ({"product": ["Ember"]}, 422),
        ({"product": None}, 422),
    ):
        assert client.post("/api/search", json={"query": "x", **body}).status_code == code


def test_an_answer_is_narrowed_to_what_articles_state(client: TestClient, agent: HEADERS, stove: None) -> None:
    asked = {"question": "How often do I check the hose of a gas stove?", "product": "ember", "language": "en"}
    shown = client.post("/api/ask", headers=agent, json=asked).json()
    assert {passage["title"] for passage in shown["passages"]} == {"Stoves"}
    assert shown["narrowed"] == {"product": "ember", "language": "en"}
    refused = client.post("/api/ask", headers=agent, json=asked | {"product": "Glow"})
    assert (refused.status_code, refused.json()["remedy"]) == (422, "There are the products: Ember.")


def test_the_console_narrows_the_library(client: TestClient, agent: HEADERS, stove: None) -> None:
    def page(**asked: str) -> str:
        answer = client.get("/console/library", headers=agent, params=asked)
        assert answer.status_code == 200
        return answer.text

    everything = page()
    assert "<option>Ember</option>" in everything
    assert "Returns" in everything
    for narrowed in (page(product="Ember"), page(q="gas stove", product="Ember")):
        assert "Stoves" in narrowed
        assert "<option selected>Ember</option>" in narrowed
        assert "Returns" not in narrowed
    nothing = page(q="gas stove", product="<script>")
    assert "Nothing found" in nothing
    assert "<script>" not in nothing.partition("<main")[2]
    assert client.get("/console/library", headers=agent, params={"product": "x" * 201}).status_code == 422


def test_colleagues_see_what_came_of_each_source(
    client: TestClient, agent: HEADERS, customer: HEADERS, parts: Parts, stove: None
) -> None:
    def told() -> dict[str, Any]:
        return client.get("/api/sources", headers=agent).json()["sources"][-1]

    for headers, code in (({}, 401), (customer, 401)):
        assert client.get("/api/sources", headers=headers).status_code == code
    source = told()
    assert (source["public"], source["last"]["added"], source["last"]["problem"]) == (1, 1, "")
    note_failed(Place(parts.database, parts.scope, source["name"]), "<b>It</b> is away.", datetime.now(UTC))
    assert told()["last"]["failures"] == 1
    page = client.get("/console/library", headers=agent).text
    assert "&lt;b&gt;It&lt;/b&gt; is away." in page
    assert "1 cannot be read" in page
    assert "1 added, 0 changed, 0 removed" in page
