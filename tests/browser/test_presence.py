"""Who is there, on two colleagues' and a customer's screens: who looks, writes, leaves; the customer learns no name."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from api.sessions import chat_link
from tests.browser.test_journey import expect

pytestmark = [pytest.mark.browser, pytest.mark.system("chromium")]


def test_everybody_sees_who_looks_and_who_writes(
    site: Any, new_page: Callable[..., Any], sign_in: Callable[..., None], check_axe: Callable[[Any], None]
) -> None:
    customer, sara, imran = new_page(viewport={"width": 760, "height": 900}), new_page(), new_page()
    link = chat_link(site.parts.settings, "ines@example.com", "Inês <b>Rocha</b>", datetime.now(UTC))
    customer.goto(site.url + link[link.index("/chat") :])
    writing = customer.get_by_label("Your message")
    writing.fill("Is the <i>blue</i> tent waterproof?")
    customer.keyboard.press("Enter")
    expect(customer.locator("#messages .mine:not(.pending)")).to_have_count(1)

    # a colleague opens it and sees the customer; the next one sees both
    sign_in(sara)
    sara.locator(".row", has_text="blue").click()
    line = sara.locator("#presence")
    expect(line).to_contain_text("Inês <b>Rocha</b> is in the chat.")
    sign_in(imran, "imran@tarnfell.example")
    imran.locator(".row", has_text="blue").click()
    expect(imran.locator("#presence")).to_contain_text("Sara Holm is looking at this, too.")
    expect(line).to_contain_text("Imran Qureshi is looking at this, too.")
    expect(line).not_to_contain_text("Sara")
    check_axe(sara)

    # the customer writes on: both colleagues see it, and that it ends
    writing.press_sequentially("And the gr")
    expect(line).to_contain_text("Inês <b>Rocha</b> is writing …")
    expect(imran.locator("#presence")).to_contain_text("is writing …")
    check_axe(sara)
    writing.fill("And the green one?")
    customer.keyboard.press("Enter")
    expect(line).not_to_contain_text("is writing …")

    # a note is between colleagues; an answer is announced, without a name
    box, state = sara.locator("#compose-text"), customer.locator("#typing")
    sara.get_by_role("tab", name="Note").click()
    box.press_sequentially("Ask the workshop")
    box.fill("")
    expect(state).to_have_text("")
    sara.get_by_role("tab", name="Reply").click()
    box.press_sequentially("Yes, b")
    expect(state).to_have_text("Somebody is writing an answer …")
    expect(imran.locator("#presence")).to_contain_text("Sara Holm is writing an answer …")
    check_axe(customer)
    box.fill("Yes, both are.")
    box.press("Control+Enter")
    expect(customer.locator("#messages .theirs")).to_contain_text("both are")
    expect(state).to_have_text("")

    # who goes away is gone at once
    imran.goto(f"{site.url}/console/customers")
    expect(line).not_to_contain_text("Imran")
    customer.close()
    expect(line).not_to_contain_text("Inês")
