"""Whom to contact: what is learnt tells, what is unknown does not break it, the latest counts most."""

import random

import numpy as np
import pytest

from assistant.outreach.whom import Facts, fit_ranker


def contacts(n: int, seed: int, turned: bool = False) -> tuple[list[Facts], list[bool]]:
    draw = random.Random(seed)
    facts: list[Facts] = [{"plan": draw.choice(["gold", "basic"]), "orders": draw.randint(0, 9)} for _ in range(n)]
    likes = "basic" if turned else "gold"
    return facts, [draw.random() < (0.8 if one["plan"] == likes else 0.1) for one in facts]


def test_what_was_welcome_is_ranked_first() -> None:
    facts, welcome = contacts(600, 1)
    gold, basic = fit_ranker(facts, welcome).chances([{"plan": "gold", "orders": 3}, {"plan": "basic", "orders": 3}])
    assert gold > 0.6
    assert basic < 0.3


def test_the_latest_contacts_count_most() -> None:
    old, new = contacts(2_000, 1), contacts(2_000, 2, turned=True)
    ranker = fit_ranker([*old[0], *new[0]], [*old[1], *new[1]])
    gold, basic = ranker.chances([{"plan": "gold", "orders": 3}, {"plan": "basic", "orders": 3}])
    assert basic > gold


@pytest.mark.parametrize("n", [0, 1, 20])
def test_little_history_gives_the_rate(n: int) -> None:
    facts, welcome = contacts(n, 3)
    chances = fit_ranker(facts, welcome).chances([{"plan": "gold"}, {}])
    assert np.allclose(chances, (sum(welcome) + 1) / (n + 2))


def test_unseen_words_and_missing_numbers_do_no_harm() -> None:
    ranker = fit_ranker(*contacts(300, 4))
    chances = ranker.chances([{"plan": "platinum", "colour": "red"}, {}])
    assert ((chances > 0) & (chances < 1)).all()


def test_outcomes_must_match() -> None:
    with pytest.raises(ValueError, match="2 outcomes of 1"):
        fit_ranker([{}], [True, False])
