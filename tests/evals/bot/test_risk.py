"""The splits: a known risk is held, a lying chance is caught, silence is never counted as held; drift rings."""

from pathlib import Path

import numpy as np
import pytest
from scipy.stats import binomtest

from assistant.answering.drift import drift
from evals.bot.risk import LEAST_ANSWERED, Asked, drift_figures, held, simulated, simulated_figures, violates


@pytest.mark.parametrize(("wrong", "answered"), [(0, 20), (3, 20), (4, 20), (9, 100), (10, 100), (1, 1)])
def test_a_violation_is_the_exact_one_sided_test(wrong: int, answered: int) -> None:
    exact = binomtest(wrong, answered, 0.05, alternative="greater").pvalue
    assert violates(wrong, answered, 0.05) == (exact < 0.05)


def test_the_bound_is_held_where_the_risk_is_known() -> None:
    found = held(simulated(0.05, n=600), 0.05, splits=100)
    assert found.counted > 50
    assert found.share >= 0.95
    assert found.risk <= 0.05


def test_it_is_held_even_when_the_chances_mean_nothing() -> None:
    random = np.random.default_rng(3)
    asked = [Asked(n, float(random.random()), bool(random.random() < 0.8)) for n in range(600)]
    found = held(asked, 0.05, splits=60)
    assert (found.silent, found.counted, found.share) == (60, 0, 0.0)  # 20 % wrong everywhere: silence, not a lie


def test_too_few_questions_are_silent_and_conversations_stay_whole() -> None:
    few = [Asked(n, 0.99, True) for n in range(60)]
    assert held(few, 0.05, splits=10).silent == 10
    # Sixty conversations of ten alike questions: one of them is never on both sides, so a half has whole tens.
    many = [Asked(n // 10, 0.99, True) for n in range(2_000)]
    found = held(many, 0.05, splits=10)
    assert found.coverage.value == 1.0
    assert LEAST_ANSWERED == 20


def test_the_simulated_figures_have_their_names() -> None:
    names = [one.name for one in simulated_figures(splits=40, tries=20)]
    assert names == [
        "bot/simulated_5/bound_held_share",
        "bot/simulated_5/coverage",
        "bot/simulated_2/bound_held_share",
        "bot/simulated_2/coverage",
    ]


def test_other_topics_raise_the_alarm(data: Path) -> None:
    found = {one.name: one.value for one in drift_figures(data, lambda _text: None, rows=600, tries=40)}
    assert found["bot/drift/alarm_share"] > 0.9
    assert found["bot/drift/false_alarm_share"] <= 0.1


def test_too_few_questions_say_nothing_about_drift() -> None:
    some = np.eye(50, dtype=np.float32)
    assert not drift(some[:30], some[30:]).alarm
    assert drift(some[:30], some[30:]).p_value == 1.0
