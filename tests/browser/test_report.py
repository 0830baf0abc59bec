"""A full report in a real browser: offline, accessible, on eight pages, and nothing in it told by colour alone."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from api.pages.reporting import as_html
from evals.figures import Figure
from evals.live.arms import Outreached, Reached
from evals.live.measures import Period
from evals.live.measuring import Told
from evals.live.money import Costs
from evals.live.stories import Asked, Draft, Offer, Repeat, Story, Survey
from evals.page import page_of
from evals.report.building import Report, Source, build
from evals.report.gaps import Unanswered
from evals.report.judged import Judged
from tests.evals.live.conftest import MONDAY, at, told
from tests.evals.live.report.test_building import by_word

pytestmark = [pytest.mark.browser, pytest.mark.system("chromium"), pytest.mark.timeout(120)]
TOPICS = (
    "Parcel",
    "Refund",
    "Zip",
    "Invoice",
    "Address",
    "Size",
    "Gift",
    "Warranty",
    "Delivery",
    "Login",
    "Tent",
    "Sale",
)
# Every colour of the page, as the browser paints it.
COLOURS = """() => [...document.querySelectorAll('*')].flatMap(one => {
  const style = getComputedStyle(one);
  return [style.color, style.backgroundColor, style.borderBottomColor, style.fill, style.stroke];
})"""


def stories() -> Iterator[Story]:
    """Sixty days of a made-up company: fewer say things twice in the second month."""
    random = np.random.default_rng(1)
    for number in range(240):
        begun = 6 * number - 24 * 30
        topic, channel = TOPICS[int(random.integers(len(TOPICS)))], ("chat", "email", "whatsapp")[number % 3]
        again = (
            "" if number % 4 else f"\n{begun + 30} phone customer {topic} once more\n{begun + 31} phone agent:bo done"
        )
        script = (
            f"{begun} {channel} customer {topic} question {number}\n{begun + 0.2} {channel} agent:ann answer{again}"
        )
        script += f"\n{begun + 40} {channel} =resolved ann"
        twice = random.random() < (0.5 if begun < 0 else 0.15)
        yield told(
            script,
            f"i{number}",
            f"c{number % 150}",
            repeats=(Repeat(f"i{number}-0", "x", True, at(begun + 0.1)),) if twice else (),
            surveys=(Survey("csat", int(random.integers(2, 6)), at(begun + 41)), Survey("nps", 8, at(begun + 41))),
            drafts=(Draft("a b c", "accepted" if number % 3 else "edited", "a b d", at(begun + 0.1)),),
            asked=(Asked(at(begun + 0.1), 300),),
            offers=(Offer("ann", "holdout" if number % 5 == 0 else "score", at(begun + 0.05), "accepted"),),
        )


def full_report() -> Report:
    period = Period(MONDAY, MONDAY + timedelta(days=30), MONDAY + timedelta(days=60))
    reached = [Reached("late", n % 3 == 0, at(n), contacts=int(n % 3 == 0 or n % 4 == 0)) for n in range(240)]
    outreached = Outreached(reached, [(at(n), "quiet_hours") for n in range(9)], [(at(n), n == 3) for n in range(90)])
    judged = [Judged((n % 20) / 20, n % 20 > 6) for n in range(200)]
    asked = [Unanswered(f"k{n}", f"{TOPICS[n % 4]} without an article", "", False, at(n)) for n in range(40)]
    costs = Costs(agent_hour=34, platform=900, models=120, currency="EUR")
    return build(Source(list(stories()), Told((), costs, outreached=outreached), judged, asked), period, by_word)


def test_a_full_report_prints_on_eight_pages_in_black_and_white(
    site: Any,
    new_page: Callable[..., Any],
    check_axe: Callable[[Any], None],
    picture: Callable[[Any, str], None],
    tmp_path: Path,
) -> None:
    from pypdf import PdfReader

    page = new_page(viewport={"width": 1100, "height": 1250})
    asked: list[str] = []
    page.goto("about:blank")
    page.on("request", lambda request: asked.append(request.url))
    made = full_report()
    assert made.headline[0].startswith("Better: Issues in which the customer had to say something twice: ")
    page.set_content(as_html(made, "A made-up company"))
    page.get_by_role("heading", name="All numbers").wait_for()
    check_axe(page)
    assert asked == []
    assert colourful(page) == set()
    picture(page, "report")
    page.pdf(path=tmp_path / "report.pdf", format="A4")
    pages = PdfReader(tmp_path / "report.pdf").pages
    assert 3 <= len(pages) <= 8
    text = "\n".join(one.extract_text() for one in pages)
    for heading in ("What changed", "What to do next", "What managers ask", "Where context is lost", "All numbers"):
        assert heading in text
    page.evaluate("document.getElementById('effects').scrollIntoView()")
    picture(page, "report-effects")


def test_the_page_of_the_figures_is_accessible_and_asks_nobody(
    site: Any, new_page: Callable[..., Any], check_axe: Callable[[Any], None]
) -> None:
    page = new_page()
    page.goto("about:blank")
    figures = [Figure(f"area{n}/data/metric", 0.5, "", 40, 0.4, 0.6, {"peer": 0.3}) for n in range(5)]
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.set_content(page_of([json.loads(json.dumps(vars(one))) for one in figures], ["leak: left out."]))
    page.get_by_role("heading", name="What a support manager asks").wait_for()
    check_axe(page)
    assert asked == []
    assert colourful(page) == set()


def colourful(page: Any) -> set[str]:
    """The colours that are no grey."""
    found = {one for one in page.evaluate(COLOURS) if one.startswith("rgb")}
    return {one for one in found if len({part.strip() for part in one.split("(")[1].rstrip(")").split(",")[:3]}) > 1}
