"""One person in the console: five channels in one timeline, a suggested merge accepted and undone, privacy."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from api.importers.importing import import_events
from knowledge.customers import pairs
from knowledge.customers.pairs import Pair
from knowledge.customers.record import find_by_key
from knowledge.ids import CustomerId
from tests.browser.test_journey import expect

pytestmark = [pytest.mark.browser, pytest.mark.system("chromium")]
MAIL = ("email", "noor@mail.example")
NUMBER = "+447700900555"
BEGAN = datetime.now(UTC) - timedelta(days=2)


def at(minutes: int) -> str:
    return (BEGAN + timedelta(minutes=minutes)).isoformat()


def person(key: str, name: str, *handles: tuple[str, str], **more: Any) -> dict[str, Any]:
    told = [{"kind": kind, "value": value} for kind, value in handles]
    return {"type": "customer", "id": key, "name": name, "handles": told, **more}


def message(number: int, channel: str, text: str, who: str = "p1") -> dict[str, Any]:
    row = {"type": "message", "id": f"im{number}", "conversation": f"ic-{channel}", "at": at(number)}
    return row | {"channel": channel, "direction": "in", "customer": who, "text": text}


ROWS = [
    person("p1", "Noor Haddad", MAIL, ("whatsapp", NUMBER), ("phone", NUMBER), ("external", "a9")),
    person("p2", "N. Haddad", ("email", "n.haddad@work.example"), attributes={"city": "Leeds"}),
    {"type": "order", "id": "IB-20931", "customer": "p1", "at": at(1), "status": "shipped"},
    {**message(2, "chat", "hi, is my stove on its way?"), "handle": {"kind": "external", "value": "a9"}},
    message(3, "email", "The stove of order IB-20931 came without its hose."),
    message(4, "phone", "I am calling about the missing hose."),
    {
        "type": "note",
        "id": "in1",
        "conversation": "ic-phone",
        "author": "sara@tarnfell.example",
        "at": at(5),
        "text": "Called: wants the hose sent, no refund.",
    },
    message(6, "whatsapp", "<b>any</b> news of the hose?"),
    {"type": "survey", "id": "is1", "customer": "p1", "kind": "csat", "score": 2, "at": at(7)},
    {**message(8, "email", "Please use my work address.", "p2"), "conversation": "ic-work"},
]


@pytest.fixture(scope="module")
def noor(site: Any) -> tuple[CustomerId, CustomerId]:
    parts = site.parts
    report = import_events(parts.database, parts.scope, ROWS, datetime.now(UTC))
    assert report.bad == []
    with parts.database.write() as session:
        one, other = (find_by_key(session, parts.scope, key) for key in ("p1", "p2"))
        assert one
        assert other
        evidence = {"weights": {"family_name": 7.2, "given_name": -1.5, "city": 0.0}}
        pairs.put_up(session, parts.scope, Pair(one, other, 0.82, "Alike.", "likeness", evidence), datetime.now(UTC))
    return one, other


def test_five_channels_in_one_timeline(
    site: Any,
    new_page: Callable[..., Any],
    sign_in: Callable[..., None],
    check_axe: Callable[[Any], None],
    noor: tuple[CustomerId, CustomerId],
) -> None:
    page = new_page()
    sign_in(page, "sara@tarnfell.example", f"/console/customers/{noor[0]}")
    told = page.locator("#entries > li").all_inner_texts()
    places = [
        next(place for place, text in enumerate(told) if word in text)
        for word in (
            "IB-20931 shipped",
            "is my stove on its way",
            "without its hose",
            "about the missing hose",
            "Called: wants",
            "<b>any</b> news",
            "satisfaction 2 of 5",
        )
    ]
    assert places == sorted(places)
    for channel in ("Chat", "E-mail", "Phone", "WhatsApp"):
        assert page.locator("#entries .elsewhere", has_text=channel).count() >= 1
    expect(page.get_by_role("heading", name="Health")).to_be_visible()
    expect(page.get_by_role("heading", name="Issues")).to_be_visible()
    check_axe(page)


def test_a_history_is_searched_and_an_issue_put_right(
    site: Any,
    new_page: Callable[..., Any],
    sign_in: Callable[..., None],
    check_axe: Callable[[Any], None],
    noor: tuple[CustomerId, CustomerId],
) -> None:
    page = new_page()
    sign_in(page, "sara@tarnfell.example", f"/console/customers/{noor[0]}")
    page.get_by_label("Search this history").fill("missing hose")
    page.get_by_role("search").get_by_role("button", name="Search").click()
    expect(page.locator(".hits > li").first).to_contain_text("I am calling about the missing hose.")
    check_axe(page)
    page.goto(f"{site.url}/console/customers/{noor[0]}")
    shown = page.locator("section", has=page.get_by_role("heading", name="Issues"))
    before = shown.locator("> ul > li").count()
    shown.locator("details").first.locator("summary").click()
    check_axe(page)
    shown.get_by_role("button", name="Move").first.click()
    expect(shown.locator("> ul > li")).to_have_count(before - 1)
    page.goto(f"{site.url}/console/customers?health=&attribute=city%3DLeeds")
    expect(page.locator("tbody tr")).to_have_count(1)
    check_axe(page)
    page.get_by_role("link", name="How complete?").click()
    expect(page.locator("h1")).to_have_text("How complete the records are")
    check_axe(page)


def test_a_suggested_merge_is_accepted_and_undone(
    site: Any,
    new_page: Callable[..., Any],
    sign_in: Callable[..., None],
    check_axe: Callable[[Any], None],
    noor: tuple[CustomerId, CustomerId],
) -> None:
    page = new_page()
    sign_in(page, "sara@tarnfell.example", "/console/pairs")
    pair = page.get_by_role("article", name="Noor Haddad and N. Haddad")
    expect(pair).to_contain_text("Likelihood 82 %")
    assert [text.split(" (")[0] for text in pair.locator(".signs li").all_inner_texts()] == [
        "for family name",
        "against first name",
        "city",
    ]
    check_axe(page)
    pair.get_by_role("button", name="One person").click()
    expect(page.locator("main")).to_contain_text("No pair waits")
    lately = page.locator("section", has=page.get_by_role("heading", name="Joined lately"))
    expect(lately.get_by_role("button", name="Take it back")).to_be_visible()
    check_axe(page)
    page.goto(f"{site.url}/console/customers/{noor[1]}")
    expect(page.locator("h1")).to_have_text("Noor Haddad")
    expect(page.locator("#entries")).to_contain_text("Please use my work address")
    expect(page.locator("#entries")).to_contain_text("without its hose")
    joined = page.get_by_role("article", name="Joined: Noor Haddad and N. Haddad")
    expect(joined).to_contain_text("by Sara Holm")
    check_axe(page)
    joined.get_by_role("button", name="Take it back").click()
    expect(page.locator("h1")).to_have_text("N. Haddad")
    expect(page.locator("#entries")).not_to_contain_text("without its hose")
    page.get_by_role("button", name="Not the same person").click()
    expect(page.get_by_role("article", name="Not the same person: Noor Haddad and N. Haddad")).to_be_visible()
    page.goto(f"{site.url}/console/pairs")
    expect(page.locator("main")).to_contain_text("No pair waits")


def test_a_manager_holds_and_erases(
    site: Any,
    new_page: Callable[..., Any],
    sign_in: Callable[..., None],
    check_axe: Callable[[Any], None],
    noor: tuple[CustomerId, CustomerId],
) -> None:
    page = new_page()
    sign_in(page, "ada@tarnfell.example", f"/console/customers/{noor[1]}")
    page.get_by_label("Reason").fill("court case 12/26")
    page.get_by_role("button", name="Place a legal hold").click()
    expect(page.locator("main")).to_contain_text("court case 12/26")
    expect(page.get_by_text("Erase this person")).to_have_count(0)
    page.get_by_label("Reason").fill("settled")
    page.get_by_role("button", name="Lift the legal hold").click()
    expect(page.get_by_role("button", name="Place a legal hold")).to_be_visible()
    page.get_by_text("Write down a yes or a no").click()
    page.get_by_label("Purpose").fill("marketing")
    page.get_by_label("They", exact=True).select_option("withdrew, or said no")
    page.get_by_label("How they said so").fill("on the phone")
    check_axe(page)
    page.get_by_role("button", name="Write it down").click()
    expect(page.locator("main")).to_contain_text("withdrawn,")
    page.get_by_text("Erase this person").click()
    check_axe(page)
    page.get_by_role("button", name="Erase for good").click()
    page.wait_for_url(f"{site.url}/console/customers/{noor[1]}/erasure")
    expect(page.locator("h1")).to_have_text("Erased")
    expect(page.locator("main")).to_contain_text("by ada@tarnfell.example")
    expect(page.get_by_role("row", name="knowledge.customers customers 1")).to_be_visible()
    check_axe(page)
    page.get_by_role("link", name="Customers").last.click()
    page.wait_for_url(f"{site.url}/console/customers")
    assert "N. Haddad" not in page.locator("main").inner_text()
