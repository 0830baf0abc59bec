"""The demo company as an agent meets it: conversations of every kind open, each with a suggestion."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from api.demo import CUSTOMER, PASSWORD, chat_address, in_the_shops_name, load_demo
from api.parts import open_parts
from api.worker.understanding import suggest_links
from knowledge.settings import Settings
from tests.browser.conftest import Site, serving
from tests.browser.test_journey import expect

pytestmark = [pytest.mark.browser, pytest.mark.system("chromium")]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    settings = in_the_shops_name(Settings(data_dir=tmp_path_factory.mktemp("demo") / "data", port=0))
    load_demo(settings, datetime.now(UTC), lambda _: None)
    with open_parts(settings) as parts, serving(parts) as url:
        yield Site(url, parts, "")


def enter(site: Any, page: Any, email: str = "sara.holm@tarnfell.example") -> None:
    page.goto(f"{site.url}/console")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{site.url}/console*")
    expect(page.locator("#live-state")).to_have_text("Live")


def test_five_conversations_open_each_with_a_suggestion(
    site: Any, new_page: Callable[..., Any], check_axe: Callable[[Any], None]
) -> None:
    page = new_page()
    enter(site, page)
    expect(page).to_have_title("Inbox – Tarnfell Outdoor")
    rows = page.locator(".row")
    assert rows.count() >= 20
    names = [rows.nth(number).get_attribute("data-conversation") for number in (0, 3, 7, 11, 15)]
    decisions = set()
    for conversation in names:
        page.locator(f"#row-{conversation} .row").click()
        expect(page.locator("#main")).to_have_attribute("data-conversation", conversation)
        shown = page.locator("#suggestion .suggest")
        expect(shown).to_have_attribute("data-conversation", conversation)
        expect(page.locator("#judge").get_by_role("button", name="Reject")).to_be_visible()
        decisions.add(page.locator("#suggestion h2").inner_text())
        check_axe(page)
    assert decisions


def test_the_filters_stand_in_one_line(site: Any, new_page: Callable[..., Any]) -> None:
    page = new_page()
    enter(site, page)
    tops = page.locator(".views a").evaluate_all("all => [...new Set(all.map(one => one.getBoundingClientRect().top))]")
    assert len(tops) == 1
    assert page.evaluate("(v => v.scrollWidth <= v.clientWidth)(document.querySelector('.views'))")


@pytest.mark.parametrize("width", [360, 700])
def test_on_a_telephone_nothing_is_cut_off(
    site: Any, new_page: Callable[..., Any], check_axe: Callable[[Any], None], width: int
) -> None:
    page = new_page(viewport={"width": width, "height": 800})
    enter(site, page)
    check_axe(page)
    page.locator(".row").first.click()
    expect(page.locator("#suggestion .suggest")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    check_axe(page)
    page.locator(".back").click()
    expect(page.locator(".row").first).to_be_visible()


def test_the_customer_reads_the_answer_and_can_follow_its_page(site: Any, new_page: Callable[..., Any]) -> None:
    agent, customer = new_page(), new_page(viewport={"width": 760, "height": 900})
    settings = site.parts.settings
    link = chat_address(settings, site.url, datetime.now(UTC))
    customer.goto(link)
    expect(customer.locator("h1")).to_have_text("Tarnfell Outdoor")
    customer.get_by_label("Your message").fill("How long do I have to return unused boots?")
    customer.keyboard.press("Enter")
    expect(customer.locator("#messages .mine:not(.pending)").last).to_contain_text("unused boots")
    enter(site, agent)
    agent.locator(".row", has_text=CUSTOMER[1]).filter(has_text="unused boots").click()
    expect(agent.locator("#suggestion .draft .cite").first).to_be_visible()
    expect(agent.locator("#more")).to_contain_text("Read more: ")
    agent.get_by_role("button", name="Edit", exact=True).click()
    box = agent.locator("#compose-text")
    assert "[1]" not in box.input_value()
    assert "Read more: " in box.input_value()
    box.fill(
        box.input_value()
        + "\nNot this one: https://handbook.tarnfell.example/x or https://tarnfell.example.evil.example/"
    )
    box.press("Control+Enter")
    answer = customer.locator("#messages .theirs").last
    expect(answer).to_contain_text("Read more: ")
    links = [one.get_attribute("href") for one in answer.locator("a").all()]
    assert links
    assert all(link.startswith("https://www.tarnfell.example/") for link in links)


def test_the_line_of_pages_can_be_left_out(site: Any, new_page: Callable[..., Any]) -> None:
    customer, agent = new_page(), new_page()
    customer.goto(f"{site.url}/chat")
    customer.get_by_label("Your message").fill("How long do I have to return unused boots?")
    customer.keyboard.press("Enter")
    expect(customer.locator("#messages .mine:not(.pending)")).to_have_count(1)
    enter(site, agent, "imran.qureshi@tarnfell.example")
    agent.locator(".row", has_text="unused boots").last.click()
    agent.get_by_role("button", name="Leave this line out").click()
    # A note of one's own draws the panel anew; the line stays out.
    with agent.expect_response(lambda answer: answer.url.endswith("/suggestion")):
        agent.locator(".thread h1").click()
        agent.keyboard.press("n")
        agent.locator("#compose-text").fill("Bought in the shop")
        agent.keyboard.press("Control+Enter")
    agent.get_by_role("button", name="Send as is").click()
    expect(agent.locator("#suggestion")).to_contain_text("Sent as it was")
    expect(customer.locator("#messages .theirs")).to_have_count(1)
    assert "Read more" not in customer.locator("#messages .theirs").inner_text()
    assert "[" not in customer.locator("#messages .theirs").inner_text()


def test_one_person_over_five_channels_and_their_second_record(
    site: Any, new_page: Callable[..., Any], check_axe: Callable[[Any], None]
) -> None:
    """Rhys Bevan called, wrote by WhatsApp, chat and mail, ordered, and has a second record under his work address."""
    suggest_links(site.parts, datetime.now(UTC))
    page = new_page()
    enter(site, page)
    page.goto(f"{site.url}/console/customers?q=Rhys+Bevan")
    page.locator("tbody a", has_text="Rhys Bevan").first.wait_for()
    assert page.locator("tbody tr").count() == 2
    page.goto(f"{site.url}/console/pairs")
    pair = page.get_by_role("article", name="Rhys Bevan and Rhys Bevan", exact=True)
    expect(pair).to_contain_text("for family name")
    check_axe(page)
    pair.get_by_role("button", name="One person").click()
    expect(page.get_by_role("article", name="Joined: Rhys Bevan and Rhys Bevan")).to_be_visible()
    expect(pair).to_have_count(0)
    page.goto(f"{site.url}/console/customers?q=Rhys+Bevan")
    assert page.locator("tbody tr").count() == 1
    page.locator("tbody a", has_text="Rhys Bevan").first.click()
    told = page.locator("#entries")
    for words in (
        "I've a rental booked at Keswick",  # a call
        "Moved once, 18 to 25 April.",  # the note about it
        "brought the tent back sunday",  # WhatsApp
        "I ordered the Gale ten minutes ago",  # chat
        "nobody has answered",  # mail
        "TF-119388 cancelled",  # an order
        "TF-119700 delivered",  # the other record's
    ):
        expect(told).to_contain_text(words)
    for channel in ("Phone", "WhatsApp", "Chat", "E-mail"):
        assert told.locator(".elsewhere", has_text=channel).count() >= 1
    check_axe(page)
    page.get_by_role("article", name="Joined: Rhys Bevan and Rhys Bevan").get_by_role(
        "button", name="Take it back"
    ).click()
    expect(page.get_by_role("article", name="Joined: Rhys Bevan and Rhys Bevan")).to_have_count(0)
    page.goto(f"{site.url}/console/customers?q=Rhys+Bevan")
    assert page.locator("tbody tr").count() == 2


def test_a_fact_leads_to_the_message_that_told_it(site: Any, new_page: Callable[..., Any]) -> None:
    page = new_page()
    enter(site, page)
    page.goto(f"{site.url}/console?view=all")
    page.locator(".row", has_text="Rhys Bevan").first.click()
    page.get_by_text("Already told us").click()
    fact = page.locator(".told a", has_text="TF-119388").first
    target = fact.get_attribute("href")
    fact.click()
    expect(page.locator(f"#timeline {target}")).to_contain_text(
        "I ordered the Gale ten minutes ago in the wrong colour"
    )
    expect(page.locator(f"#timeline {target}")).to_be_in_viewport()
