"""A new agent practises in the console: package, suggestion, answers, the next customer, the score card."""

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.system("chromium"), pytest.mark.timeout(180)]


def test_three_customers_and_a_score_card(
    site: Any,
    new_page: Callable[..., Any],
    sign_in: Callable[..., None],
    check_axe: Callable[[Any], None],
    picture: Callable[[Any, str], None],
) -> None:
    page = new_page()
    page.set_default_timeout(90_000)  # the shop is a server of its own
    sign_in(page, "sara@tarnfell.example")
    page.get_by_role("link", name="Training").click()
    check_axe(page)
    page.get_by_role("button", name="Begin with 3 customers").click()
    page.get_by_role("heading", name="(1 of 3)").wait_for()
    page.get_by_role("button", name="Open the package").click()
    page.get_by_role("heading", name="Handoff package").wait_for()
    page.get_by_role("button", name="Suggest a reply").click()
    page.get_by_label("Answer to").fill("Standard delivery takes three to five working days. <b>Sorry!</b>")
    check_axe(page)
    picture(page, "training")
    page.get_by_role("button", name="Send").click()
    said = page.get_by_role("list", name="What was said")
    said.get_by_text("<b>Sorry!</b>").wait_for()
    page.get_by_role("button", name="Done, next customer").click()
    page.get_by_role("heading", name="The customer before").wait_for()
    assert page.get_by_text("opened the handoff package before the first answer").count() == 1
    check_axe(page)
    page.get_by_role("button", name="Done, next customer").click()
    page.get_by_role("button", name="End and see the score").click()
    page.get_by_role("heading", name="What you reached").wait_for()
    check_axe(page)
    assert page.get_by_role("table").get_by_text("1 of 3").count() >= 1
