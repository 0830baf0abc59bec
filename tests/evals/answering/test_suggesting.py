"""What a suggestion takes is measured on the product's own function; without a model it takes no tokens."""

from pathlib import Path

from evals.answering.suggesting import suggestion_figures
from evals.core.stage import Stage
from tests.conftest import NOW


def test_every_suggestion_is_timed_and_its_tokens_counted(smaller: Path) -> None:
    with Stage(smaller, Path(), NOW) as stage:
        found = {one.name: one for one in suggestion_figures(stage)}
    p50, p95 = found["suggestion/demo/latency_p50"], found["suggestion/demo/latency_p95"]
    assert 0 < p50.value <= p95.value
    assert p50.n == 40
    assert found["suggestion/demo/tokens"].value == 0
    assert p50.settings["label"] == "demo"
