"""What is read around a found passage, by hand."""

import pytest

from evals.retrieval.parent_passages import WAYS, places, read_within, share_read

ARTICLES = {
    "a": [("One", "first words"), ("One › More", "second words"), ("Two", "third words")],
    "b": [("", "other words")],
}
FOUND = [("a", 1), ("b", 0), ("a", 2)]


@pytest.mark.parametrize(
    ("way", "order"),
    [
        ("as found", [("a", 1), ("b", 0), ("a", 2)]),
        ("and the next", [("a", 1), ("a", 2), ("b", 0)]),
        ("and both neighbours", [("a", 1), ("a", 2), ("a", 0), ("b", 0)]),
        ("neighbours of the first", [("a", 1), ("a", 2), ("a", 0), ("b", 0)]),
        ("section of the first", [("a", 1), ("a", 0), ("b", 0), ("a", 2)]),
        ("article of the first", [("a", 1), ("a", 0), ("a", 2), ("b", 0)]),
    ],
)
def test_ways_of_reading_on(way: str, order: list[tuple[str, int]]) -> None:
    assert places(FOUND, ARTICLES, WAYS[way]) == order


def test_a_budget_cuts_and_answers_are_counted_by_their_telling_words() -> None:
    assert read_within(FOUND, ARTICLES, 1_000) == "second words\nother words\nthird words"
    assert read_within(FOUND, ARTICLES, 1) == "seco"
    assert share_read("The second parcel", "a second one") == 0.5
    assert share_read("the", "") == 1.0
