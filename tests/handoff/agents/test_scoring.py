"""The score: nobody differs without history, outcomes move it, choices keep their odds, estimates find the truth."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from api.routing import in_use
from handoff.agents import training
from handoff.agents.agent import Agent
from handoff.agents.choosing import Shares, choose
from handoff.agents.off_policy import Logged, doubly_robust, ips, snips
from handoff.agents.rules import Load
from handoff.agents.scoring import Outcome, Scored, Scorer, Subject, in_words, learn
from handoff.learning.evidence import View
from handoff.learning.keeping import load
from handoff.learning.pooling import Model
from handoff.plan import Plan, parse_plan
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


def test_where_nobody_knows_whether_it_helps_a_model_is_on_trial_unless_it_is_forced(tmp_path: Path) -> None:
    trained = training.train(coin_tossed(120, seed=2), NOW)
    over_none, over_topics = training.gains(trained.card)
    assert over_none.low > 0  # it knows topics, which orders nobody
    assert over_topics.low < over_topics.value < 0 < over_topics.high
    assert trained.used
    assert trained.on_trial
    assert "cannot be told yet from 36 later conversations" in training.in_doubt(trained.card)
    training.keep(tmp_path, trained)
    use = in_use(tmp_path, Plan())
    assert use.model.predict({"topic": "returns"}, NOW).of("well") > 0.6
    assert use.plan.assignment.holdout == 0.5
    named = parse_plan("assignment: {holdout: 0.1}")
    assert in_use(tmp_path, named).plan == named
    training.keep(tmp_path, training.train(coin_tossed(120, seed=2), NOW, forced=True))
    assert in_use(tmp_path, Plan()).plan == Plan()


def test_a_model_that_does_harm_is_kept_and_not_used_unless_it_is_forced(tmp_path: Path) -> None:
    turned = [replace(one, well=one.well is (number < 84)) for number, one in enumerate(ended(120))]
    trained = training.train(turned, NOW)
    assert "it is worse: log loss larger than no model's by " in training.why_not(trained.card)
    topics_alone = training.train(coin_tossed(120), NOW)
    assert (
        "log loss larger than that of knowing only what they were about by 0.039 (0.009 to 0.069)"
        in training.why_not(topics_alone.card)
    )
    assert not topics_alone.used
    assert training.in_doubt(trained.card) == ""
    assert not trained.used
    training.keep(tmp_path, trained)
    kept = training.open_model(tmp_path)
    assert kept is not None
    assert not kept.used
    assert in_use(tmp_path, Plan()).model.predict({"agent": "ben@shop.example"}, NOW).of("well") == 0.5
    training.keep(tmp_path, training.train(turned, NOW, forced=True))
    assert in_use(tmp_path, Plan()).model.predict({"agent": "ben@shop.example"}, NOW).of("well") != 0.5


def test_a_model_that_helps_is_used_without_a_doubt_and_cards_from_before_intervals_are_read() -> None:
    good = training.train(ended(200), NOW)
    assert good.used
    assert not good.on_trial
    assert training.why_not(good.card) == training.in_doubt(good.card) == ""
    older = replace(good.card, measures={"log_loss": 0.5, "log_loss_without_model": 0.6})
    assert training.why_not(older) == training.in_doubt(older) == ""
    assert training.why_not(replace(older, measures={"log_loss": 0.6, "log_loss_without_model": 0.5}))
    assert training.why_not(replace(good.card, measures={}))


def test_the_interval_of_a_gain_is_students() -> None:
    from scipy.stats import t  # type: ignore[import-untyped]

    drawn = np.random.default_rng(3).normal(0.02, 0.3, 40)
    low, high = training.sure(drawn.tolist())
    known = t.interval(0.8, 39, loc=drawn.mean(), scale=drawn.std(ddof=1) / np.sqrt(40))
    assert (low, high) == pytest.approx(known)
