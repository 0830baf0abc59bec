import pytest

from evals.datasets.dstc11_track5 import Turn
from evals.retrieval.needs_kb import f1, needs_kb_figures

ASKING = (
    "Is there parking at the hotel?",
    "Do they serve breakfast?",
    "Are pets allowed?",
    "Is wifi free?",
)
BOOKING = (
    "Book it for two nights please.",
    "That is all, thank you.",
    "I need a taxi at noon.",
    "Reserve a table.",
)


def test_f1_by_hand() -> None:
    # two said, one of them true; two true in all: precision 1/2, recall 1/2
    assert f1([True, True, False, False], [True, False, True, False]) == pytest.approx(0.5)
    assert f1([False], [True]) == 0.0


def test_what_needs_the_library_is_told_on_dialogues_not_learnt_from() -> None:
    turns = [
        Turn(f"{text} ({number})", f"dialogue {number}", text in ASKING)
        for number in range(12)
        for text in ASKING + BOOKING
    ]
    figures = {one.name: one for one in needs_kb_figures(turns, "none")}
    auc = figures["retrieval/dstc11_track5/needs_kb_auc"]
    assert auc.value > 0.95
    assert auc.baseline["always"] == 0.5
    assert figures["retrieval/dstc11_track5/needs_kb_f1"].value > 0.9
    assert figures["retrieval/dstc11_track5/needs_kb_f1"].n + auc.settings["learnt_from"] == len(turns)


def test_nothing_is_said_where_there_is_one_kind_only() -> None:
    assert list(needs_kb_figures([Turn("a", "g1", True), Turn("b", "g2", True)], "none")) == []
