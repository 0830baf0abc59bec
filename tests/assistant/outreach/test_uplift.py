"""Uplift: known values, empty arms, and the holdout drawn the same way each time."""

import pytest

from assistant.outreach.holdout import held_out
from assistant.outreach.uplift import of_means, of_rates


def test_the_interval_of_two_rates_is_newcombes() -> None:
    # Newcombe 1998, method 10, table II: 56/70 against 48/80.
    found = of_rates(56, 70, 48, 80)

    assert found is not None
    assert (round(found.value, 4), round(found.low, 4), round(found.high, 4)) == (0.2, 0.0524, 0.3339)
    assert found.beyond_chance


def test_the_interval_of_two_means_is_welchs() -> None:
    from scipy.stats import ttest_ind  # type: ignore[import-untyped]

    one, other = [3.0, 4.0, 8.0, 5.0, 9.0], [1.0, 2.0, 2.5, 4.0]
    found = of_means(one, other)
    expected = ttest_ind(one, other, equal_var=False).confidence_interval(0.95)

    assert found is not None
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))


def test_an_empty_arm_has_no_uplift() -> None:
    assert of_rates(3, 5, 0, 0) is None
    assert of_means([1.0], [2.0, 3.0]) is None


def test_more_successes_than_people_are_a_mistake() -> None:
    with pytest.raises(ValueError, match="more successes"):
        of_rates(6, 5, 0, 3)


def test_the_draw_is_the_same_each_time_and_as_large_as_asked() -> None:
    people = [f"{one:032x}" for one in range(4_000)]
    out = [one for one in people if held_out(one, "late", 0.1)]

    assert out == [one for one in people if held_out(one, "late", 0.1)]
    assert 340 < len(out) < 460
    assert out != [one for one in people if held_out(one, "failed", 0.1)]
    assert not any(held_out(one, "late", 0.0) for one in people)
    assert all(held_out(one, "late", 1.0) for one in people)
