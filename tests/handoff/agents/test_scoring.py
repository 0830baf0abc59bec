"""The score: nobody differs without history, outcomes move it, choices keep their odds, estimates find the truth."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from api.routing import model_of
from handoff.agents import training
from handoff.agents.agent import Agent
from handoff.agents.choosing import Shares, choose
from handoff.agents.off_policy import Logged, doubly_robust, ips, snips
from handoff.agents.rules import Load
from handoff.agents.scoring import Outcome, Scored, Scorer, Subject, in_words, learn
from handoff.learning.evidence import View
from handoff.learning.keeping import load
from handoff.learning.pooling import Model
from knowledge.failures import NotFound, Rejected

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
AGENTS = [Agent(f"{name}@shop.example", name) for name in ("ana", "ben", "cem")]
CHAT = Subject("returns", "chat")


def score(model: Model, agents: list[Agent], subject: Subject, loads: dict[str, Load], at: datetime) -> list[Scored]:
    scorer = Scorer(model, at)
    return [scorer.explained(one, subject) for one in scorer.rank(agents, subject, loads)]


def ended(count: int, seed: int = 1) -> list[Outcome]:
    """Ana does well, Ben does not, Cem is new."""
    generator = np.random.default_rng(seed)
    chances = {"ana@shop.example": 0.9, "ben@shop.example": 0.4}
    return [
        Outcome(agent, CHAT, NOW - timedelta(hours=count - number), bool(generator.random() < chances[agent]))
        for number in range(count)
        for agent in [list(chances)[number % 2]]
    ]


def test_without_history_three_agents_have_the_same_chance_and_room_decides() -> None:
    ranked = score(learn([]), AGENTS, CHAT, {"ana@shop.example": {"chat": 2}, "ben@shop.example": {"chat": 1}}, NOW)
    assert [one.agent.name for one in ranked] == ["cem", "ben", "ana"]
    assert {round(one.chance, 6) for one in ranked} == {0.5}


def test_outcomes_order_agents_and_the_new_one_stands_between() -> None:
    ranked = score(learn(ended(200)), AGENTS, CHAT, {}, NOW)
    assert [one.agent.name for one in ranked] == ["ana", "cem", "ben"]
    assert ranked[0].chance == pytest.approx(0.9, abs=0.08)
    assert ranked[-1].chance == pytest.approx(0.4, abs=0.1)
    assert "ended well with them" in " ".join(in_words(reason) for reason in ranked[0].reasons)


def test_knowing_the_customer_counts_where_it_did_before() -> None:
    known = replace(CHAT, served_by=frozenset({"ben@shop.example"}))
    outcomes = [
        Outcome(agent, known, NOW - timedelta(hours=n), agent == "ben@shop.example" or n % 4 == 0)
        for n in range(1, 200)
        for agent in ["ana@shop.example" if n % 2 else "ben@shop.example"]
    ]
    there = score(learn(outcomes), [AGENTS[2]], replace(CHAT, served_by=frozenset({"cem@shop.example"})), {}, NOW)
    new = score(learn(outcomes), [AGENTS[2]], CHAT, {}, NOW)
    assert there[0].chance > new[0].chance


def test_choices_follow_their_odds_and_repeat() -> None:
    ranked = [Scored(agent, chance) for agent, chance in zip(AGENTS, (0.9, 0.5, 0.4), strict=True)]
    spare = {"ana@shop.example": 0.1, "ben@shop.example": 0.2, "cem@shop.example": 0.9}
    shares = Shares(0.3, 0.2)
    chosen = [choose(f"c{number}", ranked, spare, shares) for number in range(6_000)]
    counts = Counter(one.scored.agent.name for one in chosen if one)
    odds = {one.scored.agent.name: one.propensity for one in chosen if one}
    assert odds == pytest.approx({"ana": 0.5 + 0.1, "ben": 0.1, "cem": 0.1 + 0.2})
    assert all(abs(counts[name] / 6_000 - odds[name]) < 0.02 for name in odds)
    assert choose("c1", ranked, spare, shares) == choose("c1", ranked, spare, shares)
    assert choose("c1", [], spare) is None


def test_estimates_find_what_another_way_would_have_earned() -> None:
    generator = np.random.default_rng(2)
    worth = np.array([0.2, 0.8])  # choice 1 is better; it was made in one of five cases
    made = (generator.random(8_000) < 0.2).astype(int)
    rewards = (generator.random(8_000) < worth[made]).astype(float)
    logged = [
        Logged(float(reward), [0.8, 0.2][choice], float(choice == 1), worth[choice] - 0.1, worth[1] - 0.1)
        for reward, choice in zip(rewards, made, strict=True)
    ]
    for estimate in (ips(logged), snips(logged), doubly_robust(logged)):
        assert abs(estimate.value - 0.8) < 3 * estimate.error
        assert estimate.error < 0.05
    assert doubly_robust(logged).error < ips(logged).error
    assert snips(logged).effective == pytest.approx(made.sum())
    with pytest.raises(ValueError, match="no choices"):
        ips([])
    with pytest.raises(ValueError, match="odds"):
        ips([Logged(1.0, 0.0, 1.0)])


def test_a_model_is_kept_with_its_card_and_another_schema_is_refused(tmp_path: Path) -> None:
    trained = training.train(ended(200), NOW)
    path = training.keep(tmp_path, trained)
    again = training.open_model(tmp_path)
    assert again is not None
    assert again.card.cases == 200
    assert again.card.measures["log_loss"] < again.card.measures["log_loss_without_model"]
    one, two = (score(model, AGENTS, CHAT, {}, NOW) for model in (trained.model, again.model))
    assert [scored.chance for scored in one] == pytest.approx([scored.chance for scored in two])
    with pytest.raises(Rejected, match="another schema"):
        load(path, [View(("colour",))], ["badly", "well"])
    path.write_text(path.read_text().replace('"weights": [', '"weights": [NaN,', 1)[:-40])
    with pytest.raises(Rejected, match="damaged"):
        training.open_model(tmp_path)


def test_too_little_history_trains_nothing(tmp_path: Path) -> None:
    with pytest.raises(Rejected, match="29 conversations ended"):
        training.train(ended(29), NOW)
    assert training.open_model(tmp_path) is None
    with pytest.raises(NotFound):
        load(tmp_path / "none.json", [], [])


def coin_tossed(count: int, seed: int = 4) -> list[Outcome]:
    """It ends well by the topic; who serves makes no difference."""
    generator = np.random.default_rng(seed)
    return [
        Outcome(
            AGENTS[int(generator.integers(3))].email,
            Subject(topic, "chat"),
            NOW - timedelta(hours=count - number),
            bool(generator.random() < chance),
        )
        for number in range(count)
        for topic, chance in [(("returns", 0.9), ("damage", 0.2))[number % 2]]
    ]


def test_a_model_that_does_not_help_is_kept_and_not_used_unless_it_is_forced(tmp_path: Path) -> None:
    outcomes = coin_tossed(120)
    trained = training.train(outcomes, NOW)
    measures = trained.card.measures
    assert measures["log_loss"] < measures["log_loss_without_model"]  # it knows topics, which orders nobody
    assert measures["log_loss"] > measures["log_loss_without_colleagues"]
    assert not trained.used
    assert "who served adds nothing" in training.why_not(trained.card)
    training.keep(tmp_path, trained)
    kept = training.open_model(tmp_path)
    assert kept is not None
    assert not kept.used
    assert model_of(tmp_path).predict({"topic": "returns"}, NOW).of("well") == 0.5
    training.keep(tmp_path, training.train(outcomes, NOW, forced=True))
    assert model_of(tmp_path).predict({"topic": "returns"}, NOW).of("well") > 0.6


def test_a_model_worse_than_none_says_so_and_one_that_helps_is_used() -> None:
    turned = [replace(one, well=one.well is (number < 84)) for number, one in enumerate(ended(120))]
    trained = training.train(turned, NOW)
    assert "no better than no model" in training.why_not(trained.card)
    assert not trained.used
    good = training.train(ended(200), NOW)
    assert good.used
    assert training.why_not(good.card) == ""
    older = replace(good.card, measures={"log_loss": 0.5, "log_loss_without_model": 0.6})
    assert training.why_not(older) == ""
    assert training.why_not(replace(good.card, measures={}))
