"""Articles and search: whoever is no colleague never meets an internal one."""

import pytest
from fastapi.testclient import TestClient

HEADERS = dict[str, str]
pytestmark = pytest.mark.usefixtures("library")


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
