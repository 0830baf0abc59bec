import numpy as np
import pytest
from scipy import stats

from evals.intervals import difference_interval, mean_interval, quantile_interval, rate_interval


def test_the_mean_agrees_with_scipys_percentile_bootstrap() -> None:
    values = np.random.default_rng(1).beta(2, 3, 150)
    mine = mean_interval(values.tolist(), seed=3)
    theirs = stats.bootstrap((values,), np.mean, method="percentile", rng=np.random.default_rng(4))
    assert mine.value == pytest.approx(values.mean())
    assert mine.low == pytest.approx(theirs.confidence_interval.low, abs=0.002)
    assert mine.high == pytest.approx(theirs.confidence_interval.high, abs=0.002)
    assert mine.n == 150


def test_the_median_agrees_with_scipys_percentile_bootstrap() -> None:
    values = np.random.default_rng(2).gamma(2, 10, 200)
    mine = quantile_interval(values.tolist(), 0.5, seed=3)
    theirs = stats.bootstrap((values,), np.median, method="percentile", rng=np.random.default_rng(4))
    assert mine.value == pytest.approx(np.median(values))
    assert mine.low == pytest.approx(theirs.confidence_interval.low, rel=0.02)
    assert mine.high == pytest.approx(theirs.confidence_interval.high, rel=0.02)


@pytest.mark.parametrize(("successes", "n"), [(0, 10), (1, 1), (7, 48), (61, 61), (480, 1000)])
def test_rates_agree_with_scipys_wilson(successes: int, n: int) -> None:
    mine = rate_interval(successes, n)
    theirs = stats.binomtest(successes, n).proportion_ci(method="wilson")
    assert (mine.low, mine.high) == pytest.approx((theirs.low, theirs.high), abs=1e-9)


def test_a_paired_difference_is_narrower_than_the_means_suggest() -> None:
    random = np.random.default_rng(5)
    base = random.uniform(0, 1, 100)
    ours, theirs = (base + 0.05 + random.normal(0, 0.01, 100)).tolist(), base.tolist()
    paired = difference_interval(ours, theirs, seed=1)
    assert paired.low > 0.04
    assert mean_interval(ours, seed=1).low < mean_interval(theirs, seed=1).high


def test_groups_are_drawn_whole() -> None:
    values = [0.0] * 50 + [1.0] * 50
    alone = mean_interval(values, seed=1)
    two_groups = mean_interval(values, seed=1, groups=["a"] * 50 + ["b"] * 50)
    assert (two_groups.low, two_groups.high) == (0.0, 1.0)
    assert alone.low > 0.35
    assert two_groups.n == 100


def test_groups_of_one_change_nothing() -> None:
    values = [0.1, 0.4, 0.9, 0.3]
    assert mean_interval(values, seed=9) == mean_interval(values, seed=9, groups=list("abcd"))


def test_the_seed_decides() -> None:
    values = np.random.default_rng(8).uniform(0, 1, 40).tolist()
    assert mean_interval(values, seed=1) == mean_interval(values, seed=1)
    assert mean_interval(values, seed=1) != mean_interval(values, seed=2)


def test_nothing_has_no_interval() -> None:
    with pytest.raises(ValueError, match="no values"):
        mean_interval([], seed=1)
    with pytest.raises(ValueError, match="tries"):
        rate_interval(0, 0)
    with pytest.raises(ValueError, match="same items"):
        difference_interval([1.0], [1.0, 2.0], seed=1)
    with pytest.raises(ValueError, match="groups"):
        mean_interval([1.0, 2.0], seed=1, groups=["a"])
