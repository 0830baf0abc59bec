"""What a customer already told us, read and put right over HTTP."""

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient

from knowledge.customers.entries import Entry

HEADERS = dict[str, str]


@pytest.fixture
def address(arrive: Callable[..., Entry]) -> str:
    return f"/api/customers/{arrive('My order TF-10422 is missing a pole.').customer}/facts"


def test_facts_name_their_message_and_a_correction_holds(client: TestClient, agent: HEADERS, address: str) -> None:
    facts = client.get(address, headers=agent).json()["facts"]
    order = next(one for one in facts if one["type"] == "reference")
    assert (order["value"], order["owner"], order["status"]) == ("tf-10422", "customer", "current")
    fixed = {"type": "reference", "value": "tf-10422", "to": "TF-10424"}
    entry = client.post(f"{address}/corrections", headers=agent, json=fixed)
    assert entry.status_code == 201
    assert entry.json()["payload"]["source"] == order["sources"][0]
    again = client.get(address, headers=agent).json()["facts"]
    assert [(one["text"], one["corrected_by"]) for one in again if one["type"] == "reference"] == [
        ("TF-10424", "agent@example.com")
    ]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"type": "reference", "value": "tf-9", "to": "x"}, 404),
        ({"type": "spell", "value": "tf-10422", "to": "x"}, 422),
        ({"type": "reference", "value": "tf-10422", "to": "x" * 400}, 422),
        ({"type": "reference", "value": "tf-10422", "to": "TF-10422"}, 422),
        ({"type": "reference", "value": "tf-10422", "to": "ok", "more": 1}, 422),
    ],
)
def test_a_correction_that_cannot_be_is_refused_with_its_reason(
    client: TestClient, agent: HEADERS, address: str, body: dict[str, object], status: int
) -> None:
    answer = client.post(f"{address}/corrections", headers=agent, json=body)
    assert answer.status_code == status
    assert answer.json()["message"]


def test_the_card_shows_a_fact_with_a_way_to_its_message(
    client: TestClient, agent: HEADERS, arrive: Callable[..., Entry]
) -> None:
    entry = arrive("My order <b>TF-10422</b> is missing a pole.")
    page = client.get(f"/console/conversations/{entry.conversation}/customer", headers=agent).text
    assert f'href="#e-{entry.seq}"' in page
    assert "Already told us" in page
    assert "<b>TF-10422" not in page


def test_facts_need_a_login(client: TestClient, address: str) -> None:
    assert client.get(address).status_code == 401
