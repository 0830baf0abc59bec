"""The pool: counts in any order, shrinkage, calibration on a known truth, reasons, no look ahead."""

from datetime import UTC, datetime, timedelta
from itertools import permutations
from math import inf, log

import numpy as np
import pytest

from handoff.learning.evidence import Evidence, Example, View, estimate_strength, gather
from handoff.learning.pooling import fit, predict_stream
from knowledge.failures import Rejected

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def made(count: int, seed: int = 1) -> tuple[list[Example], list[float]]:
    """Cases whose chance is known: by agent and topic together."""
    generator = np.random.default_rng(seed)
    chances = {(agent, topic): generator.uniform(0.1, 0.9) for agent in "abcd" for topic in "xyz"}
    cases, truth = [], []
    for number in range(count):
        agent, topic = generator.choice(list("abcd")), generator.choice(list("xyz"))
        chance = chances[agent, topic]
        label = "good" if generator.random() < chance else "bad"
        cases.append(Example(BEGIN + number * timedelta(minutes=30), {"agent": agent, "topic": topic}, label))
        truth.append(chance)
    return cases, truth


VIEWS = [View(("agent",)), View(("topic",)), View(("agent", "topic"))]


def test_counts_are_the_same_in_any_order() -> None:
    cases = [Example(BEGIN + day * DAY, {"a": "1"}, label) for day, label in ((0, "x"), (9, "y"), (3, "x"))]
    view = View(("a",), 3.0)
    shares = [
        gather([view], ["x", "y"], order)[0].shares({"a": "1"}, BEGIN + 9 * DAY, np.array([0.5, 0.5]))[0]
        for order in permutations(cases)
    ]
    assert all(np.allclose(shares[0], other) for other in shares)
    weights = 0.5**3 + 0.5**2, 1.0  # nine and six days old count an eighth and a quarter
    assert shares[0][0] == pytest.approx((weights[0] + 1.0) / (sum(weights) + 2.0))


def test_what_was_never_seen_is_the_prior() -> None:
    evidence = Evidence(View(("a",)), 2)
    prior = np.array([0.3, 0.7])
    shares, own = evidence.shares({"a": "?"}, BEGIN, prior)
    assert (list(shares), own) == ([0.3, 0.7], 0.0)


def test_strength_tells_noise_from_difference() -> None:
    generator = np.random.default_rng(3)
    prior = np.array([0.5, 0.5])
    same = [Example(BEGIN, {"a": str(n % 30)}, "xy"[generator.integers(2)]) for n in range(900)]
    apart = [Example(BEGIN, {"a": str(n % 30)}, "xy"[n % 2]) for n in range(900)]
    noise, real = (estimate_strength(gather([View(("a",))], ["x", "y"], cases)[0], prior) for cases in (same, apart))
    assert noise >= 64
    assert real <= 1


def test_probabilities_come_near_the_truth_and_beat_the_prior() -> None:
    cases, truth = made(3_000)
    model = fit(cases[:2_000], VIEWS)
    said = [prediction.of("good") for _, prediction in predict_stream(model, cases[2_000:])]
    assert np.mean(np.abs(np.array(said) - truth[2_000:])) < 0.06
    happened = [case.label == "good" for case in cases[2_000:]]
    base = np.mean([case.label == "good" for case in cases[:2_000]])
    losses = [-log(p if yes else 1 - p) for p, yes in zip(said, happened, strict=True)]
    prior = [-log(base if yes else 1 - base) for yes in happened]
    assert np.mean(losses) < np.mean(prior) - 0.02


def test_one_case_is_enough_to_answer_and_none_is_said() -> None:
    (case,), _ = made(1)
    prediction = fit([case], VIEWS).predict(dict(case.features), case.at)
    assert prediction.labels == (case.label,)
    with pytest.raises(Rejected, match="nothing to learn"):
        fit([], VIEWS)


def test_a_stream_never_looks_ahead() -> None:
    cases, _ = made(400)
    model = fit(cases[:300], VIEWS)
    late = [Example(case.at, case.features, case.label, case.at + 99 * DAY) for case in cases[300:]]
    flipped = [Example(c.at, c.features, "bad" if c.label == "good" else "good", c.known_at) for c in late]
    other = fit(cases[:300], VIEWS)
    one = [prediction for _, prediction in predict_stream(model, late)]
    two = [prediction for _, prediction in predict_stream(other, flipped)]
    assert one == two


def test_reasons_name_the_views_that_move_the_answer() -> None:
    cases = [
        Example(BEGIN + n * timedelta(hours=1), {"agent": "ab"[n % 2], "topic": "xyz"[n % 3]}, ["good", "bad"][n % 2])
        for n in range(120)
    ]
    model = fit(cases, [View(("agent",), half_life) for half_life in (inf, 5.0)] + [View(("topic",))])
    (first, *_) = model.explain("good", {"agent": "a", "topic": "x"}, cases[-1].at)
    assert (first.features, first.values) == (("agent",), ("a",))
    assert first.push > 0.5
    assert first.share > 0.9
    assert first.cases == pytest.approx(60)
