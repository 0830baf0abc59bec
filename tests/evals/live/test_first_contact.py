"""First contact resolution: net of what policy lets nobody solve at once, and as customers say it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pytest

from evals.live.measures import Period
from evals.live.resolution import resolution
from evals.live.stories import Story, Survey
from evals.live.voices import voices
from handoff.plan import parse_plan

Tell = Callable[..., Story]
When = Callable[[float], datetime]
PLAN = """
topics:
  warranty: {words: [broken, repair], first_contact: false}
  shipping: {words: [parcel]}
"""


def test_what_policy_forbids_to_solve_at_once_is_left_out(tell: Tell, november: Period) -> None:
    plan = parse_plan(PLAN)
    at_once = "0 chat customer where is my parcel\n0.1 chat agent:ann there\n0.2 chat =resolved ann"
    twice = "0 chat customer my parcel?\n0.1 chat agent:ann a\n50 email customer and now?\n51 email =resolved ann"
    repair = "0 chat customer it came broken\n0.1 chat agent:ann a\n50 email customer sent it\n51 email =resolved ann"
    other = "0 chat customer hello\n0.1 chat agent:ann hello\n0.2 chat =resolved ann"
    stories = [tell(script, f"i{place}", f"c{place}") for place, script in enumerate((at_once, twice, repair, other))]
    found = {one.name: one for one in resolution(stories, november, plan.solvable_at_once)}
    assert (found["first_contact_resolution"].value, found["first_contact_resolution"].n) == (50, 4)
    assert (found["fcr_net"].value, found["fcr_net"].n) == (pytest.approx(200 / 3), 3)
    assert found["fcr_net"].parts == {"left out": 1}
    assert found["fcr_net"].low is not None
    without = {one.name: one for one in resolution(stories, november)}
    assert (without["fcr_net"].value, without["fcr_net"].n, without["fcr_net"].parts) == (50, 4, {"left out": 0})


def test_what_customers_say_of_it(tell: Tell, when: When, november: Period) -> None:
    script = "0 chat customer a\n1 chat agent:ann b\n2 chat =resolved ann"
    stories = [
        replace(tell(script, f"i{place}", f"c{place}"), surveys=(Survey("fcr", score, when(3)),), surveyed=True)
        for place, score in enumerate((1, 1, 1, 0))
    ]
    found = {one.name: one for one in voices([*stories, tell(script, "i9", "c9")], november)}["fcr_by_survey"]
    assert (found.value, found.n, found.few) == (75, 4, True)
    assert found.parts["coverage of resolved issues"] == 80
    assert {one.name: one for one in voices([], november)}["fcr_by_survey"].value is None
