"""The handoff package in a real browser: at the top, opened in the open, a fact put right in place."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

pytestmark = [pytest.mark.browser, pytest.mark.system("chromium")]


def test_the_next_agent_reads_the_package_and_puts_a_fact_right(
    site: Any, new_page: Callable[..., Any], sign_in: Callable[..., None], check_axe: Callable[[Any], None]
) -> None:
    from playwright.sync_api import expect

    mail = {
        "type": "message", "id": "pack-1", "conversation": "pack-thread", "channel": "email", "direction": "in",
        "at": datetime.now(UTC).isoformat(), "text": "I need a spare pole for order TF-70422. I already tried tape.",
        "subject": "Broken pole", "handle": {"kind": "email", "value": "packa@example.com", "verified": True},
    }  # fmt: skip
    headers = {"Authorization": f"Bearer {site.token}"}
    stored = httpx.post(f"{site.url}/api/events", json=[mail], headers=headers)
    assert stored.json()["bad"] == [], stored.text
    page = new_page()
    sign_in(page)
    page.locator(".row", has_text="Broken pole").click()
    package = page.locator("#package")
    expect(package.locator("summary")).to_contain_text("I need a spare pole for order TF-70422")
    package.locator("summary").click()
    expect(package).to_contain_text("I already tried tape")
    check_axe(page)
    expect(page.locator("#timeline")).to_contain_text("opened the handoff package")

    page.get_by_text("Already told us").click()
    told = page.locator(".told > li", has_text="TF-70422").first
    told.get_by_text("Correct", exact=True).click()
    told.get_by_label("It should read").fill("TF-70424")
    told.get_by_role("button", name="Save").click()
    expect(page.locator("#timeline")).to_contain_text("put a fact right")
    expect(page.locator("#customer")).to_contain_text("TF-70424")
    check_axe(page)
