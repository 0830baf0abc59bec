"""Widening: only skills give way, only when nobody with them has room, and then nobody waits for ever."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handoff.agents.agent import Agent, Need
from handoff.agents.rules import objection
from handoff.agents.scoring import Scorer, Subject, learn
from handoff.assignment.batch import assign, assign_sparing
from handoff.assignment.widening import PASSING, Wide, who_fits, wide_by_now
from handoff.plan import parse_plan

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
PLAN = parse_plan(
    """
topics:
  returns: {words: [return], skills: [returns]}
  legal: {words: [court], skills: [law], skilled_only: true}
reply_minutes: {email: 60}
assignment: {widen_minutes: 3}
"""
)
SKILLS, LANGUAGES = ("returns", "law", "repair"), ("en", "de", "fr")
some = st.frozensets(st.sampled_from(SKILLS), max_size=2)
agents = st.lists(
    st.tuples(some, st.frozensets(st.sampled_from(LANGUAGES), max_size=2), st.integers(0, 2)), min_size=1, max_size=5
)
cases = st.lists(st.tuples(some, st.sampled_from(["", *LANGUAGES])), min_size=1, max_size=8)


@pytest.mark.parametrize(
    ("topic", "channel", "minutes", "wide"),
    [
        ("returns", "chat", 2.9, "in_vain"),
        ("returns", "chat", 3, "now"),
        ("", "chat", 3, "now"),
        ("legal", "chat", 300, "never"),
        ("returns", "email", 29, "in_vain"),
        ("returns", "email", 30, "now"),
        ("returns", "sms", 10_000, "in_vain"),
    ],
)
def test_how_long_the_skilled_are_waited_for(topic: str, channel: str, minutes: float, wide: Wide) -> None:
    since = NOW - timedelta(minutes=minutes)
    assert wide_by_now(PLAN, topic, channel, since, NOW) == wide
    never = PLAN.model_copy(update={"assignment": PLAN.assignment.model_copy(update={"widen_minutes": None})})
    assert wide_by_now(never, topic, channel, since, NOW) == "never"


def test_closed_hours_are_no_waiting() -> None:
    plan = parse_plan('hours: {fri: "09:00-17:00", mon: "09:00-17:00"}\nassignment: {widen_minutes: 3}')
    monday = datetime(2026, 11, 23, 9, 1, tzinfo=UTC)
    assert wide_by_now(plan, "", "chat", datetime(2026, 11, 20, 16, 59, tzinfo=UTC), monday) == "in_vain"
    assert wide_by_now(plan, "", "chat", datetime(2026, 11, 20, 16, 57, tzinfo=UTC), monday) == "now"


SKILLED = Agent("ana@shop.example", skills=frozenset({"returns"}), languages=frozenset({"en"}))
OTHER = Agent("ben@shop.example", skills=frozenset({"repair"}), languages=frozenset({"en", "de"}))


@pytest.mark.parametrize(
    ("skilled", "language", "early", "late", "spare"),
    [
        ("has room", "en", SKILLED, SKILLED, False),
        ("is full", "en", None, OTHER, True),
        ("is away", "en", None, OTHER, False),
        ("is away", "de", OTHER, OTHER, False),  # nobody who knows it speaks it: no use in waiting
        ("declined", "en", OTHER, OTHER, False),
        ("left", "en", OTHER, OTHER, False),
    ],
)
def test_nobody_waits_for_who_can_never_come(
    skilled: str, language: str, early: Agent | None, late: Agent, spare: bool
) -> None:
    ana = replace(SKILLED, away=skilled == "is away", active=skilled != "left")
    loads = {ana.email: {"chat": 3 if skilled == "is full" else 0}}
    refused = frozenset({ana.email} if skilled == "declined" else ())
    need = Need(NOW, "chat", language, frozenset({"returns"}), refused=refused)
    found = [who_fits([ana, OTHER], need, loads, wide) for wide in ("never", "in_vain", "now")]
    assert [[one.email for one in each.fit] for each in found] == [
        [SKILLED.email] if skilled == "has room" else [],
        [early.email] if early else [],
        [late.email],
    ]
    assert (found[2].widened, found[2].spare) == (late is OTHER, spare)


@given(told=agents, waiting=cases, wide=st.sampled_from(["never", "in_vain", "now"]))
@settings(max_examples=60)
def test_no_rule_but_skills_ever_gives_way_and_room_is_kept(
    told: list[tuple[frozenset[str], frozenset[str], int]], waiting: list[tuple[frozenset[str], str]], wide: Wide
) -> None:
    team = [
        Agent(f"a{number}@shop.example", skills=skills, languages=languages, capacity={"chat": room})
        for number, (skills, languages, room) in enumerate(told)
    ]
    scores = np.full((len(waiting), len(team)), np.nan)
    spare = scores.copy()
    needs = [Need(NOW, "chat", language, skills) for skills, language in waiting]
    for row, need in enumerate(needs):
        fitting = who_fits(team, need, {}, wide)
        assert not (fitting.widened and wide == "never")
        if fitting.widened and wide == "in_vain":
            assert not any((found := objection(one, need, {})) and found.rule in PASSING for one in team)
        assert not (fitting.widened and any(objection(one, need, {}) is None for one in team))
        for one in fitting.fit:
            assert objection(one, replace(need, skills=frozenset()) if fitting.widened else need, {}) is None
            (spare if fitting.spare else scores)[row, team.index(one)] = 0.5
    room = np.array([one.room("chat") for one in team])
    answer = assign_sparing(scores, spare, room, (room > 1).astype(int))
    for to, count in Counter(one for one in answer if one is not None).items():
        assert count <= team[to].room("chat")
    for need, found in zip(needs, answer, strict=True):
        spoken = team[found].languages if found is not None else frozenset()
        assert not need.language or not spoken or need.language in spoken


@given(waiting=st.lists(some, min_size=1, max_size=12))
@settings(max_examples=40)
def test_with_widening_nobody_starves_for_a_skill_that_nobody_has(waiting: list[frozenset[str]]) -> None:
    team = [Agent("a@shop.example", skills=frozenset({"repair"}), capacity={"chat": 2})]
    left, rounds = list(waiting), 0
    while left:
        scores = np.full((len(left), 1), np.nan)
        for row, skills in enumerate(left):
            if who_fits(team, Need(NOW, "chat", skills=skills), {}, "in_vain").fit:
                scores[row, 0] = 1.0
        answer = assign(scores, np.array([2]))
        left = [one for one, to in zip(left, answer, strict=True) if to is None]
        rounds += 1
        assert rounds <= len(waiting)
    assert rounds == -(-len(waiting) // 2)


def test_work_is_kept_even_among_those_who_do_nearly_as_well() -> None:
    team = [Agent(f"{name}@shop.example", capacity={"chat": 2}) for name in ("ana", "ben")]
    loads = {"ana@shop.example": {"chat": 1}}
    subject = Subject("returns", "chat")
    plain, even = Scorer(learn([]), NOW), Scorer(learn([]), NOW, even=0.1)
    assert [one.agent.email for one in even.rank(team, subject, loads)] == ["ben@shop.example", "ana@shop.example"]
    ana, ben = (next(one for one in plain.rank(team, subject, loads) if one.agent is agent) for agent in team)
    assert even.worth(replace(ana, chance=0.54)) < even.worth(replace(ben, chance=0.5))
    assert even.worth(replace(ana, chance=0.56)) > even.worth(replace(ben, chance=0.5))
