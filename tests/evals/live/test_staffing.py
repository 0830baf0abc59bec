"""The staff's measures by tables worked out by hand."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from evals.live.measures import Measure, Period
from evals.live.staffing import Staffed, staffing
from evals.live.stories import Story
from knowledge.ids import StaffId
from knowledge.staff.people import Staff
from knowledge.staff.states import Span, State

Tell = Callable[..., Story]
When = Callable[[float], datetime]


def person(name: str, since: datetime, left: datetime | None = None) -> Staff:
    return Staff(StaffId(name), name, name, "agent", {}, left is None, True, since, left)


def named(staffed: Staffed, stories: list[Story], period: Period) -> dict[str, Measure]:
    return {one.name: one for one in staffing(staffed, stories, period)}


def test_content_and_staying(when: When, november: Period) -> None:
    before, after = november.since - timedelta(days=1), november.since + timedelta(days=5)
    people = [person(name, before) for name in "abc"] + [person("new", after)]
    people += [person("left", before, after), person("had left", before, before), person("leaves later", before)]
    answers = {"2026-10": [1, 1, 1, 1, 1], "2026-11": [5, 4, 4, 2, 5, 3]}
    period = Period(datetime.fromisoformat("2026-11-01T00:00:00Z"), november.until, november.now)
    found = named(Staffed(answers, people), [], period)
    assert (found["esat"].value, found["esat"].n) == (pytest.approx(400 / 6), 6)
    assert found["esat"].parts == {"mean": 23 / 6, "response rate": pytest.approx(100 * 6 / 5)}  # one answered and left
    assert (found["attrition"].value, found["attrition"].n) == (20, 5)
    assert found["attrition"].low is not None
    few = named(Staffed({"2026-11": [1, 1, 1, 1]}, people), [], period)["esat"]
    assert (few.value, few.n, few.low) == (None, 4, None)  # four answers would tell whose they are
    nothing = named(Staffed(), [], period)
    assert [one.value for one in nothing.values()] == [None] * 4


def test_time_on_customers(tell: Tell, when: When, november: Period) -> None:
    """Ann is there 4 h, away 1 h; her two answers take 15 min and 30 s (the first has nothing to read before it).
    Bo says he is there for two days and never that he has gone: 12 h count."""

    def span(email: str, state: State, begin: float, end: float | None) -> Span:
        return Span(email, state, when(begin), when(end) if end is not None else None)

    spans = [span("ann", "available", 0, 4), span("ann", "away", 4, 5), span("bo", "available", 0, None)]
    story = tell("0 chat agent:ann hello\n0.2 chat customer a\n0.7 chat agent:ann b")
    unsaid = tell("0 chat customer a\n0.2 chat agent:cy b", "i2", "c2")  # Cy never says when he is there
    found = named(Staffed(spans=spans), [story, unsaid], november)
    assert found["occupancy"].value == pytest.approx(100 * (0.25 + 0.5 / 60) / (4 + 12))
    assert found["utilisation"].value == pytest.approx(100 * (0.25 + 0.5 / 60) / (5 + 12))
    assert (found["occupancy"].n, found["occupancy"].parts["hours"]) == (2, 16)
    assert found["occupancy"].low is not None
    assert found["occupancy"].few
    over_night = [span("ann", "available", 14, 17)]  # 23:00 to 02:00: two days
    assert named(Staffed(spans=over_night), [story], november)["occupancy"].n == 2
