"""The console's parts show what is stored, escaped, and one timeline over every channel."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from fastapi.testclient import TestClient

from api.parts import Parts
from knowledge.customers import inbox
from knowledge.customers.entries import Entry, Handle
from knowledge.customers.inbox import Incoming

NASTY = "<script>alert(1)</script> {{ 7*7 }} \"quoted\" & 'done'"
Arrive = Callable[..., Entry]


@pytest.mark.parametrize("view", ["waiting", "unassigned", "all", "mine", "resolved"])
def test_the_list_by_view(client: TestClient, agent: dict[str, str], arrive: Arrive, view: str) -> None:
    arrive(NASTY)
    page = client.get(f"/console?view={view}", headers=agent).text
    assert ("ana@example.com" in page) == (view in {"waiting", "unassigned", "all"})
    assert "<script>alert" not in page


def test_one_timeline_over_channels(parts: Parts, client: TestClient, agent: dict[str, str], arrive: Arrive) -> None:
    mailed, now = arrive(NASTY), datetime.now(UTC)
    with parts.database.write() as session:
        posted = Incoming(
            "instagram", Handle("instagram", "@ana"), "In public", now, public=True, customer=mailed.customer
        )
        inbox.receive(session, parts.scope, posted, now)
        inbox.note(session, parts.scope, mailed.conversation, "Only for us", "agent@example.com", now)
    shown = client.get(f"/console/conversations/{mailed.conversation}/timeline", headers=agent).text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; {{ 7*7 }}" in shown
    assert shown.index("In public") > 0
    assert "Public" in shown
    assert "Instagram" in shown
    assert "Only for us" in shown
    assert "msg in other" in shown


def test_a_part_for_the_list_and_a_page_for_a_visitor(
    client: TestClient, agent: dict[str, str], arrive: Arrive
) -> None:
    address = f"/console/conversations/{arrive('Hello').conversation}"
    assert client.get(address, headers=agent).text.startswith("<!doctype html>")
    part = client.get(address, headers=agent | {"HX-Request": "true"}).text
    assert "<html" not in part
    assert 'data-auto="yes"' in part


def test_limits_are_checked(client: TestClient, agent: dict[str, str], arrive: Arrive) -> None:
    address = f"/console/conversations/{arrive('Hello').conversation}/timeline"
    assert client.get(f"{address}?limit=0", headers=agent).status_code == 422
    assert client.get(f"{address}?limit=999999", headers=agent).status_code == 422


def test_customers_are_found_and_shown(client: TestClient, agent: dict[str, str], arrive: Arrive) -> None:
    entry = arrive("Hello there")
    assert "ana@example.com" in client.get("/console/customers?q=ana", headers=agent).text
    assert "Nobody found" in client.get("/console/customers?q=zzz", headers=agent).text
    assert "Hello there" in client.get(f"/console/customers/{entry.customer}", headers=agent).text


def test_a_suggestion_is_shown_and_its_source_opened(
    parts: Parts, client: TestClient, agent: dict[str, str], arrive: Arrive
) -> None:
    conversation = arrive("What is the meaning of life?").conversation
    made = client.post(f"/api/conversations/{conversation}/suggestions", headers=agent).json()
    panel = client.get(f"/console/conversations/{conversation}/suggestion", headers=agent).text
    assert made["suggestion"] in panel
    assert 'data-auto="no"' in panel
    assert "This one is for a person." in panel
    assert made["reason"].split(" (")[0] in panel
    assert 'data-use="reject"' in panel
    assert 'data-use="send"' not in panel
    missing = client.get(f"/console/suggestions/{made['suggestion']}/passages/99", headers=agent)
    assert missing.status_code == 404


def test_pending_conversations_stay_with_their_owner(client: TestClient, agent: dict[str, str], arrive: Arrive) -> None:
    conversation = arrive("Hello").conversation
    here = f"/api/conversations/{conversation}"
    for view, take in (("unassigned", False), ("mine", True)):
        if take:
            client.post(f"{here}/take", headers=agent)
        for status, listed in (("pending", True), ("resolved", False), ("open", True)):
            client.put(f"{here}/status", headers=agent, json={"status": status})
            page = client.get(f"/console?view={view}", headers=agent).text
            assert (f"row-{conversation}" in page) is listed, (view, status)


def test_a_long_list_is_read_on(client: TestClient, agent: dict[str, str], arrive: Arrive) -> None:
    for number in range(4):
        arrive("Hello", f"c{number}@example.com")
    address = "/console/parts/list?view=waiting&rows="
    short, long = (client.get(f"{address}{rows}", headers=agent).text for rows in (3, 5))
    assert (short.count('id="row-'), "data-more-rows" in short) == (3, True)
    assert (long.count('id="row-'), "data-more-rows" in long) == (4, False)
    assert client.get(f"{address}100000", headers=agent).status_code == 422


def test_a_page_tells_from_where_to_listen(client: TestClient, agent: dict[str, str], arrive: Arrive) -> None:
    entry = arrive("Hello")
    for path in ("/console", f"/console/conversations/{entry.conversation}"):
        assert f'data-cursor="{entry.seq}"' in client.get(path, headers=agent).text


def test_a_reply_and_a_suggestion_say_which_conversation_they_are_for(
    client: TestClient, agent: dict[str, str], arrive: Arrive
) -> None:
    conversation = arrive("Hello, when do you open?").conversation
    made = client.post(f"/api/conversations/{conversation}/suggestions", headers=agent).json()
    page = client.get(f"/console/conversations/{conversation}", headers=agent).text
    assert f'id="compose" data-conversation="{conversation}"' in page
    assert f'data-suggestion="{made["suggestion"]}" data-conversation="{conversation}"' in page
    earlier = client.get(f"/console/suggestions/{made['suggestion']}", headers=agent).text
    assert 'data-conversation="" data-text="" data-said=""' in earlier
    assert "data-use=" not in earlier
