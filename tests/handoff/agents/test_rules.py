"""Hard rules: each excludes for its own reason, in one order; the same input has the same answer."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from handoff.agents.agent import Agent, Need, agent_of
from handoff.agents.rules import RULES, Load, allowed, objection
from knowledge.hours import read_calendar
from knowledge.ids import StaffId
from knowledge.staff.people import Staff

FRIDAY = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
OFFICE = read_calendar(
    {"timezone": "Europe/London", "country": "GB", "subdivision": "ENG", "hours": {"fri": "09:00-17:00"}}
)
SARA = Agent(
    "sara@shop.example",
    skills=frozenset({"returns"}),
    languages=frozenset({"en"}),
    channels=frozenset({"chat"}),
    capacity={"chat": 2},
    calendar=OFFICE,
)
NEED = Need(FRIDAY, "chat", "en-GB", frozenset({"returns", "refunds"}))


@pytest.mark.parametrize(
    ("agent", "need", "load", "rule", "words"),
    [
        (replace(SARA, active=False), NEED, {}, "active", "does not work here"),
        (replace(SARA, problem="bad hours"), NEED, {}, "profile", "bad hours"),
        (SARA, replace(NEED, role="manager"), {}, "permission", "no manager"),
        (SARA, replace(NEED, channel="phone"), {}, "channel", "phone"),
        (SARA, replace(NEED, language="de-AT"), {}, "language", "speak de"),
        (SARA, replace(NEED, skills=frozenset({"stoves"})), {}, "skill", "stoves"),
        (SARA, replace(NEED, refused=frozenset({SARA.email})), {}, "refused", "declined"),
        (SARA, replace(NEED, at=FRIDAY.replace(hour=17)), {}, "hours", "not at work"),
        (SARA, replace(NEED, at=datetime(2026, 12, 25, 10, tzinfo=UTC)), {}, "hours", "Christmas"),
        (replace(SARA, away=True), NEED, {}, "away", "not there now"),
        (SARA, NEED, {"chat": 2}, "capacity", "2 of 2"),
    ],
)
def test_each_rule_objects_in_its_own_words(agent: Agent, need: Need, load: Load, rule: str, words: str) -> None:
    found = objection(agent, need, load)
    assert found is not None
    assert (found.rule, words in found.why) == (rule, True)
    assert objection(agent, need, load) == found


def test_who_fits_is_let_through_and_the_first_rule_speaks() -> None:
    assert objection(SARA, NEED, {"chat": 1, "email": 99}) is None
    many = objection(replace(SARA, active=False), replace(NEED, language="de"), {"chat": 9})
    assert many is not None
    assert many.rule == RULES[0][0]


def test_what_a_profile_does_not_say_excludes_nobody() -> None:
    fit, objections = allowed([Agent("new@shop.example"), SARA], replace(NEED, skills=frozenset()), {})
    assert len(fit) == 2
    assert not objections


@pytest.mark.parametrize(
    "profile",
    [
        {"hours": {"mon": "nine"}},
        {"timezone": "Mars"},
        {"capacity": {"chat": -1}},
        {"capacity": {"chat": "3"}},
        {"capacity": 3},
    ],
)
def test_a_broken_profile_is_offered_nothing_and_says_why(profile: dict[str, object]) -> None:
    agent = agent_of(Staff(StaffId("1"), "a@shop.example", "A", "agent", profile, True, True))
    assert agent.problem
    assert allowed([agent], Need(FRIDAY, "chat"), {})[0] == []


def test_the_bot_is_no_agent() -> None:
    bot = agent_of(Staff(StaffId("1"), "bot", "Bot", "agent", {}, True, False))
    assert not bot.active
