"""One person by chat on two devices, by call and by mail: one timeline in the console."""

import mailbox
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from api.importers.formats import open_sources
from api.importers.importing import import_events
from api.importers.sources import Options
from api.sessions import chat_link

pytestmark = [pytest.mark.browser, pytest.mark.system("chromium")]
VTT = "WEBVTT\n\n00:01.000 --> 00:04.000\n<v Runa>My stove again.</v>\n\n00:05.000 --> 00:06.000\n<v Sara>Yes?\n"


def expect(found: Any) -> Any:
    """Playwright's own `expect`, fetched when a browser is really there."""
    from playwright.sync_api import expect as playwright_expect

    return playwright_expect(found)


def test_chat_to_call_to_mail_in_one_timeline(
    site: Any,
    new_page: Callable[..., Any],
    sign_in: Callable[..., None],
    check_axe: Callable[[Any], None],
    tmp_path: Path,
) -> None:
    parts, now = site.parts, datetime.now(UTC)
    handles = [{"kind": "email", "value": "runa@example.com"}, {"kind": "phone", "value": "+4740612345"}]
    person = {"type": "customer", "id": "runa", "name": "Runa Berg", "handles": handles}
    assert not import_events(parts.database, parts.scope, [person], now).bad

    # she writes at one device, and goes on at another with the code
    link = chat_link(parts.settings, "runa@example.com", "Runa Berg", now)
    desk, phone = new_page(), new_page(viewport={"width": 390, "height": 800})
    desk.goto(site.url + link[link.index("/chat") :])
    desk.get_by_label("Your message").fill("My stove does not light.")
    desk.keyboard.press("Enter")
    expect(desk.locator("#messages .mine:not(.pending)")).to_contain_text("does not light")
    desk.get_by_text("Continue on another device").click()
    desk.get_by_role("button", name="Get a link and a code").click()
    code = desk.locator("#resume-way strong")
    expect(code).to_have_text(re.compile(r"^[2-9A-Z]{4}-[2-9A-Z]{4}$"))
    check_axe(desk)
    phone.goto(site.url + "/chat")
    phone.get_by_text("Continue on another device").click()
    phone.get_by_label("Have a code").fill(code.inner_text().lower())
    phone.get_by_role("button", name="Continue here").click()
    expect(phone.locator("#messages")).to_contain_text("does not light")
    phone.get_by_label("Your message").fill("It clicks, nothing more.")
    phone.keyboard.press("Enter")
    expect(desk.locator("#messages")).to_contain_text("It clicks")

    # she calls, and she writes a mail
    speakers = {"Runa": "customer", "Sara": "sara@tarnfell.example"}
    call = {"type": "call", "id": "call-r", "at": (now + timedelta(seconds=1)).isoformat(), "webvtt": VTT}
    assert not import_events(parts.database, parts.scope, [{**call, "customer": "runa", "speakers": speakers}], now).bad
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "Runa <runa@example.com>", "help@tarnfell.example", "Photo of the stove"
    mail["Date"], mail["Message-ID"] = format_datetime(now + timedelta(seconds=9)), "<photo@example.com>"
    mail.set_content("The jet is black.\n\nOn Mon, Sara <help@tarnfell.example> wrote:\n> Yes?\n")
    box = mailbox.mbox(tmp_path / "in.mbox")
    box.add(mail)
    box.close()
    options = Options(ours=frozenset({"@tarnfell.example"}), trust_addresses=True)
    rows = open_sources([tmp_path / "in.mbox"], "auto", options)
    assert not import_events(parts.database, parts.scope, rows, now).bad

    # the agent sees one person's one timeline
    agent = new_page()
    sign_in(agent)
    agent.locator(".row", has_text="Runa Berg").first.click()
    timeline = agent.locator("#entries")
    for words in (
        "does not light",
        "It clicks",
        "Call from the customer, 0:06",
        "My stove again.",
        "The jet is black.",
    ):
        expect(timeline).to_contain_text(words)
    expect(timeline).to_contain_text("said at 0:01")
    expect(timeline).not_to_contain_text("wrote:")
    check_axe(agent)
