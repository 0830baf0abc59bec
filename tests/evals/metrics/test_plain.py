"""Plain metrics against scikit-learn, scipy, rouge-score, ragas and tables made by hand."""

import asyncio
import warnings

import numpy as np
import pytest
from rouge_score.rouge_scorer import RougeScorer
from scipy import stats
from sklearn import metrics as sk

from evals.metrics import calibration, classification, clustering, contexts, selecting, texts

RANDOM = np.random.default_rng(11)
WANTED = RANDOM.choice(["refund", "delay", "size", "other"], 200, p=[0.5, 0.3, 0.15, 0.05]).tolist()
GIVEN = [one if RANDOM.random() < 0.7 else str(RANDOM.choice(["refund", "delay", "size"])) for one in WANTED]


def test_classification_agrees_with_scikit_learn() -> None:
    assert classification.accuracy(WANTED, GIVEN) == pytest.approx(sk.accuracy_score(WANTED, GIVEN))
    assert classification.macro_f1(WANTED, GIVEN) == pytest.approx(sk.f1_score(WANTED, GIVEN, average="macro"))
    report = sk.classification_report(WANTED, GIVEN, output_dict=True, zero_division=0)
    for one in classification.by_label(WANTED, GIVEN):
        theirs = report[one.name]
        ours = (one.precision, one.recall, one.f1, one.wanted)
        assert ours == pytest.approx((theirs["precision"], theirs["recall"], theirs["f1-score"], theirs["support"]))
    labels = sorted({*WANTED, *GIVEN})
    table = classification.confusion(WANTED, GIVEN)
    mine = [[table.get(one, {}).get(other, 0) for other in labels] for one in labels]
    assert mine == sk.confusion_matrix(WANTED, GIVEN, labels=labels).tolist()


def test_calibration_by_hand_and_brier_by_scikit_learn() -> None:
    # two bins of two: |.5 − .15| and |1 − .85|, each half of the cases
    stated, true = [0.1, 0.2, 0.8, 0.9], [False, True, True, True]
    assert calibration.expected_error(stated, true, bins=2) == pytest.approx((0.35 + 0.15) / 2)
    assert [one.n for one in calibration.reliability(stated, true, bins=3)] == [2, 1, 1]
    said = RANDOM.random(300)
    came = RANDOM.random(300) < said
    assert calibration.brier(said.tolist(), came.tolist()) == pytest.approx(sk.brier_score_loss(came, said))
    assert calibration.expected_error(said.tolist(), came.tolist()) < 0.1
    assert calibration.expected_error((said**3).tolist(), came.tolist()) > 0.2
    with pytest.raises(ValueError, match="0 to 1"):
        calibration.reliability([1.2], [True])


def test_the_error_that_chance_alone_makes() -> None:
    """In one bin the share that came true is normal about .5: its mean distance is .0399 at n = 100."""
    by_hand = np.sqrt(2 / np.pi) * np.sqrt(0.25 / 100)
    assert calibration.error_of_true([0.5] * 100, bins=1, draws=2_000) == pytest.approx(by_hand, rel=0.1)
    assert calibration.error_of_true([0.0, 1.0] * 50) == 0.0


def test_selective_answering_by_hand() -> None:
    score, right = [0.9, 0.8, 0.7, 0.6], [True, False, True, True]
    # risks: 0, 1/2, 1/3, 1/4
    assert selecting.area(score, right) == pytest.approx((0 + 1 / 2 + 1 / 3 + 1 / 4) / 4)
    assert selecting.risk_coverage(score, right)[-1] == (1.0, 0.25)
    assert selecting.coverage_at(score, right, 0.25) == 1.0
    assert selecting.coverage_at(score, right, 0.2) == 0.25
    assert selecting.coverage_at(score, [False] * 4, 0.2) == 0.0
    with pytest.raises(ValueError, match="no answers"):
        selecting.area([], [])


@pytest.mark.parametrize(("successes", "n"), [(0, 20), (1, 1), (3, 48), (59, 59), (480, 1000)])
def test_the_exact_interval_is_scipys(successes: int, n: int) -> None:
    theirs = stats.binomtest(successes, n).proportion_ci(method="exact")
    assert selecting.clopper_pearson(successes, n) == pytest.approx((theirs.low, theirs.high))


def test_b_cubed_by_hand() -> None:
    # Bagga & Baldwin's first example: 5 and 2 and 5 items; the response joins the two groups of five
    wanted = {str(n): "abc"[0 if n < 5 else 1 if n < 7 else 2] for n in range(12)}
    given = {item: "ac" if group in "ac" else "b" for item, group in wanted.items()}
    found = clustering.b_cubed(given, wanted)
    assert (found.precision, found.recall) == (pytest.approx((10 * 0.5 + 2) / 12), 1.0)
    assert clustering.b_cubed(wanted, wanted).f1 == 1.0


def test_pairs_agree_with_scikit_learn() -> None:
    items = [f"i{n}" for n in range(60)]
    one = dict(zip(items, RANDOM.integers(0, 8, 60).tolist(), strict=True))
    other = dict(zip(items, RANDOM.integers(0, 6, 60).tolist(), strict=True))
    found = clustering.pairs(one, other)
    table = sk.cluster.pair_confusion_matrix(list(other.values()), list(one.values()))
    assert found.precision == pytest.approx(table[1, 1] / (table[1, 1] + table[0, 1]))
    assert found.recall == pytest.approx(table[1, 1] / (table[1, 1] + table[1, 0]))
    with pytest.raises(ValueError, match="same items"):
        clustering.pairs(one, {})


PAIRS = [
    ("You can return boots within 30 days.", "Boots may be returned within 30 days of delivery."),
    ("no", "Nothing of the kind"),
    ("Refunds take 5-7 working days", "refunds take 5-7 working days"),
    ("", "x"),
]


@pytest.mark.parametrize(("given", "wanted"), PAIRS)
def test_rouge_l_is_googles(given: str, wanted: str) -> None:
    theirs = RougeScorer(["rougeL"], use_stemmer=False).score(wanted, given)["rougeL"].fmeasure
    assert texts.rouge_l(given, wanted) == pytest.approx(theirs)


def test_text_measures_by_hand() -> None:
    assert texts.exact(" Yes,  please ", "yes, please")
    assert texts.token_f1("a b b", "b b c d") == pytest.approx(2 * 2 / 7)
    assert (texts.token_f1("", ""), texts.token_f1("", "a")) == (1.0, 0.0)
    assert texts.similarity("kitten", "sitting") == pytest.approx(1 - 3 / 7)
    assert texts.retained("a b c d", "d c x") == 0.5
    assert texts.retained("", "x") == 1.0


def test_contexts_agree_with_ragas() -> None:
    retrieved, wanted = ["a", "b", "c", "d"], ["b", "d", "x"]
    ranked = ["Boots go back in 30 days.", "Gift cards hold for a year.", "Boots may go back in 30 day"]
    right = ["Boots go back in 30 days!"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from ragas import SingleTurnSample
        from ragas.metrics import (
            IDBasedContextPrecision,
            IDBasedContextRecall,
            NonLLMContextPrecisionWithReference,
            NonLLMContextRecall,
        )

        ids = SingleTurnSample(retrieved_context_ids=retrieved, reference_context_ids=wanted)
        by_text = SingleTurnSample(retrieved_contexts=ranked, reference_contexts=right)
        measures = (
            (IDBasedContextPrecision(), IDBasedContextRecall()),
            (
                NonLLMContextPrecisionWithReference(),
                NonLLMContextRecall(),
            ),
        )
        theirs = [asyncio.run(one.single_turn_ascore(ids)) for one in measures[0]]
        theirs += [asyncio.run(one.single_turn_ascore(by_text)) for one in measures[1]]
    ours = [
        contexts.id_precision(retrieved, wanted),
        contexts.id_recall(retrieved, wanted),
        contexts.text_precision(ranked, right),
        contexts.text_recall(ranked, right),
    ]
    assert ours == pytest.approx(theirs, abs=1e-6)
    assert ours == pytest.approx([2 / 4, 2 / 3, (1 + 2 / 3) / 2, 1.0])
    with pytest.raises(ValueError, match="undefined"):
        contexts.id_recall(["a"], [])
