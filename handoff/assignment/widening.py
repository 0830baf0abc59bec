"""Widening: where nobody with the skill comes soon, anybody else who may is asked, as far as they have room to spare.

In a made-up floor (docs/routing.md) two things cost: to wait for somebody who can never come, and to take the room of
a colleague whom others wait for about what that colleague knows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from handoff.agents.agent import Agent, Need
from handoff.agents.rules import Load, Objection, allowed
from handoff.channels.choosing import LIVE
from handoff.plan import Plan
from knowledge.hours import worked

# Whether others than the skilled may be asked: never, where the skilled can never come, or wherever they did not yet.
Wide = Literal["never", "in_vain", "now"]
ROOM = "capacity"
# What keeps a colleague away for a while; any other rule does for good.
PASSING = frozenset({"hours", "away", ROOM})


@dataclass(frozen=True)
class Fitting:
    """Who may take a conversation, the rule that objects to each other (by e-mail), and whether skills gave way.

    `spare`: somebody with the skill is there and lacks nothing but room: others serve only out of room to spare.
    """

    fit: tuple[Agent, ...]
    objections: Mapping[str, Objection]
    widened: bool = False
    spare: bool = False


def wide_by_now(plan: Plan, topic: str, channel: str, since: datetime, now: datetime) -> Wide:
    """Tell whether others than those with the skill may be asked by now.

    After `widen_minutes` of working time on a live channel, else after half the time of the promised reply; before
    only where waiting is in vain. Never where the plan says so, or about a topic that only the skilled may take.
    """
    if plan.assignment.widen_minutes is None or (topic in plan.topics and plan.topics[topic].skilled_only):
        return "never"
    promised = plan.reply_within(channel)
    after = timedelta(minutes=plan.assignment.widen_minutes) if channel in LIVE else promised and promised / 2
    return "now" if after is not None and worked(plan.calendar, since, now) >= after else "in_vain"


def who_fits(agents: Sequence[Agent], need: Need, loads: Mapping[str, Load], wide: Wide = "never") -> Fitting:
    """Return who may take a conversation; where that is nobody and it is `wide`, who may without the skill.

    No other rule ever gives way.
    """
    fit, objections = allowed(agents, need, loads)
    if fit or wide == "never" or not need.skills:
        return Fitting(tuple(fit), objections)
    lacking = {one.rule for one in objections.values()} & PASSING
    if lacking and wide == "in_vain":
        return Fitting((), objections)
    others, why = allowed(agents, replace(need, skills=frozenset()), loads)
    return Fitting(tuple(others), why, True, ROOM in lacking) if others else Fitting((), objections)
