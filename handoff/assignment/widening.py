"""Widening: where nobody with the skill has had room for long enough, anybody else who may is asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from handoff.agents.agent import Agent, Need
from handoff.agents.rules import Load, Objection, allowed
from handoff.channels.choosing import LIVE
from handoff.plan import Plan
from knowledge.hours import worked


@dataclass(frozen=True)
class Fitting:
    """Who may take a conversation, the rule that objects to each other (by e-mail), and whether skills gave way."""

    fit: tuple[Agent, ...]
    objections: Mapping[str, Objection]
    widened: bool = False


def waited_enough(plan: Plan, topic: str, channel: str, since: datetime, now: datetime) -> bool:
    """Tell whether others than those with the skill may be asked by now.

    After `widen_minutes` of working time on a live channel, else after half the time of the promised reply; never
    without either, and never about a topic that only the skilled may take.
    """
    if plan.assignment.widen_minutes is None or (topic in plan.topics and plan.topics[topic].skilled_only):
        return False
    promised = plan.reply_within(channel)
    after = timedelta(minutes=plan.assignment.widen_minutes) if channel in LIVE else promised and promised / 2
    return after is not None and worked(plan.calendar, since, now) >= after


def who_fits(agents: Sequence[Agent], need: Need, loads: Mapping[str, Load], *, wide: bool) -> Fitting:
    """Return who may take a conversation; where that is nobody and it is `wide`, who may without the skill.

    No other rule ever gives way.
    """
    fit, objections = allowed(agents, need, loads)
    if fit or not wide or not need.skills:
        return Fitting(tuple(fit), objections)
    others, why = allowed(agents, replace(need, skills=frozenset()), loads)
    return Fitting(tuple(others), why, widened=True) if others else Fitting((), objections)
