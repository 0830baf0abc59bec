"""Reaching out first in a real browser: a manager looks, approves, turns down; the customer stops it with a click."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from api.outreach.outreaching import open_campaign, stop_link
from api.parts import Parts
from assistant.outreach.campaign import run
from knowledge.customers import consent, remaining, timeline
from knowledge.customers.entries import Handle, OrderRecorded
from knowledge.customers.record import KnownHandle, NewCustomer, save_customer
from knowledge.customers.timeline import NewEntry
from knowledge.ids import CustomerId
from tests.browser.conftest import serving

pytestmark = [pytest.mark.browser, pytest.mark.system("chromium")]
YAML = """
sender: {name: Tarnfell}
triggers:
  - {name: late, when: {kind: delivery_late}, purpose: service, channels: [email], subject: Your order,
     text: "Hello $name, your order $order is late. We are on it.", holdout: 0}
"""


def expect(found: Any) -> Any:
    """Playwright's own `expect`, fetched when a browser is really there."""
    from playwright.sync_api import expect as playwright_expect

    return playwright_expect(found)


def late(parts: Parts, name: str, zone: str, now: datetime) -> CustomerId:
    handle = KnownHandle(Handle("email", f"{name.lower().split()[0]}@example.org"), True)
    with parts.database.write() as session:
        new = NewCustomer(name, name=name, timezone=zone, handles=(handle,))
        customer = save_customer(session, parts.scope, new, now)
        timeline.append(session, parts.scope, NewEntry(customer, OrderRecorded("TF-1", "late"), now), now)
    return customer


def test_proposed_approved_turned_down_and_stopped(
    site: Any,
    watch: Any,
    tmp_path: Path,
    new_page: Callable[..., Any],
    sign_in: Callable[..., None],
    check_axe: Callable[[Any], None],
) -> None:
    file, now = tmp_path / "outreach.yaml", datetime.now(UTC)
    file.write_text(YAML)
    settings = site.parts.settings.model_copy(update={"outreach": file, "public_url": site.url, "port": 0})
    parts = replace(site.parts, settings=settings, channels={**site.parts.channels, "email": object()})
    zone = f"Etc/GMT{(now.hour - 12):+d}"  # where it is noon
    maya, bo = (late(parts, name, zone, now) for name in ("Maya <i>Lind</i>", "Bo Berg"))
    campaign = open_campaign(settings)
    assert campaign is not None
    assert run(parts.database, parts.scope, campaign, now) == {"proposed": 2}

    with serving(parts) as url:
        watch.home, site.url = url, url
        manager = new_page()
        sign_in(manager, "ada@tarnfell.example", "/console/outreach")
        waiting = manager.locator("article.beside")
        expect(waiting).to_have_count(2)
        expect(waiting.first).to_contain_text("Hello Maya <i>Lind</i>, your order TF-1 is late")
        check_axe(manager)
        mine = waiting.filter(has_text="Maya")
        mine.get_by_role("button", name="Send").focus()
        manager.keyboard.press("Enter")
        expect(waiting).to_have_count(1)
        waiting.get_by_role("button", name="Turn down").click()
        expect(manager.get_by_text("Nothing.")).to_be_visible()
        row = manager.get_by_role("row", name="late")
        expect(row).to_contain_text("Not known yet")
        assert row.locator("td").all_inner_texts()[:4] == ["late", "2", "1", "0"]
        check_axe(manager)
        manager.set_viewport_size({"width": 390, "height": 800})
        check_axe(manager)
        with parts.database.read() as session:
            assert len(remaining.of_kinds(session, parts.scope, [maya], ["outreach_sent"])) == 1
            assert remaining.of_kinds(session, parts.scope, [bo], ["outreach_sent"]) == []

        # the customer, without a login: looking stops nothing, one click stops everything
        page = new_page(viewport={"width": 390, "height": 800})
        page.goto(url + stop_link(settings, maya).removeprefix(settings.public_url))
        check_axe(page)
        with parts.database.read() as session:
            assert not consent.consents_of(session, parts.scope, [maya]).objects("outreach", "")
        page.get_by_role("button").click()
        expect(page.get_by_role("heading").first).to_be_visible()
        check_axe(page)
        with parts.database.read() as session:
            assert consent.consents_of(session, parts.scope, [maya]).objects("outreach", "")
        manager.goto(f"{url}/console/customers/{maya}")
        expect(manager.locator("main")).to_contain_text("Wants no messages that we send first")
