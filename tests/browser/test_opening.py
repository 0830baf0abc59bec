"""Opening conversations one after the other, quickly: the last one opened is shown, and nothing goes to another."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.test_journey import expect
from tests.browser.test_live import arrive

pytestmark = [pytest.mark.browser, pytest.mark.system("chromium")]


def late(seconds: float) -> Callable[[Any], None]:
    def handle(route: Any) -> None:
        answer = route.fetch()
        time.sleep(seconds)
        route.fulfill(response=answer)

    return handle


@pytest.mark.parametrize("slow", ["", "/suggestion", "/timeline", "/head"])
def test_the_last_one_opened_stays(
    site: Any, new_page: Callable[..., Any], sign_in: Callable[..., None], slow: str
) -> None:
    name = slow.strip("/") or "page"
    first = arrive(site, "When is my refund made?", f"first-{name}@example.com").conversation
    second = arrive(site, "What does the return label cost?", f"second-{name}@example.com").conversation
    page = new_page()
    sign_in(page)
    page.route(f"**/console/conversations/{first}{slow or '?*'}", late(1.2))
    if slow == "/suggestion":  # the part is asked for once the suggestion is made: open the other one then
        with page.expect_request(f"**/console/conversations/{first}/suggestion*"):
            page.locator(f"#row-{first} .row").click()
    else:
        page.locator(f"#row-{first} .row").click()
    if slow in ("/timeline", "/head"):
        page.evaluate("htmx.trigger(document.body, 'wake-thread')")
    page.locator(f"#row-{second} .row").click()
    expect(page.locator(f"#row-{second} .row")).to_have_attribute("aria-current", "true")
    page.wait_for_timeout(2_000)
    expect(page.locator("#main")).to_have_attribute("data-conversation", second)
    expect(page.locator(".thread h1")).to_have_text(f"second-{name}@example.com")
    expect(page.locator("#suggestion .suggest")).to_have_attribute("data-conversation", second)
    expect(page.locator("#timeline .msg.in")).to_contain_text("return label")
    assert page.url.partition("?")[0].endswith(second)
    page.locator("#compose-text").fill("For the second")
    page.locator("#compose-text").press("Control+Enter")
    expect(page.locator(".msg.out")).to_contain_text("For the second")
    headers = {"Authorization": f"Bearer {site.token}"}
    told = page.request.get(f"{site.url}/api/conversations/{first}/timeline", headers=headers).text()
    assert "For the second" not in told


def test_what_was_typed_stays_with_its_conversation(
    site: Any, new_page: Callable[..., Any], sign_in: Callable[..., None]
) -> None:
    one, two = (arrive(site, "Hello there", f"{who}@example.com").conversation for who in ("typed", "other"))
    page = new_page()
    sign_in(page)
    page.locator(f"#row-{one} .row").click()
    box = page.locator("#compose-text")
    expect(page.locator("#main")).to_have_attribute("data-conversation", one)
    box.fill("half a thought")
    page.locator(f"#row-{two} .row").click()
    expect(page.locator("#main")).to_have_attribute("data-conversation", two)
    expect(box).to_have_value("")
    page.locator(f"#row-{one} .row").click()
    expect(box).to_have_value("half a thought")
    expect(page.locator("#compose")).to_have_attribute("data-conversation", one)


def test_j_twice_opens_the_second(site: Any, new_page: Callable[..., Any], sign_in: Callable[..., None]) -> None:
    for who in ("j1", "j2", "j3"):
        arrive(site, "Hello", f"{who}@example.com")
    page = new_page()
    sign_in(page)
    expect(page.locator(".row").nth(2)).to_be_visible()
    wanted = page.locator(".row").nth(1).get_attribute("data-conversation")
    page.keyboard.press("k")
    page.keyboard.press("j")
    expect(page.locator("#main")).to_have_attribute("data-conversation", wanted)
    page.wait_for_timeout(500)
    expect(page.locator("#main")).to_have_attribute("data-conversation", wanted)


def test_two_who_look_at_one_conversation_share_its_suggestion(
    site: Any, new_page: Callable[..., Any], sign_in: Callable[..., None]
) -> None:
    conversation = arrive(site, "How long do refunds take?", "shared@example.com").conversation
    pages = [new_page(), new_page()]
    for page, who in zip(pages, ("sara", "imran"), strict=True):
        sign_in(page, f"{who}@tarnfell.example")
    for page in pages:
        page.goto(f"{site.url}/console/conversations/{conversation}", wait_until="commit")
    shown = [page.locator("#suggestion .suggest").get_attribute("data-suggestion") for page in pages]
    assert shown[0] == shown[1]
    pages[0].get_by_role("button", name="Suggest again").click()
    for page in pages:
        expect(page.locator("#suggestion .suggest")).not_to_have_attribute("data-suggestion", shown[0])
    assert len({page.locator("#suggestion .suggest").get_attribute("data-suggestion") for page in pages}) == 1
