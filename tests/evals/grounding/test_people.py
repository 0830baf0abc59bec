"""The claim check against people: readers, and what support means."""

from pathlib import Path

from evals.datasets.grounding import Judged, JudgedReplies, read_begin, read_mtrag
from evals.grounding.people import grounding_figures, support, word_overlap
from evals.grounding.training import train
from evals.halves import is_tuning


def test_what_the_text_says_has_more_support() -> None:
    text = "Unworn boots can be returned within 30 days."
    good = Judged("a", "Unworn boots can be returned within 30 days.", (text,), 1.0)
    bad = Judged("a", "Skis may be kept for nine years in Paris.", (text,), 0.0)
    assert support(good) > 0.9
    assert support(bad) < 0.3
    assert support(Judged("a", "Really?", (text,), 0.0)) == 0.5
    assert word_overlap(good) == 1.0 > word_overlap(bad)


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
