"""Names: what may be one person's, what is two people's, what stays open."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.customers.names import compare


@pytest.mark.parametrize(
    ("one", "other", "likeness"),
    [
        ("Maya Lindqvist", "maya  LINDQVIST", "same"),
        ("Lindqvist, Maya", "Maya Lindqvist", "same"),
        ("Lindqvist Maya", "Maya Lindqvist", "same"),
        ("José Núñez", "Jose Nunez", "same"),
        ("Maya", "Maya Lindqvist", "same"),
        ("Maya Sofia Lindqvist", "Maya Lindqvist", "same"),
        ("Dr. Maya Lindqvist", "Maya Lindqvist", "same"),
        ("", "Maya", "same"),
        ("Guest", "Maya", "same"),
        ("...", "Maya", "same"),
        ("Lindqvist", "Maya Lindqvist", "unsure"),
        ("M. Lindqvist", "Maya Lindqvist", "unsure"),
        ("Maya L.", "Maya Lindqvist", "unsure"),
        ("Mr Smith", "Mrs Smith", "unsure"),
        ("Jon Hart", "Joan Hart", "different"),
        ("Maya Lindqvist", "Tom Lindqvist", "different"),
        ("Maya Lindqvist", "Maya Berg", "different"),
        ("John Reed", "John Reed Jr.", "different"),
        ("John Reed II", "John Reed III", "different"),
    ],
)
def test_names(one: str, other: str, likeness: str) -> None:
    assert compare(one, other) == compare(other, one) == likeness


@given(st.text(max_size=30), st.text(max_size=30))
def test_any_two_texts_compare_the_same_both_ways(one: str, other: str) -> None:
    assert compare(one, other) == compare(other, one)
    assert compare(one, one) in {"same", "unsure"}
