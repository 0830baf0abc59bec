"""Learning from colleagues: a lesson is read, put right and approved with the keyboard; what is refused is gone."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from knowledge.ids import CustomerId
from knowledge.library import lessons
from knowledge.library.articles import list_articles
from knowledge.library.lessons import Source

pytestmark = [pytest.mark.browser, pytest.mark.system("chromium")]
NOW = datetime.now(UTC)


def test_read_put_right_and_approved(
    site: Any, new_page: Callable[..., Any], sign_in: Callable[..., None], check_axe: Callable[[Any], None]
) -> None:
    with site.parts.database.write() as session:
        for number, question in enumerate(("May a pitched tent come back?", "Do you sell kayaks?")):
            said = ("example", question, "If it is clean, [PERSON_1], yes.")
            lessons.propose(session, site.parts.scope, said, [Source(f"c{number}", CustomerId("m1"))], NOW)
    page = new_page()
    sign_in(page, "ada@tarnfell.example", "/console/learning")
    check_axe(page)
    wanted = page.get_by_role("article", name="May a pitched tent come back?")
    wanted.get_by_label("Article").fill("A tent that was pitched once comes back if it is clean and dry.")
    wanted.get_by_role("button", name="Approve").focus()
    page.keyboard.press("Enter")
    page.get_by_role("status").get_by_text("an article now").wait_for()
    wanted.wait_for(state="detached")
    page.get_by_role("article", name="Do you sell kayaks?").get_by_role("button", name="Learn nothing").click()
    page.get_by_text("Nothing waits.").wait_for()
    check_axe(page)
    with site.parts.database.read() as session:
        (made,) = list_articles(session, site.parts.scope, source="learnt", limit=10)
    assert (made.title, made.visibility) == ("May a pitched tent come back?", "internal")
