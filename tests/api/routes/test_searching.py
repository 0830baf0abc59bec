"""Customers are found by what is known of them, and what was said with one of them by words and by meaning."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from fastapi.testclient import TestClient

from api.parts import Parts
from knowledge.customers import timeline
from knowledge.customers.entries import Entry, Handle
from knowledge.customers.inbox import Incoming, receive
from knowledge.customers.record import NewCustomer, save_customer
from knowledge.customers.record_entries import AccountRecorded
from knowledge.customers.timeline import NewEntry
from knowledge.ids import CustomerId

Arrive = Callable[..., Entry]
NASTY = "<script>alert(1)</script> the zip is broken"


@pytest.fixture
def told(parts: Parts, arrive: Arrive) -> str:
    """Ana wrote twice; Bo has attributes and never wrote."""
    customer = arrive(NASTY).customer
    arrive("Where is my refund?")
    with parts.database.write() as session:
        attributes = {"plan": "Basic", "tags": ["vip"]}
        save_customer(session, parts.scope, NewCustomer("bo", name="Bo", attributes=attributes), datetime.now(UTC))
    return customer


def test_a_history_is_searched(client: TestClient, agent: dict[str, str], told: str) -> None:
    address = f"/api/customers/{told}/search"
    answer = client.get(address, params={"words": "zips"}, headers=agent).json()
    assert answer["found"][0]["excerpt"] == NASTY
    assert answer["found"][0]["entry"]["payload"]["text"] == NASTY
    assert answer["complete"] is True
    (found,) = client.get(address, params={"words": "give me the money back", "how": "meaning"}, headers=agent).json()[
        "found"
    ]
    assert (found["excerpt"], found["word_rank"], found["literal"]) == ("Where is my refund?", None, False)
    assert client.get(address, params={"words": "\0 %"}, headers=agent).json()["found"] == []


def test_bad_searches_are_refused(
    client: TestClient, agent: dict[str, str], customer: dict[str, str], told: str
) -> None:
    address = f"/api/customers/{told}/search"
    assert client.get(address, headers=agent).status_code == 422
    assert client.get(address, params={"words": "x" * 1_001}, headers=agent).status_code == 422
    assert client.get(address, params={"words": "x", "how": "magic"}, headers=agent).status_code == 422
    assert client.get(f"/api/customers/{'0' * 32}/search", params={"words": "x"}, headers=agent).status_code == 404
    assert client.get(address, params={"words": "x"}, headers=customer).status_code in {401, 403}


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ({}, ["Bo", "ana@example.com"]),
        ({"words": "ana"}, ["ana@example.com"]),
        ({"attribute": "plan=Basic"}, ["Bo"]),
        ({"attribute": ["plan=Basic", "plan=Plus"]}, []),
        ({"tag": "vip"}, ["Bo"]),
        ({"health": "green"}, ["ana@example.com"]),  # an open issue of today, and nothing else known
        ({"since": "2020-01-01T00:00:00Z"}, ["ana@example.com"]),
        ({"until": "2020-01-01T00:00:00+01:00"}, []),
        ({"sort": "contact"}, ["ana@example.com", "Bo"]),
    ],
)
def test_customers_are_listed(
    client: TestClient, agent: dict[str, str], told: str, asked: dict[str, str], names: list[str]
) -> None:
    answer = client.get("/api/customers", params=asked, headers=agent).json()
    assert [one["name"] for one in answer["customers"]] == names
    assert answer["next"] is None
    assert told


@pytest.mark.parametrize(
    "asked",
    [{"attribute": "plan"}, {"attribute": "=x"}, {"health": "blue"}, {"since": "yesterday"}, {"since": "2026-01-01"}],
)
def test_bad_lists_are_refused(client: TestClient, agent: dict[str, str], asked: dict[str, str]) -> None:
    assert client.get("/api/customers", params=asked, headers=agent).status_code in {400, 422}


def test_the_console_searches_and_narrows(client: TestClient, agent: dict[str, str], told: str) -> None:
    page = client.get(f"/console/customers/{told}/search", params={"words": "zip"}, headers=agent).text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; the zip is broken" in page
    assert "<script>alert" not in page
    empty = client.get(f"/console/customers/{told}/search", params={"words": '"><b>'}, headers=agent).text
    assert "<b>" not in empty
    assert "Nothing in this history fits" in empty
    assert f'action="/console/customers/{told}/search"' in client.get(f"/console/customers/{told}", headers=agent).text
    form = {"q": "", "attribute": "plan=Basic", "tag": "", "health": "", "since": "", "until": "", "sort": "name"}
    narrowed = client.get("/console/customers", params=form, headers=agent).text
    assert ("Bo" in narrowed, "ana@example.com" in narrowed) == (True, False)
    healthy = client.get("/console/customers", params={"health": "green"}, headers=agent).text
    assert "band-green" in healthy
    assert client.get("/console/customers", params={"since": "2026-13-45"}, headers=agent).status_code in {400, 422}
    assert client.get("/console/customers", params={"attribute": "plan"}, headers=agent).status_code in {400, 422}


def test_issues_are_put_right_in_the_console(
    client: TestClient, agent: dict[str, str], arrive: Arrive, parts: Parts
) -> None:
    first, now = arrive("The zip is broken"), datetime.now(UTC)
    address = f"/console/customers/{first.customer}"
    assert "There is no other issue." in client.get(address, headers=agent).text
    with parts.database.write() as session:
        posted = Incoming("instagram", Handle("instagram", "@ana"), "A gift card", now, customer=first.customer)
        second = receive(session, parts.scope, posted, now)
    page = client.get(address, headers=agent).text
    assert f'data-ask="/api/conversations/{second.conversation}/issue"' in page
    assert f'<option value="{first.conversation}">' in page
    assert "An issue of its own" not in page
    moved = {"issue": first.conversation}  # what the form sends
    assert client.put(f"/api/conversations/{second.conversation}/issue", json=moved, headers=agent).status_code == 200
    page = client.get(address, headers=agent).text
    assert page.count("An issue of its own") == 2
    assert client.put(f"/api/conversations/{second.conversation}/issue", json={}, headers=agent).status_code == 200
    assert "An issue of its own" not in client.get(address, headers=agent).text


def test_a_preference_is_written_down(client: TestClient, agent: dict[str, str], told: str) -> None:
    address = f"/api/customers/{told}/preferences"
    answer = client.put(address, json={"name": " channel ", "value": "<b>mail</b>"}, headers=agent)
    assert answer.json()["preferences"] == {"channel": "<b>mail</b>"}
    page = client.get(f"/console/customers/{told}", headers=agent).text
    assert "Prefers channel: &lt;b&gt;mail&lt;/b&gt;" in page
    assert client.put(address, json={"name": "channel", "value": ""}, headers=agent).json()["preferences"] == {}
    for bad in ({"name": "", "value": "x"}, {"name": "a" * 101, "value": "x"}, {"name": "a", "value": 5}, {}):
        assert client.put(address, json=bad, headers=agent).status_code in {413, 422}
    missing = f"/api/customers/{'0' * 32}/preferences"
    assert client.put(missing, json={"name": "a", "value": "b"}, headers=agent).status_code == 404


def test_completeness_is_shown(client: TestClient, agent: dict[str, str], told: str) -> None:
    answer = client.get("/api/completeness", headers=agent).json()
    assert (answer["customers"], answer["complete"]) == (2, 0)
    assert [one["filled"] for one in answer["fields"] if one["field"] == "email"] == [1]
    assert "0 of 2 customers" in client.get("/console/completeness", headers=agent).text
    assert told


def test_where_a_customer_stands_is_shown(client: TestClient, parts: Parts, agent: dict[str, str], told: str) -> None:
    account = AccountRecorded("a1", "Tent care", "active")
    with parts.database.write() as session:
        now = datetime.now(UTC)
        timeline.append(session, parts.scope, NewEntry(CustomerId(told), account, now), now)
    answer = client.get(f"/api/customers/{told}/standing", headers=agent).json()
    assert [one["account"] for one in answer["accounts"]] == ["a1"]
    assert [one["conversations"] for one in answer["channels"]] == [1]
    assert (answer["satisfaction"], answer["health"]["score"] >= 0) == ([], True)
    assert client.get(f"/api/customers/{'0' * 32}/standing", headers=agent).status_code == 404
