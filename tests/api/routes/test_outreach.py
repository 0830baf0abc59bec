"""Outreach over HTTP: managers see and settle proposals, the signed link stops, nobody else's does."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.outreach.outreaching import customer_of, open_campaign, stop_link
from api.parts import Parts
from api.worker.outreach import hear_stop, reach_out
from knowledge.customers import remaining, timeline
from knowledge.customers.consent import consents_of
from knowledge.customers.entries import Handle, OrderRecorded
from knowledge.customers.inbox import Incoming, receive
from knowledge.customers.record import KnownHandle, NewCustomer, save_customer
from knowledge.customers.timeline import NewEntry
from knowledge.ids import CustomerId
from tests.api.conftest import _bearer

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
MAIL = Handle("email", "maya@example.org")
YAML = """
sender: {name: Tarnfell}
triggers:
  - {name: late, when: {kind: delivery_late}, purpose: service, channels: [email], subject: Your order,
     text: "Hello <b>$name</b>, your order is late.", holdout: 0}
"""


@pytest.fixture
def reaching(parts: Parts, tmp_path: Path) -> Parts:
    """The parts with a file of triggers, at noon."""
    file = tmp_path / "outreach.yaml"
    file.write_text(YAML)
    more = {"outreach": file, "public_url": "https://support.example.org"}
    settings = parts.settings.model_copy(update=more)
    return Parts(settings, parts.database, parts.scope, parts.search, parts.assistant, lambda: NOON)


@pytest.fixture
def door(reaching: Parts) -> TestClient:
    """A client of an application with these parts."""
    return TestClient(create_app(reaching), base_url="https://support.example.org")


@pytest.fixture
def maya(reaching: Parts) -> CustomerId:
    """A customer whose order is late."""
    with reaching.database.write() as session:
        new = NewCustomer("cus-1", name="Maya", timezone="Europe/London", handles=(KnownHandle(MAIL, True),))
        customer = save_customer(session, reaching.scope, new, NOON)
        timeline.append(session, reaching.scope, NewEntry(customer, OrderRecorded("TF-1", "late"), NOON), NOON)
    return customer


def test_the_worker_proposes_a_manager_sends_and_the_customer_answers_stop(
    reaching: Parts, door: TestClient, maya: CustomerId, tokens: dict[str, str]
) -> None:
    manager, agent = _bearer(tokens["manager"]), _bearer(tokens["agent"])
    reach_out(reaching, NOON)
    shown = door.get("/api/outreach", headers=manager).json()
    (proposal,) = [one["id"] for one in shown["waiting"]]
    assert "&lt;b&gt;Maya" in door.get("/console/outreach", headers=manager).text

    path = f"/api/outreach/proposals/{proposal}"
    assert door.post(path, json={"approved": True}, headers=agent).status_code == 403
    assert door.post(path, json={"approved": "perhaps"}, headers=manager).status_code == 422
    done = door.post(path, json={"approved": True}, headers=manager)
    assert (done.status_code, done.json()["kind"]) == (201, "outreach_sent")
    assert door.post(path, json={"approved": True}, headers=manager).status_code == 409
    assert door.post(f"/api/outreach/proposals/{'0' * 32}", json={"approved": True}, headers=manager).status_code == 404

    with reaching.database.write() as session:
        said = receive(session, reaching.scope, Incoming("email", MAIL, "STOP", NOON, external_id="1"), NOON)
    hear_stop(reaching, said)
    hear_stop(reaching, said)
    with reaching.database.read() as session:
        assert consents_of(session, reaching.scope, [maya]).objects("outreach", "")
        assert len(remaining.of_kinds(session, reaching.scope, [maya], ["outreach_stopped"])) == 1


def test_the_link_stops_without_a_login_but_not_by_being_looked_at(
    reaching: Parts, door: TestClient, maya: CustomerId
) -> None:
    link = stop_link(reaching.settings, maya)
    assert customer_of(reaching.settings, link.rpartition("/")[2]) == maya
    assert door.get(f"{link}.").status_code == 200  # as some mail programs read it at the end of a sentence
    assert door.get(link).status_code == 200
    with reaching.database.read() as session:
        assert not consents_of(session, reaching.scope, [maya]).objects("outreach", "")

    for _ in range(2):
        assert door.post(link, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    with reaching.database.read() as session:
        assert consents_of(session, reaching.scope, [maya]).objects("outreach", "")
        assert len(remaining.of_kinds(session, reaching.scope, [maya], ["outreach_stopped"])) == 1


@pytest.mark.parametrize("token", ["x", "a.b", "%00.%00", "é" * 50, "a" * 200, "a" * 5_000])
def test_a_link_that_is_none_of_ours_stops_nobody(door: TestClient, token: str) -> None:
    assert door.post(f"/stop/{token}").status_code in (404, 422)
    assert door.get(f"/stop/{token}").status_code in (404, 422)


def test_another_customers_signature_does_not_fit(reaching: Parts, maya: CustomerId) -> None:
    other = stop_link(reaching.settings, CustomerId("f" * 32)).rpartition(".")[2]

    assert customer_of(reaching.settings, f"{maya}.{other}") is None


def test_the_buttons_of_the_console_settle_and_tell_what_the_guard_says(
    reaching: Parts, door: TestClient, maya: CustomerId, tokens: dict[str, str]
) -> None:
    manager = _bearer(tokens["manager"])
    reach_out(reaching, NOON)
    (proposal,) = (one["id"] for one in door.get("/api/outreach", headers=manager).json()["waiting"])
    stopped = door.post(f"/api/customers/{maya}/outreach-stop", json={"how": "on the phone"}, headers=manager)
    assert stopped.json() == {"fresh": True}

    refused = door.post(f"/console/outreach/{proposal}/yes", headers=manager, follow_redirects=False)
    assert (refused.status_code, "objection" in refused.text) == (409, True)
    assert door.post(f"/console/outreach/{proposal}/maybe", headers=manager).status_code == 404
    turned_down = door.post(f"/console/outreach/{proposal}/no", headers=manager, follow_redirects=False)
    assert turned_down.status_code == 303


def test_without_a_file_nothing_is_sent_first(parts: Parts, client: TestClient, tokens: dict[str, str]) -> None:
    assert open_campaign(parts.settings) is None
    reach_out(parts, NOON)
    page = client.get("/console/outreach", headers=_bearer(tokens["manager"])).text
    assert "THREADLINE_OUTREACH" in page
    answer = client.post(
        f"/api/outreach/proposals/{'0' * 32}", json={"approved": True}, headers=_bearer(tokens["manager"])
    )
    assert answer.status_code == 409
