"""Rules: who may take a conversation at all. They are asked in one order, and the first that objects is the reason."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from handoff.agents.agent import Agent, Need, outranks, plain_language
from knowledge.hours import is_open

# How many conversations of each channel somebody has.
Load = Mapping[str, int]


@dataclass(frozen=True)
class Objection:
    """The rule that excludes somebody, and why in words."""

    rule: str
    why: str


def _here(agent: Agent, _need: Need, _load: Load) -> str:
    return "" if agent.active else "does not work here any more"


def _profile(agent: Agent, _need: Need, _load: Load) -> str:
    return agent.problem and f"has a profile that cannot be read: {agent.problem}"


def _permission(agent: Agent, need: Need, _load: Load) -> str:
    return "" if outranks(agent.role, need.role) else f"is no {need.role}"


def _channel(agent: Agent, need: Need, _load: Load) -> str:
    return "" if not agent.channels or need.channel in agent.channels else f"does not work on {need.channel}"


def _language(agent: Agent, need: Need, _load: Load) -> str:
    spoken = plain_language(need.language)
    return "" if not spoken or not agent.languages or spoken in agent.languages else f"does not speak {spoken}"


def _skill(agent: Agent, need: Need, _load: Load) -> str:
    return "" if not need.skills or need.skills & agent.skills else f"does not know about {_either(need.skills)}"


def _refused(agent: Agent, need: Need, _load: Load) -> str:
    return "declined it or let it pass" if agent.email in need.refused else ""


def _hours(agent: Agent, need: Need, _load: Load) -> str:
    if is_open(agent.calendar, need.at):
        return ""
    day = need.at.astimezone(agent.calendar.zone).date()
    off = agent.calendar.day_off(day)
    return f"is off ({off})" if off else "is not at work now"


def _away(agent: Agent, _need: Need, _load: Load) -> str:
    return "says that they are not there now" if agent.away else ""


def _capacity(agent: Agent, need: Need, load: Load) -> str:
    has, room = load.get(need.channel, 0), agent.room(need.channel)
    return "" if has < room else f"has {has} of {room} on {need.channel}"


def _either(words: frozenset[str]) -> str:
    return " or ".join(sorted(words))


# The order in which rules are asked.
RULES: tuple[tuple[str, Callable[[Agent, Need, Load], str]], ...] = (
    ("active", _here),
    ("profile", _profile),
    ("permission", _permission),
    ("channel", _channel),
    ("language", _language),
    ("skill", _skill),
    ("refused", _refused),
    ("hours", _hours),
    ("away", _away),
    ("capacity", _capacity),
)


def objection(agent: Agent, need: Need, load: Load) -> Objection | None:
    """Return the first rule that keeps a colleague from a conversation, `None` when they may take it."""
    for name, rule in RULES:
        if why := rule(agent, need, load):
            return Objection(name, why)
    return None


def allowed(agents: Sequence[Agent], need: Need, loads: Mapping[str, Load]) -> tuple[list[Agent], dict[str, Objection]]:
    """Return who may take a conversation, and for all others the rule that objects, by e-mail."""
    objections = {agent.email: objection(agent, need, loads.get(agent.email, {})) for agent in agents}
    fit = [agent for agent in agents if objections[agent.email] is None]
    return fit, {email: found for email, found in objections.items() if found is not None}
