"""Agents: a colleague as routing sees them, and what a conversation needs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from knowledge.failures import Rejected
from knowledge.hours import ALWAYS, Calendar, read_calendar
from knowledge.staff.people import ROLES, Role, Staff

# What somebody takes on at once where their profile does not say.
USUAL_CAPACITY = {"phone": 1, "chat": 3}
OTHER_CAPACITY = 8


@dataclass(frozen=True)
class Agent:
    """A colleague: skills and languages in lower case; no channels, languages or hours named means all of them.

    `away`: they say that they have a break or have gone. `problem` says what in their profile cannot be read. Neither
    is offered anything.
    """

    email: str
    name: str = ""
    role: Role = "agent"
    skills: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    channels: frozenset[str] = frozenset()
    capacity: Mapping[str, int] = field(default_factory=dict)
    calendar: Calendar = ALWAYS
    active: bool = True
    away: bool = False
    problem: str = ""

    def room(self, channel: str) -> int:
        """Return how many conversations of a channel they take on at once."""
        return self.capacity.get(channel, USUAL_CAPACITY.get(channel, OTHER_CAPACITY))


@dataclass(frozen=True)
class Need:
    """What a conversation asks of whoever takes it, at a moment.

    `skills`: any one of them will do; `role`: the least role; `refused`: colleagues who declined it or let it pass.
    """

    at: datetime
    channel: str
    language: str = ""
    skills: frozenset[str] = frozenset()
    role: Role = "agent"
    refused: frozenset[str] = frozenset()


def agent_of(staff: Staff) -> Agent:
    """Return the agent a colleague's profile describes."""
    profile = staff.profile
    problem, calendar, capacity = "", ALWAYS, {}
    try:
        calendar = read_calendar(profile)
        capacity = _capacity(profile.get("capacity"))
    except Rejected as refused:
        problem = refused.message
    return Agent(
        email=staff.email,
        name=staff.name,
        role=staff.role,
        skills=_words(profile.get("skills")),
        languages=frozenset(plain_language(word) for word in _words(profile.get("languages"))),
        channels=_words(profile.get("channels")),
        capacity=capacity,
        calendar=calendar,
        active=staff.active and staff.email != "bot",
        away=staff.state in ("away", "off"),
        problem=problem,
    )


def plain_language(language: str) -> str:
    """Return the language without its region: "de" for "de-AT"."""
    return language.lower().replace("_", "-").partition("-")[0]


def outranks(role: Role, least: Role) -> bool:
    """Return whether a role is at least another."""
    return ROLES.index(role) >= ROLES.index(least)


def _words(told: object) -> frozenset[str]:
    return frozenset(str(word).strip().lower() for word in told) if isinstance(told, list | tuple) else frozenset()


def _capacity(told: object) -> dict[str, int]:
    if told is None:
        return {}
    if not isinstance(told, Mapping) or not all(type(room) is int and 0 <= room <= 1_000 for room in told.values()):
        raise Rejected("Capacity is a whole number for each channel.", 'For example: {"chat": 3, "email": 8}.')
    return {str(channel): int(room) for channel, room in told.items()}
