"""The report: what changed, what to do, themes, and that nothing is told from too little."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from numpy.typing import NDArray

from evals.intervals import rate_interval
from evals.live.journeys import Way
from evals.live.measures import Measure, Period, mean, rate
from evals.live.measuring import Told
from evals.live.money import Costs
from evals.live.stories import Story
from evals.report import drawing
from evals.report.actions import propose
from evals.report.building import Source, build
from evals.report.changes import changes
from evals.report.gaps import Gap, Unanswered
from evals.report.judged import Judged, reliability, risk_coverage
from evals.report.numbers import rows
from evals.report.reading import read_costs
from evals.report.reasons import reasons
from evals.report.themes import Theme, themes
from knowledge.failures import Rejected

Tell = Callable[..., Story]


def by_word(texts: Sequence[str]) -> NDArray[np.float32]:
    """Vectors by the first word: texts that begin alike are alike."""
    words = sorted({text.split()[0] for text in texts})
    rows = np.zeros((len(texts), max(len(words), 1)), dtype=np.float32)
    for row, text in enumerate(texts):
        rows[row, words.index(text.split()[0])] = 1
    return rows


def share(name: str, yes: int, n: int, good: int = 1) -> Measure:
    return rate(name, name, [True] * yes + [False] * (n - yes), good=good)


def test_a_change_is_told_only_beyond_chance() -> None:
    now = [share("a", 90, 100), share("b", 52, 100), share("c", 9, 10), share("d", 10, 100, good=-1)]
    before = [share("a", 60, 100), share("b", 50, 100), share("c", 1, 10), share("d", 60, 100, good=-1)]
    found = {one.now.name: one for one in changes(now, before)}
    assert [found[name].direction for name in "abcd"] == ["better", "cannot tell", "too few", "better"]
    assert found["a"].difference == pytest.approx(30)
    low, high = found["a"].low, found["a"].high
    assert low is not None
    assert high is not None
    assert low < 30 < high


def test_no_change_is_a_false_alarm_too_often() -> None:
    random = np.random.default_rng(7)
    told = 0
    for _ in range(200):
        now = [share(str(number), int(random.binomial(200, 0.4)), 200) for number in range(10)]
        before = [share(str(number), int(random.binomial(200, 0.4)), 200) for number in range(10)]
        told += any(one.told for one in changes(now, before))
    assert told <= 200 * 0.05 + 10  # Holm keeps the chance of one false alarm in a report near 5 %


def test_what_to_do_is_ranked_by_whom_it_spares() -> None:
    hours = mean("hours between", "", [2.0], "h")
    way = Way("chat", "phone", 60, share("kept", 7, 10), share("twice", 30, 60), share("ended", 6, 60), hours)
    theme = Theme("refund, late", "where is it", 40, 10, ("chat", "email"), ("chat", "email"))
    quiet = Theme("colour", "which colour", 90, 80, ("chat",), ())
    proposed = propose(
        [share("social_unanswered", 5, 50, -1)], [way], [theme, quiet], [Gap("gloves", "wash?", 12, 0, "")]
    )
    assert [one.gain for one in proposed] == [30, 30, 12]
    assert {one.title for one in proposed[:2]} == {
        "Carry the package from chat to phone",
        "Look for the cause of “refund, late”",
    }
    assert proposed[2].few
    assert (round(proposed[0].low, 1), round(proposed[0].high, 1)) == (21.0, 42.8)  # 30 + 1.92 ± 1.96 √30.96
    assert proposed[0].effect.startswith("At best 30 (21 to 43) ")
    gaps = [Gap(name, "?", 40 - place, 0, "") for place, name in enumerate(("gloves", "tents", "boots"))]
    mixed = propose([], [way], [theme], gaps)  # one of each kind first: three articles are one thing to do
    assert [one.gain for one in mixed] == [40, 30, 30]
    assert [one.gain for one in propose([], [], [], gaps)] == [40, 39, 38]
    assert propose([], [], [], []) == []


def test_themes_rise_on_channels(tell: Tell, november: Period) -> None:
    before = replace(november, since=november.since - timedelta(days=28), until=november.since)

    def issue(number: int, channel: str, word: str, day: float) -> Story:
        return tell(f"{24 * day} {channel} customer {word} tent pole snapped {number}", f"i{number}", f"c{number}")

    now = [issue(number, channel, "broken", 2 + number / 50) for number in range(20) for channel in ("chat", "email")]
    now += [issue(100 + number, "chat", "sizes", 3) for number in range(5)]
    old = [issue(200 + number, "chat", "sizes", -10) for number in range(5)]
    found = themes([*now, *old], november, before, by_word)
    assert [(one.issues, one.before, one.process) for one in found] == [(40, 0, True), (5, 5, False)]
    assert found[0].rising == ("chat", "email")
    assert "broken" in found[0].label
    assert themes(now[:1], november, before, by_word) == []


def test_nobody_is_told_of_by_name(tell: Tell, november: Period) -> None:
    """Words of customers leave in mails and files: without names, addresses and numbers of accounts."""
    before = replace(november, since=november.since - timedelta(days=28), until=november.since)
    text = "kayak for Odalys Quillfeather, odalys@example.org, +44 7700 900123"
    own = [tell(f"{24 + n} chat customer {text}", f"i{n}", name="Odalys Quillfeather") for n in range(4)]
    (found,) = themes(own, november, before, by_word)
    assert found.issues == 4
    assert "kayak" in found.label
    for told in ("Odalys", "Quillfeather", "odalys@example.org", "7700"):
        assert told.lower() not in f"{found.label} {found.example}".lower()


def test_words_in_another_language_can_still_be_read(tell: Tell, november: Period) -> None:
    before = replace(november, since=november.since - timedelta(days=28), until=november.since)
    text = "Hej, tältet jag köpte läcker vid sömmen. Kan jag få ett nytt? Hälsningar Odalys, odalys@example.org"
    own = [tell(f"{24 + n} chat customer {text}", f"i{n}", name="Odalys Quillfeather") for n in range(4)]
    (found,) = themes(own, november, before, by_word)
    assert "tältet jag köpte läcker vid sömmen" in found.example
    assert "odalys" not in found.example.lower()


def test_reliability_and_risk() -> None:
    judged = [Judged(0.9, True)] * 9 + [Judged(0.9, False)] + [Judged(0.5, True)] * 5 + [Judged(0.5, False)] * 5
    bins = reliability(judged)
    assert sum(one.right.n for one in bins) == 20
    assert bins[0].chance == 0.5
    assert risk_coverage(judged) == [(0.5, 0.1), (1.0, 0.3)]
    assert reliability(judged[:4]) == []


@pytest.mark.parametrize("title", ["plain", "<script>alert(1)</script>", '" onload="x', "&amp;"])
def test_plots_are_well_formed_and_escape_what_they_show(title: str) -> None:
    measures = [share("a", 3, 10), replace(share("a", 0, 1), value=None, low=None, high=None), share("a", 30, 100)]
    plots = [
        drawing.trend(title, ["1", "2", "3"], measures),
        drawing.funnel(title, [(title, 10.0), ("b", 0.0)]),
        drawing.calibration(reliability([Judged(0.5, True)] * 6)),
        drawing.risk([(0.5, 0.0), (1.0, 0.2)]),
    ]
    for plot in plots:
        ElementTree.fromstring(plot)
        assert "<script" not in plot
    assert drawing.trend(title, ["1"], [replace(measures[0], value=None)]) == ""


def test_a_report_of_nothing_and_of_something(tell: Tell, when: Callable[[float], datetime], november: Period) -> None:
    empty = build(Source([], Told()), november, by_word)
    assert empty.headline == ("Too few cases to tell whether anything changed.",)
    assert empty.actions == ()
    stories = [
        tell(f"{number} chat customer lost parcel\n{number + 0.1} chat agent:ann ok\n{number + 1} chat =resolved ann",
             f"i{number}", f"c{number}")
        for number in range(40)
    ]  # fmt: skip
    asked = [Unanswered(f"k{hour}", "lost glove where", "", False, when(hour)) for hour in (5, 6, 7, 40 * 24)]
    made = build(Source(stories, Told(costs=Costs(agent_hour=30)), unanswered=asked), november, by_word)
    assert made.gaps[0].conversations == 3
    assert made.themes[0].issues == 40
    told = rows(made)
    assert {"first_response", "first_response/p90"} <= {row["name"] for row in told}
    assert all(row["n"] >= 0 for row in told)
    assert len(made.trends) == 6


def test_wilson_stands_in_where_all_are_alike() -> None:
    from evals.live.measures import clustered_rate

    made = clustered_rate("a", "a", [False] * 12, list(range(12)))
    assert made.high == pytest.approx(100 * rate_interval(0, 12).high)


def test_costs_are_read_or_refused() -> None:
    assert read_costs("") == Costs()
    assert read_costs("agent_hour=34.5, platform=900, currency=EUR") == Costs(34.5, 900, currency="EUR")
    for wrong in ("rent=3", "agent_hour=a lot", "agent_hour=-1", "agent_hour=nan"):
        with pytest.raises(Rejected):
            read_costs(wrong)


def test_every_number_of_the_report_has_a_name_of_its_own(tell: Tell, november: Period) -> None:
    moved = "{0} chat customer lost {1}\n{0}.1 chat agent:ann ok\n{2} email customer lost again\n{3} chat =resolved ann"
    stories = [tell(moved.format(n, n, n + 40, n + 50), f"i{n}", f"c{n}") for n in range(12)]
    judged = [Judged(0.1 * (n % 10), n % 3 > 0) for n in range(40)]
    asked = [Unanswered(f"k{n}", "lost glove where", "", False, november.since) for n in range(3)]
    made = build(Source(stories, Told(), judged, asked), november, by_word)
    told: list[dict[str, Any]] = rows(made)
    names = [row["name"] for row in told]
    assert all(names)
    assert len(set(names)) == len(names)
    kinds = {name.partition("/")[0] for name in names}
    assert {"csat", "week", "way", "funnel", "reliability", "risk", "theme", "gap", "action"} <= kinds
    ways = {row["name"]: row["value"] for row in told if row["name"].startswith("way/chat/email/")}
    assert ways["way/chat/email/changes"] == 12
    assert len(ways) == 5


def test_the_headline_says_where_most_of_the_change_lies(tell: Tell, november: Period) -> None:
    """Before, half of the mails were reopened and none of the chats; now none of either."""
    line = "{0} {1} customer late parcel\n{2} {1} agent:ann ok\n{3} {1} =resolved ann{4}"
    again = "\n{0} {1} =open ann\n{2} {1} =resolved ann"
    stories = []
    for number in range(160):
        begun = 4 * number - 24 * 25 if number < 80 else 4 * (number - 80)
        channel = "email" if number % 2 else "chat"
        bad = number < 80 and number % 4 == 1
        more = again.format(begun + 2, channel, begun + 3) if bad else ""
        stories.append(tell(line.format(begun, channel, begun + 0.1, begun + 1, more), f"i{number}", f"c{number}"))
    made = build(Source(stories, Told()), november, by_word)
    [told] = [one for one in made.headline if one.startswith("Better: Resolved issues that were opened again: ")]
    assert told.endswith("100% of that lies on email: 0 (n 40), 50 before (n 40).")


def test_nothing_changed_has_no_reason(tell: Tell, november: Period) -> None:
    assert reasons([], [tell("0 chat customer a")], (november, november), Told()) == {}
