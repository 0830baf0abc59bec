"""The labelled set is what it says: values that were given, wordings of its half, labels by construction."""

from evals.datasets.service_dialogues import Dialogue, Dialogues, Step
from evals.handoff.cutting import Cut
from evals.repeats.cases import HALVES, cases_of, other_form, split
from evals.repeats.detecting import _scores

STEPS = (
    Step("customer", "Cancel booking TF10422 please."),
    Step("agent", "One moment."),
    Step("call", "", "cancel", (("booking_id", "TF10422"),)),
)
OTHER = Dialogue("o", "t", "o", (Step("call", "", "cancel", (("booking_id", "TF99999"),)),))
SET = Dialogues("s", (Dialogue("d", "t", "g", STEPS), OTHER), "0")


def test_cases_carry_the_value_and_their_label() -> None:
    cut = Cut(SET.dialogues[0], 2, ())
    for half in HALVES:
        cases = {case.kind: case for case in cases_of(SET, [cut], half)}
        assert {kind for kind, case in cases.items() if case.repeats} == {
            "reworded", "volunteered", "other format", "split",
        }  # fmt: skip
        assert {kind for kind, case in cases.items() if not case.repeats} == {
            "confirmation", "nothing", "correction", "new fact",
        }  # fmt: skip
        assert "TF10422" in cases["reworded"].after[-1].text
        assert not cases["volunteered"].elicited
        assert cases["reworded"].elicited
        assert "TF99999" in cases["new fact"].after[-1].text
        assert cases == {case.kind: case for case in cases_of(SET, [cut], half)}


def test_nothing_given_is_no_case() -> None:
    assert list(cases_of(SET, [Cut(OTHER, 0, ())], HALVES[0])) == []


def test_values_are_split_and_spelled_in_other_ways() -> None:
    import random

    assert split("TF10422") == ["TF1...", "...0422"]
    assert split("economy") == []
    assert other_form("2 pm", random.Random(1)) in {"14:00", "2:00 PM"}
    assert other_form("economy", random.Random(1)) == ""


def test_scores_by_hand() -> None:
    import numpy as np

    f1, precision, recall = _scores(np.array([3.0, 1.0, 2.0]))
    assert (round(f1, 4), precision, recall) == (0.6667, 0.75, 0.6)
    assert _scores(np.zeros(3)) == (0.0, 0.0, 0.0)
