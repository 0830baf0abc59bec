"""The written claims: enough of each kind, on articles that are there; figures over the half nothing was fitted on."""

from collections import Counter
from pathlib import Path

import pytest

from evals.grounding.demo_claims import LABELS, demo_claim_figures, read_claims
from knowledge.failures import NotFound

EXAMPLES = Path(__file__).parents[3] / "examples"


def test_there_are_enough_of_each_kind_and_none_twice() -> None:
    judged, labels = read_claims(EXAMPLES)
    counts = Counter(labels.values())
    assert len(labels) == len(judged.replies) >= 200
    assert set(counts) == set(LABELS)
    assert min(counts.values()) >= 50


def test_an_article_that_is_not_there_is_named(tmp_path: Path) -> None:
    written = tmp_path / "claims.yaml"
    written.write_text("help/nowhere.md:\n  supported: [It is.]\n  contradicted: []\n  not_found: []\n")
    with pytest.raises(NotFound, match="nowhere"):
        read_claims(EXAMPLES, written)


def test_the_check_tells_more_than_words_in_common() -> None:
    figures = {one.name: one for one in demo_claim_figures(EXAMPLES)}
    area = figures["grounding/demo_claims/auc"]
    assert area.settings["label"] == "demo"
    assert area.value > area.baseline["words in common"]
    assert set(figures) == {f"grounding/demo_claims/{name}" for name in ("auc", "ece", "ms_per_claim")}
