"""Selective answering: the gate learns what can be learnt."""

import numpy as np
import pytest

from assistant.gate.answerable import Gate
from evals.answering.gate import ANSWERED, REFUSED, cross_validated, refusing, shipped, train, tuning
from evals.answering.refusal import Decided, complete_share, sentences_f1, word_recall
from evals.answering.selective import curve, limits
from evals.datasets.clapnq import Case


def made(n: int = 60) -> list[Decided]:
    """Questions of which the right ones have the higher figure."""
    return [
        Decided(
            str(i), "ANSWERABLE" if i % 2 else "UNANSWERABLE", i % 3 > 0, {"x": i % 2 + i / 200, "y": 1.0}, bool(i % 2)
        )
        for i in range(n)
    ]


def test_training_finds_the_feature_that_tells() -> None:
    learnt = {"mtrag": tuning(made()), "clapnq": tuning(made(90))}
    gate = train(learnt, {"mtrag": "a", "clapnq": "b"})
    weights = gate["weights"]
    assert isinstance(weights, list)
    assert weights[0] > 0.3
    assert weights[1] == 0.0
    assert gate == train(learnt, {"mtrag": "a", "clapnq": "b"})


def test_a_limit_does_both_where_both_can_be_had() -> None:
    learnt = tuning(made())
    probability = cross_validated({"made": learnt})["made"]
    limit = refusing(learnt, probability)
    wrong = np.array([not one.right for one in learnt])
    assert np.mean(probability[wrong] < limit) >= REFUSED
    assert np.mean(probability[~wrong] >= limit) >= ANSWERED


def test_of_limits_that_do_both_the_one_with_room_on_both_sides_is_taken() -> None:
    """Ten wrong drafts below .3, twenty right ones above .7, nothing between: the limit has right ones to spare."""
    some = [Decided(str(i), "UNANSWERABLE" if i < 10 else "ANSWERABLE", True, {}, i >= 10) for i in range(30)]
    probability = np.array([0.01 * i if i < 10 else 0.7 + 0.01 * (i - 10) for i in range(30)])
    limit = refusing(some, probability)
    assert 0.7 <= limit < 0.85
    assert limit == refusing(some, probability)


def test_a_limit_refuses_where_it_cannot_do_both() -> None:
    learnt = tuning(made())
    against = np.array([0.2 if one.right else 0.6 for one in learnt])
    assert refusing(learnt, against) > 0.6
    answerable = [one for one in learnt if one.right]
    assert refusing(answerable, np.ones(len(answerable))) == 1.0


def test_data_that_the_gate_never_met_is_read_with_the_gate_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    gate = Gate(("x", "y"), (0.0, 0.0), (1.0, 1.0), (4.0, 0.0), -2.0, 0.5, 0.1, {"known": "d"}, {"known": 0.77})
    monkeypatch.setattr("evals.answering.selective.open_gate", lambda: gate)
    found = limits({"known": made(), "new": made()}, {"known": "d", "new": "e"})
    assert found["known"] == 0.77
    assert found["new"] == refusing(tuning(made()), shipped(gate, tuning(made())))
    assert limits({"known": made()}, {"known": "changed"}) != {"known": 0.77}


def test_the_curve_says_the_risk_of_answering_so_much() -> None:
    score, right = np.array([0.9, 0.8, 0.7, 0.6]), np.array([True, True, False, False])
    assert curve(score, right) == {"0.1": 0.0, "0.25": 0.0, "0.5": 0.0, "0.75": 0.333, "1": 0.5}


def test_quoted_sentences_against_annotators() -> None:
    case = Case(
        "1",
        "?",
        "t",
        "",
        True,
        (),
        ("One two.", "Three four.", "Five six."),
        (("One two.",), ("One two.", "Five six.")),
    )
    assert sentences_f1("One two. Five six.", case) == 1.0
    assert sentences_f1("One two. Three four.", case) == pytest.approx(2 / 3)
    assert sentences_f1("nothing", case) == 0.0


def test_word_recall() -> None:
    assert word_recall("boots returned", "return the boots within days") == 2 / 4
    assert word_recall("x", "") == 0.0


def test_the_limit_for_complete_answers_separates_ratings() -> None:
    def rated(name: str, response: str, rating: str) -> dict[str, object]:
        one = {"model_id": "m", "response": response, "human": {"completeness": [rating]}}
        return {"task_id": name, "reference_answer": "alpha beta gamma delta", "responses": [one]}

    rows = [rated(str(i), "alpha beta gamma", "4") for i in range(20)] + [
        rated(f"b{i}", "alpha", "1") for i in range(20)
    ]
    assert complete_share(rows) == 0.75
