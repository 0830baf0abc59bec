import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from scipy.stats import binom, binomtest

from assistant.gate.certify import (
    Scored,
    bound_at,
    certify,
    chance_of_so_few,
    exceeded,
    items_needed,
    lower_bound,
    sequence,
    upper_bound,
)


@pytest.mark.parametrize(("wrong", "answered"), [(0, 59), (1, 59), (3, 100), (20, 21), (0, 1), (7, 7), (0, 0)])
def test_bounds_are_clopper_and_pearsons(wrong: int, answered: int) -> None:
    if answered:
        exact = binomtest(wrong, answered, alternative="less").proportion_ci(0.95, method="exact")
        assert upper_bound(wrong, answered) == pytest.approx(exact.high)
        exact = binomtest(wrong, answered, alternative="greater").proportion_ci(0.95, method="exact")
        assert lower_bound(wrong, answered) == pytest.approx(exact.low)
    else:
        assert (upper_bound(wrong, answered), lower_bound(wrong, answered)) == (1.0, 0.0)


def test_the_answers_that_a_bound_needs() -> None:
    assert [items_needed(risk) for risk in (0.05, 0.02, 0.01)] == [59, 149, 299]
    assert items_needed(0.05, wrong=1) == 93
    assert items_needed(0.001, 0.99) == math.ceil(math.log(0.01) / math.log(0.999))


@given(some.integers(0, 40), some.floats(0.005, 0.5))
def test_needed_is_the_fewest(wrong: int, risk: float) -> None:
    needed = items_needed(risk, wrong=wrong)
    assert upper_bound(wrong, needed) <= risk + 1e-9
    assert needed == wrong + 1 or upper_bound(wrong, needed - 1) > risk - 1e-9


@given(some.integers(0, 30), some.integers(0, 200), some.floats(0.01, 0.9))
def test_the_p_value_is_the_binomial_tail(wrong: int, fine: int, risk: float) -> None:
    expected = binom.cdf(wrong, wrong + fine, risk) if fine else 1.0
    assert chance_of_so_few(wrong, wrong + fine, risk) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("risk", [0.0, 1.0, -0.1, float("nan")])
def test_a_risk_lies_between_0_and_1(risk: float) -> None:
    for ask in (lambda: items_needed(risk), lambda: certify([], [], risk), lambda: exceeded(0, 1, risk)):
        with pytest.raises(ValueError, match="between 0 and 1"):
            ask()


def test_more_errors_than_answers_are_refused() -> None:
    for ask in (lambda: upper_bound(3, 2), lambda: chance_of_so_few(-1, 2, 0.1), lambda: exceeded(3, 2, 0.1)):
        with pytest.raises(ValueError, match="errors in"):
            ask()


def test_58_answers_without_an_error_certify_nothing_and_59_do() -> None:
    few = certify([Scored(0.9, True)] * 58, [0.5], 0.05)
    assert not few.holds
    assert "Cannot be certified" in str(few)
    assert "59" in str(few)
    enough = certify([Scored(0.9, True)] * 59, [0.5], 0.05)
    assert enough.threshold == 0.5
    assert (enough.answered, enough.wrong, enough.coverage) == (59, 0, 1.0)
    assert "Certified from a chance of 0.500" in str(enough)


def test_testing_stops_at_the_first_threshold_that_fails() -> None:
    sure = [Scored(0.9, True)] * 100
    doubtful = [Scored(0.7, False)] * 20
    fine_again = [Scored(0.5, True)] * 2_000
    found = certify([*sure, *doubtful, *fine_again], [0.8, 0.6, 0.4], 0.05)
    assert found.threshold == 0.8  # though at 0.4 the rate would be 1 %
    assert bound_at([*sure, *doubtful, *fine_again], 0.4, 0.05).holds


def test_without_thresholds_nothing_is_certified() -> None:
    found = certify([Scored(0.9, True)] * 500, [], 0.05)
    assert not found.holds
    assert found.coverage == 0.0


def test_the_sequence_begins_where_a_certificate_is_possible() -> None:
    chances = [place / 999 for place in range(1_000)]
    thresholds = sequence(chances, 500, 0.05)
    assert thresholds == sorted(thresholds, reverse=True)
    let_through = sum(chance >= thresholds[0] for chance in chances) / 2
    assert 59 <= let_through <= 80
    assert thresholds[-1] == 0.0
    assert sequence(chances, 58, 0.05) == []
    assert sequence([], 500, 0.05) == []


@pytest.mark.parametrize("risk", [0.05, 0.08])
def test_a_certificate_is_false_no_more_often_than_stated(risk: float) -> None:
    # The error rate of what is answered grows as the threshold falls; the truth is known here.
    random = np.random.default_rng(20261125)
    false = certified = 0
    for _ in range(1_000):
        chances = random.random(600)
        right = random.random(600) < 1 - 0.3 * (1 - chances) ** 2
        some_scored = [Scored(float(c), bool(r)) for c, r in zip(chances[300:], right[300:], strict=True)]
        found = certify(some_scored, sequence(list(chances[:300]), 300, risk), risk)
        if found.threshold is not None:
            certified += 1
            false += 0.1 * (1 - found.threshold) ** 2 > risk
    assert certified > 200
    assert false / 1_000 <= 0.065  # 5 %, and two standard errors of 1,000 draws


def test_the_watch_seldom_cries_when_the_risk_is_kept_and_soon_when_not() -> None:
    random = np.random.default_rng(7)

    def alarm(rate: float) -> int | None:
        wrong = 0
        for answered in range(1, 401):
            wrong += random.random() < rate
            if exceeded(wrong, answered, 0.05):
                return answered
        return None

    assert sum(alarm(0.05) is not None for _ in range(200)) / 200 <= 0.08
    soon = [alarm(0.2) for _ in range(50)]
    assert all(one is not None for one in soon)
    assert sorted(one for one in soon if one)[25] < 120
    assert not exceeded(0, 10_000, 0.05)
