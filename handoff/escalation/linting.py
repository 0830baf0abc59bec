"""The linter: what in a plan cannot be meant, before it is switched on."""

from collections.abc import Sequence
from dataclasses import dataclass

from handoff.agents.agent import Agent, outranks
from handoff.plan import Plan, Rule, When


@dataclass(frozen=True)
class Finding:
    """Something that cannot be meant: where, and what to do about it."""

    where: str
    says: str


def lint(plan: Plan, agents: Sequence[Agent]) -> list[Finding]:
    """Return what cannot be meant; nothing is found in a plan that is fine."""
    return [*_rules(plan), *_topics(plan, agents), *_people(plan, agents), *_profiles(agents), *_social(plan)]


def _rules(plan: Plan) -> list[Finding]:
    found = []
    for place, rule in enumerate(plan.escalation):
        where, earlier = f"escalation.{rule.name}", plan.escalation[:place]
        if rule.when == When():
            found.append(Finding(where, "has no condition: it fires on everything. Name at least one."))
        if any(one.name == rule.name for one in earlier):
            found.append(Finding(where, "has the name of an earlier rule: it never fires. Rename it."))
        for one in earlier:
            if one.name != rule.name and _covers(one, rule):
                found.append(Finding(where, f"never comes first: whatever fits it fits {one.name} before. Move it up."))
        found += [
            Finding(where, f"names the topic {topic}, which the plan does not have.")
            for topic in rule.when.topics
            if topic not in plan.topics
        ]
        if rule.to == "faster" and rule.within_minutes is None:
            found.append(Finding(where, "asks for a faster reply without within_minutes: nothing becomes faster."))
    return found


def _covers(wider: Rule, narrower: Rule) -> bool:
    """Whether every situation that fits the narrower fits the wider rule."""
    for name in ("words", "topics", "channels"):
        ours, theirs = set(getattr(wider.when, name)), set(getattr(narrower.when, name))
        if ours and not (theirs and theirs <= ours):
            return False
    for name in ("public", "vip"):
        ours, theirs = getattr(wider.when, name), getattr(narrower.when, name)
        if ours is not None and ours != theirs:
            return False
    for name in ("waited_minutes", "repeats"):
        ours, theirs = getattr(wider.when, name), getattr(narrower.when, name)
        if ours is not None and (theirs is None or theirs < ours):
            return False
    below, lower = wider.when.mood_below, narrower.when.mood_below
    if below is not None and (lower is None or lower > below):
        return False
    return wider.when != When()


def _topics(plan: Plan, agents: Sequence[Agent]) -> list[Finding]:
    known = {skill for agent in agents for skill in agent.skills}
    found = []
    for name, topic in plan.topics.items():
        if not topic.words:
            found.append(Finding(f"topics.{name}", "has no words: no message is ever about it."))
        if topic.skilled_only and not topic.skills:
            found.append(Finding(f"topics.{name}", "is skilled_only and names no skill: anybody may take it."))
        if agents and topic.skills and not known & {skill.lower() for skill in topic.skills}:
            found.append(Finding(f"topics.{name}", f"asks for {' or '.join(topic.skills)}, which nobody here knows."))
    return found


def _people(plan: Plan, agents: Sequence[Agent]) -> list[Finding]:
    wants = [rule.name for rule in plan.escalation if rule.to == "manager"]
    managers = [agent for agent in agents if agent.active and outranks(agent.role, "manager")]
    if wants and agents and not managers:
        return [Finding(f"escalation.{wants[0]}", "asks for a manager, and there is none.")]
    return []


def _profiles(agents: Sequence[Agent]) -> list[Finding]:
    return [
        Finding(f"staff.{agent.email}", f"is offered nothing: {agent.problem}")
        for agent in agents
        if agent.active and agent.problem
    ]


def _social(plan: Plan) -> list[Finding]:
    social = {"instagram", "facebook", "x", "twitter"} & {
        one for topic in plan.topics.values() for one in topic.channels
    }
    return [
        Finding("reply_minutes", f"promises nothing on {channel}; 45 minutes are used.")
        for channel in sorted(social - set(plan.reply_minutes))
    ]
