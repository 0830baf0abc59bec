"""Killed at step boundaries of a delivery: nothing is lost and nothing is sent twice. `--full` kills at every one."""

import pytest

from evals.durability import count_kills


@pytest.mark.timeout(900)
def test_a_kill_at_any_boundary_loses_and_doubles_nothing(request: pytest.FixtureRequest) -> None:
    kills = count_kills(1 if request.config.getoption("--full") else 7)
    assert kills.killed >= 4
    assert (kills.lost, kills.doubled) == (0, 0)
