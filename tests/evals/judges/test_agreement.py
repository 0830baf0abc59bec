"""Judges: κ against scikit-learn, refused below .6 or on few items, order swapped, apart from the drafter's model."""

import numpy as np
import pytest
from pydantic import SecretStr
from sklearn.metrics import cohen_kappa_score

from evals.datasets.grounding import Judged, JudgedReplies
from evals.judges.agreement import kappa, validate
from evals.judges.claim_check import claim_check_figures
from evals.judges.endpoint import open_judge
from evals.judges.pairs import Preference, consistency, prefer
from knowledge.failures import Rejected, Unavailable
from knowledge.settings import Settings

RANDOM = np.random.default_rng(5)
PEOPLE = RANDOM.choice(["yes", "no"], 240).tolist()


def judge(share: float) -> list[str]:
    flip = {"yes": "no", "no": "yes"}
    return [one if RANDOM.random() < share else flip[one] for one in PEOPLE]


def test_kappa_is_scikit_learns() -> None:
    given = judge(0.8)
    assert kappa(PEOPLE, given) == pytest.approx(cohen_kappa_score(PEOPLE, given))
    # by hand: 20 of 25 and 10 of 25 agree (Cohen's example): p_o = .7, p_e = .5
    assert kappa(["y"] * 25 + ["n"] * 25, ["y"] * 20 + ["n"] * 5 + ["y"] * 10 + ["n"] * 15) == pytest.approx(0.4)
    assert kappa(["y"], ["y"]) == 1.0
    with pytest.raises(ValueError, match="two verdicts"):
        kappa(["y"], [])


def test_a_judge_that_agrees_may_block_and_others_may_not() -> None:
    good = validate("good", PEOPLE, judge(0.95))
    good.require()
    assert good.kappa.low < good.kappa.value < good.kappa.high
    assert sum(sum(row.values()) for row in good.table.values()) == 240
    with pytest.raises(Rejected, match=r"poor may not block: κ = 0\.\d+ \(.*\) on 240 items"):
        validate("poor", PEOPLE, judge(0.7)).require()
    with pytest.raises(Rejected, match="at least 200"):
        validate("few", PEOPLE[:50], PEOPLE[:50]).require()


def test_items_of_one_group_are_drawn_together() -> None:
    given = judge(0.9)
    alone = validate("j", PEOPLE, given).kappa
    grouped = validate("j", PEOPLE, given, [n // 30 for n in range(240)]).kappa
    assert alone.value == grouped.value
    assert alone != grouped


def test_a_judge_that_follows_the_order_says_nothing() -> None:
    def first(question: str, one: str, other: str) -> Preference:
        return "first"

    def longer(question: str, one: str, other: str) -> Preference:
        return "first" if len(one) > len(other) else "second"

    verdicts = [prefer(first, "?", "a", "bb"), prefer(longer, "?", "a", "bb"), prefer(longer, "?", "aaa", "b")]
    assert [(one.verdict, one.consistent) for one in verdicts] == [("tie", False), ("second", True), ("first", True)]
    assert consistency(verdicts) == pytest.approx(2 / 3)


def test_the_model_that_writes_does_not_judge() -> None:
    told = {"judge_url": "http://127.0.0.1:1", "judge_model": "m", "judge_key": SecretStr("k"), "chat_model": "m"}
    with pytest.raises(Rejected, match="judge its own"):
        open_judge(Settings(_env_file=None, drafter="endpoint", **told))
    found = open_judge(Settings(_env_file=None, **told))
    assert (found.url, found.name) == ("http://127.0.0.1:1/v1", "m at http://127.0.0.1:1/v1")
    assert "k" not in repr(found).replace("tokens", "")
    with pytest.raises(Unavailable, match="No judge"):
        open_judge(Settings(_env_file=None))


def test_the_claim_check_is_judged_on_the_other_half() -> None:
    text = "Boots can be sent back within {n} days. Keep the receipt."
    replies = []
    for n in range(40):
        replies.append(Judged(f"g{n}", f"Boots can be sent back within {n} days.", (text.format(n=n),), 1.0))
        replies.append(Judged(f"g{n}", f"Coupons are worth {n + 50} euros.", (text.format(n=n),), 0.0))
    (found,) = claim_check_figures(JudgedReplies("made", tuple(replies), "d"))
    assert found.name == "judge/claim_check_made/kappa"
    assert found.value == 1.0
    assert 20 < found.n < 60  # only the half that no threshold was chosen on
    assert found.settings["may_block"] is False  # right, but on too few items
