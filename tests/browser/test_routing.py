"""From bot to agent to agent over two channels in a real browser: offer, reasons, package; the bot stays silent."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from api.sessions import chat_link
from api.worker.bot import answer
from api.worker.routing import route
from handoff.plan import Plan, parse_plan
from knowledge.bot.rules import Rule, set_rule
from knowledge.customers import timeline
from knowledge.customers.entries import MessageSent
from knowledge.ids import ConversationId

pytestmark = [pytest.mark.browser, pytest.mark.system("chromium")]
PLAN = "assignment: {offering: true, accept_minutes: 60, explore: 0, holdout: 0}"


@pytest.fixture
def offering(site: Any) -> Iterator[None]:
    """The company offers conversations, and its bot takes part in chats."""
    before: Plan = site.parts.service
    object.__setattr__(site.parts, "service", parse_plan(PLAN))
    with site.parts.database.write() as session:
        set_rule(session, site.parts.scope, Rule("chat", "", "always", 1.0, "ada@tarnfell.example"), datetime.now(UTC))
    yield
    object.__setattr__(site.parts, "service", before)


def entries(site: Any, conversation: str) -> list[Any]:
    with site.parts.database.read() as session:
        return timeline.page(session, site.parts.scope, conversation=ConversationId(conversation), limit=200)


@pytest.mark.usefixtures("offering")
def test_bot_to_agent_to_agent_over_two_channels(
    site: Any, new_page: Callable[..., Any], sign_in: Callable[..., None], check_axe: Callable[[Any], None]
) -> None:
    from playwright.sync_api import expect

    customer = new_page(viewport={"width": 760, "height": 900})
    link = chat_link(site.parts.settings, "nora@example.com", "Nora Field", datetime.now(UTC))
    customer.goto(site.url + link[link.index("/chat") :])
    customer.get_by_label("Your message").fill("I want to speak to a person about order TF-80311, please.")
    customer.keyboard.press("Enter")
    expect(customer.locator("#messages .mine:not(.pending)")).to_contain_text("TF-80311")

    # the bot passes on and says so; from then on it is silent
    headers = {"Authorization": f"Bearer {site.token}"}
    listed = httpx.get(f"{site.url}/api/conversations?waiting=true", headers=headers).json()["conversations"]
    conversation = next(one["id"] for one in listed if "TF-80311" in one["last_text"])
    asked = next(one for one in entries(site, conversation) if one.kind == "message_received")
    answer(site.parts, asked)
    handed = [one for one in entries(site, conversation) if isinstance(one.payload, MessageSent)]
    assert [one.payload.author for one in handed] == ["bot"]
    answer(site.parts, asked)

    # one colleague is offered it, sees why, and accepts in one click
    route(site.parts, site.parts.clock())
    offer = next(one.payload for one in entries(site, conversation) if one.kind == "conversation_offered")
    first = offer.to.partition("@")[0]
    second = next(name for name in ("sara", "imran") if name != first)
    agent = new_page()
    sign_in(agent, f"{first}@tarnfell.example", f"/console/conversations/{conversation}")
    expect(agent.locator(".offer")).to_contain_text("Offered to you")
    agent.locator("#why > summary").click()
    expect(agent.locator("#why-body")).to_contain_text("offered to")
    check_axe(agent)
    agent.get_by_role("button", name="Accept").click()
    expect(agent.locator(".offer")).to_have_count(0)
    expect(agent.locator("#timeline")).to_contain_text("accepted it")
    assert sum(isinstance(one.payload, MessageSent) for one in entries(site, conversation)) == 1

    # they pass it on; the next finds the package at the top and answers on the second channel
    agent.get_by_role("button", name="Pass on").first.click()
    agent.locator("#pass-to").select_option(f"{second}@tarnfell.example")
    agent.locator("#pass-note").fill("Knows parcels")
    agent.locator("#pass-form").get_by_role("button", name="Pass on").click()
    expect(agent.locator("#timeline")).to_contain_text("passed it to")
    mail = {
        "type": "message", "id": "nora-1", "conversation": "nora-mail", "channel": "email", "direction": "in",
        "at": datetime.now(UTC).isoformat(), "text": "Me again, about TF-80311.",
        "handle": {"kind": "email", "value": "nora@example.com", "verified": True},
    }  # fmt: skip
    stored = httpx.post(f"{site.url}/api/events", json=[mail], headers=headers)
    assert stored.json()["bad"] == [], stored.text
    other = new_page()
    sign_in(other, f"{second}@tarnfell.example", f"/console/conversations/{conversation}")
    expect(other.locator("#timeline")).to_contain_text("Me again, about TF-80311.")  # the mail, beside the chat
    other.locator("#why > summary").click()
    other.locator("#why-body").get_by_text("Move it there").first.click()
    other.locator("#why-body").get_by_label("Why").first.fill("writes by mail anyway")
    other.locator("#why-body").get_by_role("button", name="Move").first.click()
    expect(other.locator("#timeline")).to_contain_text("writes by mail anyway")
    other.locator("#package > summary").click()
    expect(other.locator("#package")).to_contain_text("TF-80311")
    expect(other.locator("#timeline")).to_contain_text("opened the handoff package")
    check_axe(other)
    answer(site.parts, asked)
    assert sum(isinstance(one.payload, MessageSent) for one in entries(site, conversation)) == 1
