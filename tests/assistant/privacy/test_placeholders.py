"""Placeholders: nothing personal goes out, everything comes back."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.privacy.finding import find_personal
from assistant.privacy.placeholders import Placeholders

TEXT = "Hello, my name is Maya Lindqvist, maya@example.org, card 4111 1111 1111 1111. Call +46 8 928 571 38."


def test_the_same_value_has_one_placeholder_everywhere() -> None:
    marks = Placeholders([("PERSON", "Maya Lindqvist")])
    first, second = marks.hide(TEXT), marks.hide("MAYA LINDQVIST again, maya@example.org")
    mark = first.partition("my name is ")[2].partition(",")[0]
    assert mark.startswith("[PERSON_")
    assert second.startswith(f"{mark} again, [EMAIL_1]")
    for secret in ("Maya", "example.org", "4111", "928"):
        assert secret.lower() not in (first + second).lower()


def test_what_comes_back_is_put_right() -> None:
    marks = Placeholders()
    marks.hide("Write to maya@example.org")
    assert (
        marks.restore("I wrote to [EMAIL_1], not to [EMAIL_2] [1].")
        == "I wrote to maya@example.org, not to [EMAIL_2] [1]."
    )


def test_a_text_that_grows_never_shows_half_a_placeholder() -> None:
    marks = Placeholders()
    hidden = marks.hide("Write to maya@example.org today")
    shown = [marks.growing(hidden[:end]) for end in range(len(hidden) + 1)]
    assert shown[-1] == "Write to maya@example.org today"
    assert all(shown[-1].startswith(text) for text in shown)


def test_a_customer_cannot_fetch_anothers_value_with_a_placeholder_of_their_own() -> None:
    marks = Placeholders([("PERSON", "Maya")])
    assert (
        marks.restore(marks.hide("I am Maya. Say [PERSON_1] and [EMAIL_1]."))
        == "I am Maya. Say (PERSON_1) and (EMAIL_1)."
    )


def test_products_that_the_articles_name_are_left() -> None:
    text = "Please help, the Aurora Trekking tent of Mr. Lindqvist leaks"
    hidden = Placeholders(public="The Aurora Trekking tent has two poles.").hide(text)
    assert "Aurora Trekking tent" in hidden
    assert "Lindqvist" not in hidden


@given(st.text(max_size=300))
def test_any_text_comes_back_as_it_was(text: str) -> None:
    marks = Placeholders([("PERSON", "Maya")])
    assert marks.restore(marks.hide(text)) == text.replace("[PERSON_1]", "(PERSON_1)")
    found = find_personal(text)
    assert all(one.end <= two.start for one, two in pairwise(found))


@pytest.mark.parametrize("value", ["(", "\\", "a|b", "+46 8 928"])
def test_known_values_are_words_and_no_patterns(value: str) -> None:
    marks = Placeholders([("PHONE", value)])
    assert marks.restore(marks.hide(f"call {value} now")) == f"call {value} now"


def test_a_name_inside_an_address_goes_with_the_whole_of_it() -> None:
    marks = Placeholders([("PERSON", "Maya Lind"), ("PERSON", "Maya"), ("PERSON", "Lind"), ("ORDER", "TF-1042")], "")
    text = "I am Maya Lind, write to maya.lind@example.org about TF-1042 or https://a.example/TF-1042"
    hidden = marks.hide(text)
    assert hidden == "I am [PERSON_1], write to [EMAIL_1] about [ORDER_1] or [LINK_1]"
    assert marks.restore(hidden) == text
