"""How was it? Asked in the chat and by mail, answered with the keyboard and without a login."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from api.outreach.surveying import ask_due, survey_link
from knowledge.customers import inbox, timeline
from knowledge.customers.conversations import Wanted, list_conversations
from knowledge.customers.entries import Entry, Handle, SurveyAnswered
from knowledge.customers.inbox import Incoming
from knowledge.customers.survey_entries import SurveyAsked

pytestmark = [pytest.mark.browser, pytest.mark.system("chromium")]


def expect(found: Any) -> Any:
    """Playwright's own `expect`, fetched when a browser is really there."""
    from playwright.sync_api import expect as playwright_expect

    return playwright_expect(found)


def entries(parts: Any, kind: type) -> list[Entry]:
    with parts.database.read() as session:
        return [one for one in timeline.after(session, parts.scope, 0) if isinstance(one.payload, kind)]


def resolve_all(parts: Any, now: datetime) -> None:
    with parts.database.write() as session:
        for one in list_conversations(session, parts.scope, Wanted(resolved=False)):
            inbox.set_status(session, parts.scope, one.id, "resolved", "sara@tarnfell.example", now)


def test_asked_in_the_chat_and_by_mail(
    site: Any,
    watch: Any,
    new_page: Callable[..., Any],
    sign_in: Callable[..., None],
    check_axe: Callable[[Any], None],
) -> None:
    # The browser is told of refused answers in its console.
    watch.expected.add("the server responded with a status of 409")
    parts, now = site.parts, datetime.now(UTC)
    zone = f"Etc/GMT{(now.hour - 12):+d}"  # where it is noon: at night nobody is asked
    settings = parts.settings.model_copy(
        update={"survey": "csat", "survey_share": 1.0, "survey_hours": 0.0, "time_zone": zone}
    )
    asking = replace(parts, settings=settings, channels={**parts.channels, "email": object()})

    # in the chat a card comes while it is open
    chat = new_page()
    chat.goto(f"{site.url}/chat")
    chat.get_by_label("Your message").fill("My tent leaks, could you please tell me what I can do about it?")
    chat.keyboard.press("Enter")
    expect(chat.locator("#messages .mine:not(.pending)")).to_contain_text("leaks")
    expect(chat.locator("#survey-card")).to_be_hidden()
    resolve_all(parts, datetime.now(UTC))
    assert ask_due(asking, datetime.now(UTC)) == 1
    card = chat.get_by_role("group", name="How satisfied are you")
    expect(card).to_be_visible()
    check_axe(chat)
    chat.get_by_role("button", name="Send answer").click()
    expect(chat.get_by_role("alert").filter(has_text="choose one")).to_be_visible()
    card.get_by_label("1, very dissatisfied").focus()
    for _ in range(3):
        chat.keyboard.press("ArrowRight")
    expect(card.get_by_label("4", exact=True)).to_be_checked()
    chat.get_by_label("add something").fill("Fast <b>& kind</b>")
    chat.get_by_role("button", name="Send answer").click()
    expect(chat.locator("#survey-card")).to_contain_text("Thank you")
    check_axe(chat)
    chat.reload()
    expect(chat.locator("#messages")).to_contain_text("leaks")
    expect(chat.locator("#survey-card")).to_be_hidden()

    # by mail a link leads to a page of its own, in the customer's language
    text = "Guten Tag, mein Zelt ist leider undicht. Was kann ich tun, damit es wieder dicht wird?"
    with parts.database.write() as session:
        inbox.receive(session, parts.scope, Incoming("email", Handle("email", "uli@example.com"), text, now), now)
    resolve_all(parts, datetime.now(UTC))
    assert ask_due(asking, datetime.now(UTC)) == 1
    link = survey_link(settings, entries(parts, SurveyAsked)[-1])
    page = new_page(viewport={"width": 390, "height": 800}, java_script_enabled=False)
    address = site.url + link[link.index("/survey/") :]
    page.goto(address)
    expect(page.get_by_role("heading")).to_contain_text("Wie zufrieden sind Sie")
    page.get_by_label("5, sehr zufrieden").check()
    page.get_by_label("hinzufügen").fill("Schnell!")
    page.get_by_role("button", name="Antwort senden").click()
    expect(page.get_by_role("heading")).to_contain_text("Vielen Dank")
    page.goto(address)
    expect(page.get_by_role("heading")).to_contain_text("schon beantwortet")
    assert [one.payload.score for one in entries(parts, SurveyAnswered)] == [4, 5]  # type: ignore[union-attr]

    # axe needs scripts; the page looks the same with them
    with parts.database.write() as session:
        inbox.receive(session, parts.scope, Incoming("email", Handle("email", "bo@example.com"), "Hi", now), now)
    resolve_all(parts, datetime.now(UTC))
    assert ask_due(asking, datetime.now(UTC)) == 1
    link = survey_link(settings, entries(parts, SurveyAsked)[-1])
    scripted = new_page()
    scripted.goto(site.url + link[link.index("/survey/") :])
    check_axe(scripted)
    scripted.get_by_role("button", name="Do not ask me again").click()
    expect(scripted.get_by_role("heading")).to_contain_text("not ask you again")
    check_axe(scripted)

    # colleagues see that it was asked and answered
    agent = new_page()
    sign_in(agent)
    agent.get_by_role("link", name=re.compile("Resolved|Closed|Done")).first.click()
    agent.locator(".row", has_text="uli@example.com").first.click()
    expect(agent.locator("#entries")).to_contain_text("Asked how satisfied they are by e-mail")
    expect(agent.locator("#entries")).to_contain_text("Rated satisfaction 5 of 5: “Schnell!”")
    expect(agent.locator("#entries")).not_to_contain_text("/survey/")
    check_axe(agent)
