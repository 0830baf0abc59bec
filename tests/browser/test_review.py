"""The blind review in a real browser: accessible, by keyboard, nothing told about which draft is which."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from evals.core.cases import Score
from evals.core.runs import Run
from evals.replay import reviews
from evals.replay.history import read_moments
from knowledge.customers.entries import Handle
from knowledge.customers.inbox import Incoming, Reply, receive, reply

pytestmark = [pytest.mark.browser, pytest.mark.system("chromium")]
NOW = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.mark.parametrize("width", [1440, 900])
def test_a_review_is_rated_to_its_end(
    site: Any,
    new_page: Callable[..., Any],
    sign_in: Callable[..., None],
    check_axe: Callable[[Any], None],
    width: int,
) -> None:
    review = f"wide-{width}"
    _offer(site, review)
    page = new_page(viewport={"width": width, "height": 900})
    sign_in(page, "sara@tarnfell.example")
    for _ in range(2):
        page.goto(f"{site.url}/console/review/{review}")
        check_axe(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert {"Within 30 days.", "Soon."} == set(page.locator("article p").all_inner_texts())
        page.get_by_role("button", name="Left is better").press("Enter")
        page.wait_for_load_state()
    page.get_by_text("All rated").wait_for()
    check_axe(page)


def _offer(site: Any, review: str) -> None:
    parts = site.parts
    with parts.database.write() as session:
        for number in range(2):
            who = Handle("email", f"{review}-{number}@example.com")
            incoming = Incoming("email", who, "How long do I have?", NOW)
            got = receive(session, parts.scope, incoming, NOW).conversation
            assert got is not None
            reply(session, parts.scope, Reply(got, "30 days.", "imran@tarnfell.example"), NOW)
    moments = list(read_moments(parts.database, parts.scope))[-2:]
    runs = []
    for text in ("Soon.", "Within 30 days."):
        about = {"question": "How long do I have?", "text": text}
        scores = tuple(
            Score(one.reply, {}, output={"customer": one.customer, "conversation": one.conversation, **about})
            for one in moments
        )
        runs.append(Run("replay/history", (), scores, {}, {}))
    with parts.database.write() as session:
        reviews.offer(session, parts.scope, review, (runs[0], runs[1]), NOW)
