"""Killed at step boundaries of a delivery: nothing is lost and nothing is sent twice. `--full` kills at every one."""

import pytest

from evals.durability import count_kills


@pytest.mark.timeout(900)
@pytest.mark.parametrize("server", ["sqlite", "postgresql"])
def test_a_kill_at_any_boundary_loses_and_doubles_nothing(request: pytest.FixtureRequest, server: str) -> None:
    url = "" if server == "sqlite" else request.getfixturevalue("postgresql_url")
    kills = count_kills(1 if request.config.getoption("--full") else 7, url)
    assert kills.killed >= 4
    assert (kills.lost, kills.doubled) == (0, 0)
