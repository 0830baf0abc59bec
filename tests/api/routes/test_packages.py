"""The handoff package over HTTP, in the console and at the terminal."""

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient

from knowledge.customers.entries import Entry

HEADERS = dict[str, str]


@pytest.fixture
def conversation(arrive: Callable[..., Entry]) -> str:
    return str(arrive("I need a pole for <b>order</b> TF-10422.").conversation)


def test_reading_writes_nothing_and_opening_is_an_entry(client: TestClient, agent: HEADERS, conversation: str) -> None:
    address = f"/api/conversations/{conversation}"
    package = client.get(f"{address}/package", headers=agent).json()
    assert "TF-10422" in package["issue"]
    assert package["words"] <= 150
    kinds = [one["kind"] for one in client.get(f"{address}/timeline", headers=agent).json()["entries"]]
    assert "package_opened" not in kinds
    assert client.post(f"{address}/package", headers=agent).json() == package
    opened = client.get(f"{address}/timeline", headers=agent).json()["entries"][-1]
    assert (opened["kind"], opened["payload"]["author"]) == ("package_opened", "agent@example.com")


def test_the_console_shows_it_above_the_timeline_and_escapes_what_customers_wrote(
    client: TestClient, agent: HEADERS, conversation: str
) -> None:
    page = client.get(f"/console/conversations/{conversation}", headers=agent).text
    assert page.index("Handoff package") < page.index('id="entries"')
    assert "<b>order</b>" not in page
    client.post(f"/api/conversations/{conversation}/package", headers=agent)
    assert (
        "opened the handoff package"
        in client.get(f"/console/conversations/{conversation}/timeline", headers=agent).text
    )
    part = client.get(f"/console/conversations/{conversation}/package", headers=agent)
    assert part.status_code == 200


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_it_needs_a_login_and_a_conversation(
    client: TestClient, agent: HEADERS, conversation: str, method: str
) -> None:
    assert client.request(method, f"/api/conversations/{conversation}/package").status_code == 401
    missing = client.request(method, f"/api/conversations/{'0' * 32}/package", headers=agent)
    assert missing.status_code == 404
    assert missing.json()["message"]
