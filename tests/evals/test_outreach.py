"""Outreach: no rule of the guard can be passed, and the oracle that says so would notice each one missing."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.outreach import guard
from evals.outreach.campaign import uplift_figures
from evals.outreach.cases import draw_case, policy
from evals.outreach.guarding import count


@given(st.integers(0, 2**32))
def test_nothing_is_sent_against_a_rule_and_every_refusal_explains_itself(seed: int) -> None:
    random = Random(seed)
    found = count([draw_case(random) for _ in range(40)], policy())

    assert (found.violations, found.needless, found.unexplained) == (0, 0, 0)


def test_enough_is_sent_for_the_count_to_mean_something() -> None:
    random = Random(1)

    assert count((draw_case(random) for _ in range(2_000)), policy()).sent > 100


# Without a purpose or with a bare time nothing can be judged at all: test_guard.py has those.
@pytest.mark.parametrize("rule", [name for name in guard.RULES if name not in ("clock", "purpose")])
def test_the_oracle_notices_a_rule_that_is_missing(rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "RULES", {name: one for name, one in guard.RULES.items() if name != rule})
    random = Random(2)

    assert count((draw_case(random) for _ in range(2_000)), policy()).violations > 0


def test_a_known_effect_lies_within_its_interval_about_as_often_as_promised() -> None:
    share = next(one for one in uplift_figures(quick=True) if one.name.endswith("/uplift_within_interval"))

    assert 0.9 <= share.value <= 0.99
    assert share.n == 200
