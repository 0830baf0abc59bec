"""Paired tests, Holm, power and pass^k against scipy, hand tables and simulation."""

from itertools import product

import numpy as np
import pytest
from scipy import stats

from evals.statistics.paired import mcnemar, permutation
from evals.statistics.power import cases_needed, cases_needed_for_rates, smallest_seen
from evals.statistics.reliability import pass_all
from evals.statistics.several import holm


@pytest.mark.parametrize(("ours", "theirs"), [(0, 0), (1, 0), (3, 9), (12, 2), (30, 30)])
def test_mcnemar_is_the_binomial_of_the_discordant_pairs(ours: int, theirs: int) -> None:
    one = [True] * ours + [False] * theirs + [True] * 5 + [False] * 7
    other = [False] * ours + [True] * theirs + [True] * 5 + [False] * 7
    expected = stats.binomtest(ours, ours + theirs).pvalue if ours + theirs else 1.0
    assert mcnemar(one, other) == pytest.approx(expected)


def test_mcnemar_by_hand() -> None:
    # 8 against 1: 2 · (C(9,0) + C(9,1)) / 2^9 = 20 / 512
    assert mcnemar([True] * 8 + [False], [False] * 8 + [True]) == pytest.approx(20 / 512)


def test_few_pairs_are_permuted_exactly_as_scipy_does() -> None:
    gaps = [0.3, -0.1, 0.25, 0.4, 0.05, -0.02, 0.2]
    theirs = stats.permutation_test((gaps,), np.mean, permutation_type="samples", n_resamples=np.inf)
    assert permutation(gaps, seed=1) == pytest.approx(theirs.pvalue)
    every = [
        abs(sum(sign * gap for sign, gap in zip(signs, gaps, strict=True))) for signs in product((1, -1), repeat=7)
    ]
    assert permutation(gaps, seed=1) == pytest.approx(np.mean([one >= sum(gaps) - 1e-9 for one in every]))


def test_many_pairs_agree_with_scipy() -> None:
    gaps = np.random.default_rng(4).normal(0.1, 0.5, 80)
    theirs = stats.permutation_test(
        (gaps,), np.mean, permutation_type="samples", n_resamples=20_000, rng=np.random.default_rng(5)
    )
    assert permutation(gaps.tolist(), seed=1) == pytest.approx(theirs.pvalue, abs=0.01)


def test_groups_flip_together() -> None:
    gaps = [0.2] * 10 + [0.3] * 10
    assert permutation(gaps, seed=1, groups=["a"] * 10 + ["b"] * 10) == 0.5
    assert permutation(gaps, seed=1) < 0.001


def test_no_difference_is_no_difference() -> None:
    assert permutation([0.0] * 30, seed=1) == 1.0
    with pytest.raises(ValueError, match="no differences"):
        permutation([], seed=1)
    with pytest.raises(ValueError, match="groups"):
        permutation([0.1], seed=1, groups=["a", "b"])


def test_holm_by_hand() -> None:
    assert holm({"a": 0.01, "b": 0.04, "c": 0.03, "d": 0.005}) == pytest.approx(
        {"a": 0.03, "b": 0.06, "c": 0.06, "d": 0.02}
    )
    assert holm({"a": 0.9, "b": 0.8}) == {"a": 1.0, "b": 1.0}
    assert holm({}) == {}


def test_the_power_that_is_promised_is_there() -> None:
    n, random = cases_needed(0.1, 0.4), np.random.default_rng(7)
    assert n == 126  # (1.95996 + 0.84162)² · 16 = 125.6
    seen = np.mean([stats.ttest_1samp(random.normal(0.1, 0.4, n), 0).pvalue < 0.05 for _ in range(2_000)])
    assert seen == pytest.approx(0.8, abs=0.03)
    assert smallest_seen(n, 0.4) == pytest.approx(0.1, abs=0.001)


def test_the_power_of_mcnemar_is_there() -> None:
    n, random = cases_needed_for_rates(0.2, 0.1), np.random.default_rng(8)
    assert n == 234  # Connor: (1.95996·√.3 + .84162·√.29)² / .01
    won = random.multinomial(n, [0.2, 0.1, 0.7], 1_000)
    seen = np.mean([stats.binomtest(int(a), int(a + b)).pvalue < 0.05 for a, b, _ in won])
    assert seen == pytest.approx(0.8, abs=0.06)  # the exact test is a little shy of the normal one


def test_no_difference_needs_no_count() -> None:
    with pytest.raises(ValueError, match="0"):
        cases_needed(0, 1)
    with pytest.raises(ValueError, match="no different"):
        cases_needed_for_rates(0.1, 0.1)
    with pytest.raises(ValueError, match="no pairs"):
        smallest_seen(0, 1)


def test_all_of_k_by_hand() -> None:
    # 3 of 4 right: C(3,2) / C(4,2) = 3 / 6; 1 of 4: 0
    assert pass_all([[True, True, True, False], [True, False, False, False], [True] * 4], 2) == [0.5, 0.0, 1.0]
    assert pass_all([[True, False]], 1) == [0.5]
    with pytest.raises(ValueError, match="needs 3"):
        pass_all([[True, True]], 3)
