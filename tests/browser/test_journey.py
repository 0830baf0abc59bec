"""The main journey in a real browser: chat, live console, cited draft, edited answer, e-mail, one timeline."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from api.sessions import chat_link

pytestmark = [pytest.mark.browser, pytest.mark.system("chromium")]
QUESTION = "Hello! How many days do I have to return a jacket I bought online, and what does the return label cost?"


def expect(found: Any) -> Any:
    """Playwright's own `expect`, fetched when a browser is really there."""
    from playwright.sync_api import expect as playwright_expect

    return playwright_expect(found)


def test_chat_to_cited_answer_to_one_timeline(
    site: Any,
    new_page: Callable[..., Any],
    sign_in: Callable[..., None],
    check_axe: Callable[[Any], None],
    picture: Callable[[Any, str], None],
) -> None:
    agent, customer = new_page(), new_page(viewport={"width": 760, "height": 900})
    sign_in(agent)
    expect(agent.locator("#live-state")).to_have_text("Live")
    loads = agent.evaluate("performance.timeOrigin")

    # the customer writes; their identity comes by a signed link and leaves the address bar
    link = chat_link(site.parts.settings, "maren@example.com", "Maren Lindqvist", datetime.now(UTC))
    customer.goto(site.url + link[link.index("/chat") :])
    customer.get_by_label("Your message").fill(QUESTION)
    customer.keyboard.press("Enter")
    expect(customer.locator("#messages .mine:not(.pending)")).to_contain_text("How many days")
    assert "identity" not in customer.url

    # the agent's page shows it without reload; opening it brings a suggestion by itself
    row = agent.locator(".row", has_text="Maren Lindqvist")
    expect(row).to_contain_text("Needs a reply")
    row.click()
    draft = agent.locator("#suggestion .draft")
    expect(draft).to_contain_text("60")
    expect(agent.locator(".internal")).to_contain_text("For you only")
    expect(agent.locator("#suggestion .writer")).to_contain_text("no language model")
    check_axe(agent)
    picture(agent, "console")

    # a citation opens its passage beside the draft, the quoted sentence marked
    agent.locator("#suggestion .draft .cite").first.click()
    expect(agent.locator("#passage mark").first).to_be_visible()
    expect(draft).to_be_visible()
    check_axe(agent)
    picture(agent, "citation")
    agent.keyboard.press("Escape")
    expect(agent.locator("#passage")).to_be_hidden()

    # edit: the draft moves into the reply box, survives a reload, is changed and sent
    agent.get_by_role("button", name="Edit", exact=True).click()
    box = agent.locator("#compose-text")
    expect(box).to_have_value(re.compile("60"))
    agent.reload()
    expect(box).to_have_value(re.compile("60"))
    box.fill(
        box.input_value()
        + "\n\nKind regards,\nSara – see https://help.tarnfell.example/returns or https://evil.example/x"
    )
    box.press("Control+Enter")
    expect(box).to_have_value("")
    expect(agent.locator(".msg.out")).to_contain_text("from a suggestion")
    expect(agent.locator("#suggestion")).to_contain_text("Edited and sent")

    # the customer reads it live; only our own hosts became links
    answer = customer.locator("#messages .theirs")
    expect(answer).to_contain_text("Kind regards")
    assert [a.get_attribute("href") for a in answer.locator("a").all()] == ["https://help.tarnfell.example/returns"]
    assert "[1]" not in answer.inner_text()
    check_axe(customer)
    picture(customer, "chat")

    # the same person mails; while it arrives the agent types, undisturbed
    box.fill("half a thought")
    mail = {
        "type": "message", "id": "mail-1", "conversation": "mail-thread-1", "channel": "email", "direction": "in",
        "at": datetime.now(UTC).isoformat(), "text": "One more thing: when will the refund arrive?",
        "subject": "My return", "handle": {"kind": "email", "value": "maren@example.com", "verified": True},
    }  # fmt: skip
    headers = {"Authorization": f"Bearer {site.token}"}
    stored = httpx.post(f"{site.url}/api/events", json=[mail], headers=headers)
    assert stored.json()["bad"] == [], stored.text
    mailed = agent.locator(".msg.in.other", has_text="when will the refund arrive")
    expect(mailed).to_contain_text("E-mail")
    expect(agent.locator(".msg.in:not(.other)")).to_contain_text("How many days")
    expect(box).to_have_value("half a thought")
    picture(agent, "timeline")
    expect(agent.locator(".row", has_text="My return")).to_contain_text("Needs a reply")
    assert agent.evaluate("performance.timeOrigin") >= loads


def test_reject_note_take_and_resolve(site: Any, new_page: Callable[..., Any], sign_in: Callable[..., None]) -> None:
    agent, customer = new_page(), new_page()
    customer.goto(f"{site.url}/chat")
    customer.get_by_label("Your message").fill("<img src=x onerror=alert(1)> When do people answer on weekdays?")
    customer.keyboard.press("Enter")
    expect(customer.locator("#messages .mine:not(.pending)")).to_contain_text("<img src=x")
    sign_in(agent)
    agent.keyboard.press("k")
    agent.locator(".row", has_text="When do people answer").click()
    # two messages of the conversation that K opened may still be on screen: a strict locator would not wait
    expect(agent.locator(".msg.in .text", has_text="<img src=x onerror=alert(1)>")).to_be_visible()

    agent.locator("#judge").get_by_role("button", name="Reject").click()
    agent.get_by_label("What is wrong with it?").select_option("Wrong tone")
    agent.locator("#reject").get_by_role("button", name="Reject").click()
    expect(agent.locator("#suggestion .decision")).to_contain_text("Rejected: Wrong tone")

    agent.locator(".thread h1").click()
    agent.keyboard.press("n")
    agent.locator("#compose-text").fill("calls  back tomorrow , i think")
    agent.get_by_role("button", name="Fix", exact=True).click()
    expect(agent.locator("#compose-text")).to_have_value("Calls back tomorrow, I think")
    agent.locator("#compose-text").fill("Calls back tomorrow")
    agent.keyboard.press("Control+Enter")
    expect(agent.locator(".msg.note")).to_contain_text("Calls back tomorrow")
    agent.get_by_role("button", name="Take").click()
    expect(agent.locator("#thread-head .owner")).to_contain_text("You own it")
    agent.get_by_role("button", name="Pass on").first.click()
    agent.get_by_label("To", exact=True).select_option(label="Imran Qureshi")
    agent.get_by_label("Note for them").fill("Knows the opening hours")
    agent.locator("#pass-form").get_by_role("button", name="Pass on").click()
    expect(agent.locator("#thread-head .owner")).to_contain_text("Imran Qureshi")
    agent.get_by_role("button", name="Resolve", exact=True).click()
    expect(agent.locator("#thread-head .owner")).to_contain_text("Resolved")
    assert customer.locator("#messages .theirs").count() == 0


def test_send_as_is_sends_once_and_says_so(
    site: Any, new_page: Callable[..., Any], sign_in: Callable[..., None]
) -> None:
    agent, customer = new_page(), new_page()
    customer.goto(f"{site.url}/chat")
    customer.get_by_label("Your message").fill("When does my refund arrive?")
    customer.keyboard.press("Enter")
    expect(customer.locator("#messages .mine:not(.pending)")).to_have_count(1)
    sign_in(agent)
    agent.locator(".row", has_text="When does my refund arrive?").click()
    agent.get_by_role("button", name="Send as is").click()
    expect(agent.locator("#suggestion")).to_contain_text("Sent as it was")
    expect(customer.locator("#messages .theirs")).to_contain_text("5 working days")
    expect(customer.locator("#messages .theirs")).to_have_count(1)


def test_a_message_written_offline_is_kept_and_sent_later(site: Any, new_page: Callable[..., Any], watch: Any) -> None:
    watch.expected |= {"ERR_INTERNET_DISCONNECTED", "Failed to load resource"}
    customer = new_page()
    customer.goto(f"{site.url}/chat")
    expect(customer.locator("#chat-state")).to_contain_text("People answer here")
    customer.get_by_label("Your message").fill("first")
    customer.keyboard.press("Enter")
    expect(customer.locator("#messages .mine:not(.pending)")).to_have_count(1)
    customer.context.set_offline(True)
    customer.get_by_label("Your message").fill("written in a tunnel")
    customer.keyboard.press("Enter")
    expect(customer.locator("#messages .failed")).to_contain_text("Not sent")
    customer.context.set_offline(False)
    customer.get_by_role("button", name="Try again").click()
    expect(customer.locator("#messages .mine:not(.pending):not(.failed)")).to_have_count(2)
    customer.reload()
    expect(customer.locator("#messages .mine")).to_have_count(2)
