"""The made-up company knows nothing of the predictor; the predictor finds its truth."""

import ast
from pathlib import Path

from evals.routing import channel_truth
from evals.routing.channel_choice import channel_figures


def test_truth_and_predictor_share_no_code() -> None:
    tree = ast.parse(Path(channel_truth.__file__).read_text())
    modules = {
        node.module.partition(".")[0] for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module
    }
    modules |= {
        name.name.partition(".")[0] for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names
    }
    assert not modules & {"handoff", "assistant", "retrieval", "knowledge", "evals", "api"}


def test_truth_is_the_same_for_a_seed_and_another_for_another() -> None:
    one, same, other = (channel_truth.people(5, seed) for seed in (1, 1, 2))
    assert one == same
    assert one != other
    assert list(channel_truth.tries(one, 3, 1)) == list(channel_truth.tries(same, 3, 1))


def test_choices_lose_less_than_any_way_without_a_model() -> None:
    error, regret, cold = channel_figures(75)
    assert error.value < 0.1
    assert regret.value < min(regret.baseline.values())
    assert cold.value <= min(cold.baseline.values())
    assert regret.value < cold.value
    assert all(one.settings["demo"] for one in (error, regret, cold))
