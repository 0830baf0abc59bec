"""The service plan: hours, reply times, topics, assignment and escalation of a company, from one YAML file."""

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, TypeAdapter, ValidationError

from handoff.assignment.queue import Priority
from handoff.notices import CLOSED, WAITING, Notices
from knowledge.failures import Rejected
from knowledge.hours import Calendar, read_calendar
from knowledge.staff.people import Role
from knowledge.yaml_text import parse_yaml

MAX_BYTES = 1_000_000
TRIAL = 0.5
Minutes = Annotated[float, Field(gt=0, le=60 * 24 * 30)]
Share = Annotated[float, Field(ge=0, le=0.5)]
Word = Annotated[str, Field(min_length=2, max_length=80)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,47}$")]
Target = Literal["specialist", "manager", "faster"]
Shape = TypeVar("Shape")


class Strict(BaseModel):
    """A part of the plan: a field that is none stops the reading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Topic(Strict):
    """A kind of issue: the words that tell it, who knows about it, which channels own it, whether it is private, and
    whether policy lets it be solved at the first contact. `skilled_only`: nobody else, however long it waits."""

    words: tuple[Word, ...] = ()
    skills: tuple[str, ...] = ()
    skilled_only: bool = False
    channels: tuple[str, ...] = ()
    sensitive: bool = False
    first_contact: bool = True


class Assigning(Strict):
    """How waiting conversations are offered; nothing is `offering` until somebody says so.

    An offer stands `accept_minutes`; an owner who leaves a waiting customer `answer_minutes` of working time without
    a word gives the conversation back; after `tell_after_minutes` without an owner the customer is told (`notice`; who
    waits live while the company is closed: `closed_notice`). Where nobody with the skill has room, others are asked
    after `widen_minutes` on live channels (none: never). A chance lower by `even` is taken for somebody who has nothing
    to do over somebody whose room is full.
    """

    offering: bool = False
    accept_minutes: Minutes = 2
    answer_minutes: Minutes = 30
    tell_after_minutes: Minutes = 5
    widen_minutes: Minutes | None = 3
    even: Share = 0.1
    notice: Notices = WAITING
    closed_notice: Notices = CLOSED
    explore: Share = 0.05
    holdout: Share = 0.05


class When(Strict):
    """What must hold for a rule to fire: everything that is named."""

    words: tuple[Word, ...] = ()
    topics: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    public: bool | None = None
    vip: bool | None = None
    waited_minutes: Annotated[float, Field(ge=0)] | None = None
    mood_below: Annotated[float, Field(ge=-1, le=1)] | None = None
    repeats: Annotated[int, Field(ge=1, le=1_000)] | None = None


class Rule(Strict):
    """An escalation rule: when it fires, who is wanted, how urgent it becomes, in how many working minutes."""

    name: Name
    when: When = When()
    to: Target
    priority: Priority = "high"
    within_minutes: Minutes | None = None


class Plan(Strict):
    """The whole plan. `vip` are attributes of customers that make them one: {segment: [vip]}."""

    timezone: str = "UTC"
    hours: Mapping[str, Any] | None = None
    country: str = ""
    subdivision: str = ""
    closed: tuple[date, ...] = ()
    reply_minutes: Mapping[str, Minutes] = Field(default_factory=dict)
    topics: Mapping[Name, Topic] = Field(default_factory=dict)
    vip: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    channel_costs: Mapping[str, Annotated[float, Field(ge=0, le=1)]] = Field(default_factory=dict)
    assignment: Assigning = Assigning()
    escalation: tuple[Rule, ...] = ()
    _named_by: Callable[[str], str] | None = PrivateAttr(default=None)

    def knowing(self, named_by: Callable[[str], str] | None) -> "Plan":
        """Return the plan with something else that names topics where none of its words stands."""
        known = self.model_copy()
        known._named_by = named_by
        return known

    def on_trial(self) -> "Plan":
        """Return the plan for a score of which nobody knows whether it helps: half of the offers go to who has most
        room, so that it comes out. A `holdout` that the plan names stays.
        """
        if "holdout" in self.assignment.model_fields_set:
            return self
        return self.model_copy(update={"assignment": self.assignment.model_copy(update={"holdout": TRIAL})})

    @cached_property
    def calendar(self) -> Calendar:
        """The company's hours; without any: day and night."""
        given = {"timezone": self.timezone, "country": self.country, "subdivision": self.subdivision}
        return read_calendar(given | {"hours": self.hours, "closed": list(self.closed)})

    def reply_within(self, channel: str) -> timedelta | None:
        """Return in which working time customers of a channel get an answer, `None` where nothing is promised."""
        minutes = self.reply_minutes.get(channel)
        return timedelta(minutes=minutes) if minutes is not None else None

    def topic_of(self, text: str) -> str:
        """Return the topic whose words a text names most often, in the plan's order; empty when it names none.

        Where no word tells, the examples of `knowing` may: a topic that the plan does not have is none.
        """
        counts = {name: len(finds(topic.words, text)) for name, topic in self.topics.items()}
        best = max(counts, key=lambda name: counts[name], default="")
        if best and counts[best]:
            return best
        named = self._named_by(text) if self._named_by and self.topics else ""
        return named if named in self.topics else ""

    def solvable_at_once(self, text: str) -> bool:
        """Tell whether policy lets an issue be solved at the first contact, from what the customer said first."""
        topic = self.topics.get(self.topic_of(text))
        return topic is None or topic.first_contact

    def skills_for(self, text: str) -> frozenset[str]:
        """Return the skills of which any one will do, by what the customer said; none where no topic asks for one."""
        topic = self.topics.get(self.topic_of(text))
        return frozenset(topic.skills) if topic else frozenset()

    def is_vip(self, attributes: Mapping[str, object]) -> bool:
        """Return whether a customer's attributes make them a VIP."""
        return any(str(attributes.get(name, "")).lower() in values for name, values in self._vip.items())

    @cached_property
    def _vip(self) -> dict[str, set[str]]:
        return {name: {value.lower() for value in values} for name, values in self.vip.items()}


def least_role(to: Target | None) -> Role:
    """Return the least role that an escalation asks for."""
    return "manager" if to == "manager" else "agent"


def finds(words: tuple[str, ...], text: str) -> list[str]:
    """Return which of the words stand in a text, as whole words, in any case."""
    return [word for word in words if re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text, re.IGNORECASE)]


def read_plan(path: Path | None) -> Plan:
    """Read the plan; without a file it is the default: day and night, no topics, no rules, assignment off.

    Raises:
        Rejected: the file is not there, too large, no YAML, or says something that is none of the plan's.
    """
    if path is None:
        return Plan()
    return parse_plan(read_text(path, "Set THREADLINE_SERVICE_PLAN to a YAML file, or unset it."), path.name)


def read_text(path: Path, remedy: str) -> str:
    """Read a short file of ours.

    Raises:
        Rejected: it cannot be read, or is larger than anybody writes.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise Rejected(f"{path} cannot be read.", remedy) from error
    if len(content) > MAX_BYTES:
        raise Rejected(f"{path.name} is larger than {MAX_BYTES:,} bytes.", "Such a file is short.")
    return content.decode("utf-8", "replace")


def parse_plan(text: str, name: str = "the plan") -> Plan:
    """Read the plan from YAML.

    Raises:
        Rejected: it is no YAML, or says something that is none of the plan's; all of it is told at once.
    """
    plan = parse(text, name, TypeAdapter(Plan))
    plan.calendar  # noqa: B018 - its hours are read here, so that a mistake in them is told at once
    return plan


def parse(text: str, name: str, shape: TypeAdapter[Shape]) -> Shape:
    """Read YAML of a shape; an empty text is an empty object.

    Raises:
        Rejected: it is no YAML, or of another shape; all of it is told at once.
    """
    try:
        read = parse_yaml(text, name, "Indent by spaces, quote times such as '09:00'.")
        return shape.validate_python(read or {})
    except ValidationError as error:
        told = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()[:8])
        raise Rejected(f"{name}: {told}.", "docs/routing.md describes every field.") from error
