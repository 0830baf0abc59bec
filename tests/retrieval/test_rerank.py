from collections.abc import Sequence
from math import log

import pytest

from knowledge.ids import ArticleId, PassageId
from retrieval.fusion import Fused
from retrieval.lexical import LexicalIndex
from retrieval.passages import Passage
from retrieval.rerank import CANDIDATES, FEATURES, Candidate, Linear, features, in_order, open_linear
from retrieval.search import Search
from tests.retrieval.conftest import SmallLibrary

TEXTS = {
    "a": ("Boot care", "Wax leather boots twice a year."),
    "b": ("Boot sizes", "Boots run small; take one size more."),
    "c": ("Tents", "Peg the corners first, then wax the zip."),
}


def passage(key: str, title: str, text: str) -> Passage:
    return Passage(PassageId(key), ArticleId(key), title, "", "", text, "public", "en")


def candidate(key: str, score: float, words: float = 0.0, meaning: float = 0.0) -> Candidate:
    title, text = TEXTS.get(key, ("", ""))
    return Candidate(Fused(key, score, None, None, None, words, meaning), passage(key, title, text))


@pytest.fixture
def lexical() -> LexicalIndex:
    index = LexicalIndex()
    index.update([passage(key, title, text) for key, (title, text) in TEXTS.items()], [])
    return index


class Backwards:
    """A reranker that turns the order round."""

    id = "backwards"

    def scores(self, query: str, candidates: Sequence[Candidate], lexical: LexicalIndex) -> list[float]:
        return [float(place) for place in range(len(candidates))]


def test_features_by_hand(lexical: LexicalIndex) -> None:
    found = [candidate("a", 1.0, 1.0, 0.5), candidate("c", 0.2, 0.3, 0.1)]
    (first, second) = features("wax boots", found, lexical)
    # "wax" stands in two of three passages and "boots", as "boot", too: both weigh log(4 / 3); "care" log(4 / 2)
    assert first == pytest.approx((1.0, 0.5, log(4 / 3) / (log(4 / 3) + log(4 / 2)), 1.0, 1.0), abs=1e-6)
    assert second == pytest.approx((0.3, 0.1, 0.0, 0.5, 0.5), abs=1e-6)


def test_the_last_turn_is_told_apart(lexical: LexicalIndex) -> None:
    [row] = features("wax my tent\nand the boots?", [candidate("b", 1.0)], lexical)
    told = dict(zip(FEATURES, row, strict=True))
    assert told["covered_last"] == pytest.approx(1.0)
    assert 0 < told["covered"] < 0.5


@pytest.mark.parametrize("query", ["", "?!", "zzz qqq", "the of and", "\0" * 5])
def test_a_query_of_nothing_known_leaves_the_fusion(query: str, lexical: LexicalIndex) -> None:
    found = [candidate("a", 1.0, 0.9, 0.9), candidate("b", 0.5, 0.1, 0.1)]
    assert [one.fused.id for one in in_order(query, found, open_linear(), lexical)] == ["a", "b"]


def test_very_long_queries_and_titles_are_borne(lexical: LexicalIndex) -> None:
    long = " ".join(f"word{number}" for number in range(5_000)) + " wax boots"
    huge = Candidate(Fused("a", 1.0, 1, 1, 0.5, 1.0, 1.0), passage("a", long, "Wax."))
    for row in features(long, [huge, candidate("b", 0.5)], lexical):
        assert all(0 <= value <= 1 + 1e-6 for value in row)


def test_scores_are_handed_out_anew_and_the_tail_stays(lexical: LexicalIndex) -> None:
    found = [candidate(f"p{number}", 1.0 - number / 100) for number in range(CANDIDATES + 3)]
    ordered = in_order("x", found, Backwards(), lexical)
    scores = [one.fused.score for one in ordered]
    assert scores == [one.fused.score for one in found]
    assert ordered[0].fused.id == f"p{CANDIDATES - 1}"
    assert ordered[CANDIDATES:] == found[CANDIDATES:]
    assert {one.fused.id for one in ordered} == {one.fused.id for one in found}


def test_equal_scores_keep_the_order_before(lexical: LexicalIndex) -> None:
    nothing = Linear(dict.fromkeys(FEATURES, 0.0))
    found = [candidate("b", 0.9), candidate("a", 0.8), candidate("c", 0.7)]
    assert in_order("wax", found, nothing, lexical) == found
    assert in_order("wax", found[:1], nothing, lexical) == found[:1]
    assert in_order("wax", [], nothing, lexical) == []


def test_the_model_that_ships_trusts_the_fusion_first(lexical: LexicalIndex) -> None:
    assert open_linear() is open_linear()
    found = [candidate("c", 1.0, 0.9, 0.9), candidate("b", 0.2, 0.1, 0.1)]
    assert in_order("peg the corners", found, open_linear(), lexical)[0].fused.id == "c"


def test_a_reranked_search_shows_a_customer_nothing_internal(small_library: SmallLibrary, search: Search) -> None:
    small_library.write("returns", "# Returns\n\nYou may return a tent within thirty days of a returns fraud score.")
    small_library.ingest()
    search.reranker = Backwards()
    search.refresh()
    hits = search.search("returns fraud score", audience="customer", limit=10)
    assert hits
    assert {hit.passage.visibility for hit in hits} == {"public"}
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert any(hit.passage.visibility == "internal" for hit in search.search("returns fraud score", audience="agent"))
