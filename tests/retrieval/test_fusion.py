"""Fusion: properties, and one case by hand."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.fusion import fuse

DEPTH = 8


@st.composite
def rankings(draw: st.DrawFn, low: float) -> list[tuple[str, float]]:
    ids = draw(st.lists(st.sampled_from("abcdefghijkl"), unique=True, max_size=DEPTH))
    scores = draw(st.lists(st.floats(low, 1.0), min_size=len(ids), max_size=len(ids)))
    return list(zip(ids, sorted(scores, reverse=True), strict=True))


@given(rankings(0.001), rankings(-1.0))  # the BM25 score of a match is above 0
def test_every_candidate_appears_once_in_order_with_its_ranks(
    lexical: list[tuple[str, float]], dense: list[tuple[str, float]]
) -> None:
    fused = fuse(lexical, dense, DEPTH)
    assert sorted(one.id for one in fused) == sorted({key for key, _ in lexical + dense})
    assert all(first.score >= second.score for first, second in itertools.pairwise(fused))
    for one in fused:
        assert 0.0 <= one.score <= 1.0 + 1e-9
        assert (one.lexical_rank is None) == (one.id not in dict(lexical))
        assert one.lexical_rank is None or lexical[one.lexical_rank - 1][0] == one.id
        assert one.dense_rank is None or dense[one.dense_rank - 1] == (one.id, one.similarity)


@given(rankings(0.001), rankings(-1.0))  # the BM25 score of a match is above 0
def test_better_both_ways_is_never_worse_fused(
    lexical: list[tuple[str, float]], dense: list[tuple[str, float]]
) -> None:
    words, meaning = dict(lexical), dict(dense)
    fused = fuse(lexical, dense, DEPTH)
    for first, second in itertools.permutations(fused, 2):
        better = words.get(first.id, 0) >= words.get(second.id, 0)
        if better and meaning.get(first.id, -1) >= meaning.get(second.id, -1):
            assert first.score >= second.score - 1e-9


def test_by_hand() -> None:
    fused = fuse([("a", 4.0), ("b", 2.0)], [("b", 0.8), ("c", 0.4), ("d", 0.0)], DEPTH)
    assert [(one.id, one.score) for one in fused] == [
        ("b", pytest.approx(0.75)),
        ("a", pytest.approx(0.5)),
        ("c", pytest.approx(0.25)),
        ("d", pytest.approx(0.0)),
    ]


def test_a_full_lexical_list_starts_at_its_last_score() -> None:
    fused = {one.id: one.score for one in fuse([("a", 4.0), ("b", 3.0), ("c", 2.0)], [], 3)}
    assert fused == {"a": 0.5, "b": 0.25, "c": 0.0}


def test_nothing_in_nothing_out() -> None:
    assert fuse([], [], DEPTH) == []


def test_a_part_is_ranked_as_in_the_whole() -> None:
    lexical, dense = [("a", 4.0), ("b", 3.0), ("c", 1.0)], [("c", 0.9), ("d", 0.5), ("b", 0.1)]
    whole = fuse(lexical, dense, DEPTH)
    assert fuse(lexical, dense, DEPTH, among=frozenset("bdx")) == [one for one in whole if one.id in "bd"]
    assert fuse(lexical, dense, DEPTH, 2) == whole[:2]
