"""The claim check against people: measures against scipy and scikit-learn, readers, and what support means."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.stats import spearmanr  # type: ignore[import-untyped]
from sklearn.metrics import roc_auc_score  # type: ignore[import-untyped]

from evals.claim_training import train
from evals.datasets.grounding import Judged, JudgedReplies, read_begin, read_mtrag
from evals.grounding import auc, calibration_error, grounding_figures, spearman, support, word_overlap
from evals.refusal import is_tuning

SCORES = st.lists(st.integers(0, 5).map(float), min_size=3, max_size=30)


@given(SCORES)
def test_auc_is_that_of_scikit_learn(scores: list[float]) -> None:
    positive = np.array([int(score * 7 + place) % 3 == 0 for place, score in enumerate(scores)])
    assume(positive.any() and not positive.all())
    assert auc(np.array(scores), positive) == pytest.approx(roc_auc_score(positive, scores))


@given(SCORES)
def test_spearman_is_that_of_scipy(scores: list[float]) -> None:
    other = [score * score % 4 for score in scores]
    assume(len(set(scores)) > 1 and len(set(other)) > 1)
    assert spearman(np.array(scores), np.array(other)) == pytest.approx(spearmanr(scores, other).statistic)


def test_what_the_text_says_has_more_support() -> None:
    text = "Unworn boots can be returned within 30 days."
    good = Judged("a", "Unworn boots can be returned within 30 days.", (text,), 1.0)
    bad = Judged("a", "Skis may be kept for nine years in Paris.", (text,), 0.0)
    assert support(good) > 0.9
    assert support(bad) < 0.3
    assert support(Judged("a", "Really?", (text,), 0.0)) == 0.5
    assert word_overlap(good) == 1.0 > word_overlap(bad)


def test_calibration_error_by_hand() -> None:
    chance, happened = np.array([0.1, 0.1, 0.8, 0.8]), np.array([False, False, True, False])
    assert calibration_error(chance, happened, bins=2) == pytest.approx((0.1 + 0.3) / 2)


def test_training_finds_what_bears_out() -> None:
    text = "Boots are sent back within thirty days of delivery."
    replies = tuple(
        Judged(str(i), text if i % 2 else "I love skis in Paris.", (text,), float(i % 2)) for i in range(40)
    )
    model = train([JudgedReplies("begin", replies, "d")])
    assert model["weights"]["words"] > 0.5
    assert model["weights"]["own_view"] < 0
    assert model["data"] == {"begin": "d"}


def test_generic_replies_are_left_out() -> None:
    text = "Boots are fine."
    replies = tuple(Judged(str(i), text if i % 2 else "Skis in Paris.", (text,), float(i % 2)) for i in range(20))
    judged = JudgedReplies("begin", (*replies, Judged("x", "Hm.", (text,), 0.0, generic=True)), "none")
    figures = {one.name: one for one in grounding_figures(judged)}
    assert figures["grounding/begin/auc"].value == 1.0
    assert figures["grounding/begin/auc"].n == sum(not is_tuning(str(i)) for i in range(20))
    assert figures["grounding/begin/auc"].settings["generic_left_out"] == 1


def test_the_data_sets(data: Path) -> None:
    begin, mtrag = read_begin(data), read_mtrag(data)
    assert len(begin.replies) == 813
    assert all(1 <= one.rating <= 4 and one.texts for one in mtrag.replies)
    # Replies that were given no passage rest on nothing that could be compared.
    assert 100 < len(mtrag.replies) < 213
