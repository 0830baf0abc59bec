import random
from pathlib import Path

import ir_measures
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ir_measures import RR, R, Success, nDCG

from evals.datasets import mtrag
from evals.ranking import Measure, best_of_each, hit, ndcg, recall, reciprocal_rank, score

THEIRS = {ndcg: nDCG, recall: R, reciprocal_rank: RR, hit: Success}
IDS = [f"d{number}" for number in range(30)]
rankings = st.lists(st.sampled_from(IDS), unique=True, max_size=20)
relevances = st.dictionaries(st.sampled_from(IDS), st.integers(0, 3), min_size=1, max_size=12)


def reference(measure: Measure, run: dict[str, list[str]], qrels: dict[str, dict[str, int]], k: int) -> list[float]:
    """What ir_measures says, query by query, 0 for a query the run does not answer."""
    scored = {q: {name: float(-place) for place, name in enumerate(ranked)} for q, ranked in run.items()}
    found = {row.query_id: row.value for row in ir_measures.iter_calc([THEIRS[measure] @ k], qrels, scored)}
    return [found.get(query, 0.0) for query in qrels]


@pytest.mark.parametrize("k", [1, 5, 10])
@pytest.mark.parametrize("measure", THEIRS)
@given(st.lists(st.tuples(rankings, relevances), min_size=1, max_size=5))
def test_every_measure_agrees_with_ir_measures(
    measure: Measure, k: int, cases: list[tuple[list[str], dict[str, int]]]
) -> None:
    run = {f"q{number}": ranked for number, (ranked, _) in enumerate(cases)}
    qrels = {f"q{number}": relevance for number, (_, relevance) in enumerate(cases)}
    assert score(measure, run, qrels, k) == pytest.approx(reference(measure, run, qrels, k))


@pytest.mark.parametrize("measure", THEIRS)
def test_the_real_qrels_with_a_shuffled_run_agree_with_ir_measures(measure: Measure, data: Path) -> None:
    collection = mtrag.read(data)
    draw = random.Random(7)
    names = [document.id for document in collection.documents]
    run = {
        query: draw.sample([*relevance, *draw.sample(sorted(set(names) - set(relevance)), 12)], 10)
        for query, relevance in list(collection.qrels.items())[:150]
    }
    qrels = {query: dict(relevance) for query, relevance in collection.qrels.items()}
    mine = score(measure, run, qrels, 10)
    assert mine == pytest.approx(reference(measure, run, qrels, 10))
    assert len(mine) == 168
    assert 0.2 < sum(mine) / len(mine) < 0.95


def test_a_hand_computed_table() -> None:
    relevance = {"a": 1, "b": 1, "c": 0}
    ranked = ["x", "a", "c", "b"]
    assert ndcg(ranked, relevance, 5) == pytest.approx((1 / 1.5849625 + 1 / 2.3219281) / (1 + 1 / 1.5849625))
    assert recall(ranked, relevance, 3) == 0.5
    assert reciprocal_rank(ranked, relevance, 5) == 0.5
    assert (hit(ranked, relevance, 1), hit(ranked, relevance, 2)) == (0.0, 1.0)


def test_silence_costs() -> None:
    assert score(ndcg, {"q1": ["a"]}, {"q1": {"a": 1}, "q2": {"b": 1}}, 10) == [1.0, 0.0]


def test_a_ranking_that_repeats_itself_is_refused() -> None:
    with pytest.raises(ValueError, match="twice"):
        score(recall, {"q": ["a", "a"]}, {"q": {"a": 1}}, 5)


def test_documents_keep_the_place_of_their_best_passage() -> None:
    assert best_of_each(["b", "a", "b", "c", "a"]) == ["b", "a", "c"]
