from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from assistant.brief import Context
from assistant.checking.claims import check_claims
from assistant.checking.supported import open_support


def chance(text: str, passages: Any) -> float:
    claims = check_claims(text, passages, Context())
    assert len(claims) == 1
    return claims[0].signals["chance"]


def test_the_nearer_to_the_evidence_the_likelier(passage: Any) -> None:
    passages = [passage(1, "Unworn boots may be returned within 28 days of delivery. Skis cannot be returned.")]
    quoted = chance("Unworn boots may be returned within 28 days of delivery. [1]", passages)
    near = chance("Boots that are unworn may be returned within 28 days. [1]", passages)
    wrong = chance("Unworn boots may be returned within 90 days at the Oslo Arena. [1]", passages)
    far = chance("I love dogs and think they are great. [1]", passages)
    assert quoted > near > wrong > far
    assert quoted > 0.9
    assert far < 0.1


@given(st.text(max_size=300))
def test_any_text_has_chances_between_0_and_1(text: str) -> None:
    for claim in check_claims(text, [], Context()):
        assert 0.0 <= claim.signals["chance"] <= 1.0


def test_the_model_says_what_it_was_fitted_on() -> None:
    assert set(open_support().data) == {"begin", "mtrag", "demo_claims"}
