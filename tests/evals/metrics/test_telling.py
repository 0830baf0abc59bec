"""Telling apart and calibration: against scikit-learn, scipy and tables by hand."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.stats import spearmanr  # type: ignore[import-untyped]
from sklearn.metrics import roc_auc_score  # type: ignore[import-untyped]

from evals.metrics.calibration import error_by_width, expected_error
from evals.metrics.selecting import area, coverage_at
from evals.metrics.telling import roc_area, spearman

SCORES = st.lists(st.integers(0, 5).map(float), min_size=3, max_size=30)
SCORE = [0.9, 0.8, 0.7, 0.6]
RIGHT = [True, False, True, True]


@given(SCORES)
def test_roc_area_is_that_of_scikit_learn(scores: list[float]) -> None:
    positive = np.array([int(score * 7 + place) % 3 == 0 for place, score in enumerate(scores)])
    assume(positive.any() and not positive.all())
    assert roc_area(scores, positive) == pytest.approx(roc_auc_score(positive, scores))


def test_nothing_to_tell_apart() -> None:
    with pytest.raises(ValueError, match="nothing to tell apart"):
        roc_area([0.1, 0.2], [True, True])


@given(SCORES)
def test_spearman_is_that_of_scipy(scores: list[float]) -> None:
    other = [score * score % 4 for score in scores]
    assume(len(set(scores)) > 1 and len(set(other)) > 1)
    assert spearman(scores, other) == pytest.approx(spearmanr(scores, other).statistic)


def test_calibration_errors_by_hand() -> None:
    chance, happened = [0.1, 0.1, 0.8, 0.8], [False, False, True, False]
    assert expected_error(chance, happened, bins=2) == pytest.approx((0.1 + 0.3) / 2)
    assert error_by_width(chance, happened) == pytest.approx((0.1 + 0.3) / 2)


def test_risk_over_coverage_by_hand() -> None:
    assert area(SCORE, RIGHT) == pytest.approx((0 + 1 / 2 + 1 / 3 + 1 / 4) / 4)
    assert area(SCORE, [True] * 4) == 0
    assert coverage_at(SCORE, RIGHT, 0.05) == 0.25
    assert coverage_at(SCORE, RIGHT, 0.25) == 1.0
    assert coverage_at(SCORE, [False] * 4, 0.05) == 0.0
