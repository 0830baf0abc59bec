"""Live in a real browser: however slowly the page loads, over a restart, in many tabs; nothing is lost."""

import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Any

import pytest

from knowledge.customers import inbox
from knowledge.customers.entries import Entry, Handle
from tests.browser.conftest import PASSWORD, open_site
from tests.browser.test_journey import expect

pytestmark = [pytest.mark.browser, pytest.mark.system("chromium")]


def arrive(site: Any, text: str, who: str = "ana@example.com") -> Entry:
    now = datetime.now(UTC)
    with site.parts.database.write() as session:
        mail = inbox.Incoming("email", Handle("email", who), text, now)
        return inbox.receive(session, site.parts.scope, mail, now)


@pytest.mark.parametrize("slow", ["htmx.min.js", "live.js", "console.js"])
def test_it_listens_in_whatever_order_the_scripts_come(
    site: Any, new_page: Callable[..., Any], sign_in: Callable[..., None], slow: str
) -> None:
    page = new_page()

    def late(route: Any) -> None:
        time.sleep(0.7)
        route.continue_()

    page.route(f"**/{slow}*", late)
    sign_in(page)
    expect(page.locator("#live-state")).to_have_text("Live", timeout=5_000)
    arrive(site, f"slow {slow}", f"{slow}@example.com")
    expect(page.locator(".row", has_text=f"slow {slow}")).to_be_visible(timeout=5_000)


def test_a_tab_that_nobody_sees_takes_no_connection(
    site: Any, new_page: Callable[..., Any], sign_in: Callable[..., None]
) -> None:
    """A browser has six connections to a server for all its tabs: eight consoles must all work."""
    first = new_page()
    sign_in(first)
    for _ in range(7):
        page = first.context.new_page()
        page.add_init_script("Object.defineProperty(document, 'hidden', {get: () => window.covered || false})")
        page.goto(f"{site.url}/console")
        expect(page.locator("#live-state")).to_have_text("Live", timeout=5_000)
        cover(page, True)
    arrive(site, "said while covered", "tabs@example.com")
    cover(page, False)
    expect(page.locator(".row", has_text="said while covered")).to_be_visible(timeout=5_000)


def cover(page: Any, covered: bool) -> None:
    page.evaluate(f"window.covered = {str(covered).lower()}; document.dispatchEvent(new Event('visibilitychange'))")


def test_a_restart_of_the_server_loses_nothing(
    tmp_path_factory: pytest.TempPathFactory, new_page: Callable[..., Any], watch: Any
) -> None:
    watch.expected |= {"ERR_CONNECTION_REFUSED", "ERR_INCOMPLETE_CHUNKED_ENCODING", "Failed to"}
    home = tmp_path_factory.mktemp("restart")
    with ExitStack() as running:
        site = running.enter_context(open_site(home))
        watch.home, port = site.url, int(site.url.rpartition(":")[2])
        page = new_page()
        page.goto(f"{site.url}/console")
        page.get_by_label("E-mail address").fill("sara@tarnfell.example")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        conversation = arrive(site, "before the restart").conversation
        page.goto(f"{site.url}/console/conversations/{conversation}")
        expect(page.locator("#live-state")).to_have_text("Live")
        page.evaluate("performance.mark('same page')")
        running.close()
        expect(page.locator("#live-state")).to_have_text("Reconnecting")
        site = running.enter_context(open_site(home, port))
        arrive(site, "after the restart")
        expect(page.locator(".msg.in", has_text="after the restart")).to_be_visible(timeout=20_000)
        expect(page.locator("#live-state")).to_have_text("Live")
        expect(page.locator(".msg.in")).to_have_count(2)
        assert page.evaluate("performance.getEntriesByName('same page').length") == 1
