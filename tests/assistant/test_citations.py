"""Citations: only numbers that were offered survive, and a stream never shows half of one."""

from hypothesis import given
from hypothesis import strategies as st

from assistant.citations import cited, finished, keep_offered, without


def test_only_offered_numbers_stay() -> None:
    assert keep_offered("a [1] b [9] c [2, 9] d [9; 8].", {1, 2}) == "a [1] b c [2] d."
    assert cited("a [2] b [1] [2]") == (2, 1)
    assert without("a [1]. b [2]") == "a. b"


@given(st.text(alphabet="ab [],;0123456789\n", max_size=80), st.sets(st.integers(0, 99)))
def test_what_is_kept_was_offered(text: str, offered: set[int]) -> None:
    kept = keep_offered(text, offered)
    assert set(cited(kept)) <= offered
    assert keep_offered(kept, offered) == kept


@given(st.text(alphabet="a [],19", max_size=40), st.integers(0, 40))
def test_a_growing_text_shows_a_prefix_of_the_final_one(text: str, end: int) -> None:
    shown = keep_offered(finished(text[:end]), {1})
    assert keep_offered(text, {1}).startswith(shown.rstrip())
