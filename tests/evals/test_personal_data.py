"""Finding personal data: the measure on hand-made rows, and the floor that the public data must hold."""

from pathlib import Path

import pytest

from evals.datasets.pii_presidio import Sentence, Sentences, Span, read
from evals.personal_data import personal_figures, tuning


def test_tokens_found_and_missed_are_counted() -> None:
    text = "write to maya@example.org or call the Zorblax"
    rows = [Sentence(text, (Span("EMAIL_ADDRESS", 9, 25), Span("ODD", 38, 45)), str(number)) for number in range(40)]
    reported = [row for row in rows if not tuning(row)]
    assert 5 < len(reported) < 35
    precision, recall = personal_figures(Sentences(tuple(rows), "0"))
    assert recall.settings["recall_by_type"]["EMAIL_ADDRESS"] == [1.0, len(reported)]
    assert recall.n == len(reported) * 4  # maya, @, example.org and the name
    assert recall.value in (0.75, 1.0)
    assert precision.baseline["forms alone"] == 1.0


def test_a_template_is_learnt_from_or_reported_never_both() -> None:
    assert {tuning(Sentence(text, (), "7")) for text in ("a", "b", "c")} == {tuning(Sentence("", (), "7"))}


def test_unseen_templates_stay_above_the_floor(data: Path) -> None:
    if not (data / "pii_presidio").is_dir():
        pytest.skip("no pii_presidio")
    precision, recall = personal_figures(read(data))
    assert precision.value > 0.85
    assert recall.value > 0.8
