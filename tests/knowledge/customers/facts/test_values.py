"""Values are found however they are spelled, and in one normal form."""

from datetime import UTC, datetime
from itertools import pairwise
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.customers.facts.values import find_values, resolve_date, same_value


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("write to Ana.Lee+x@mail.example today", "email", "ana.lee+x@mail.example"),
        ("on May 20th, 2024", "date", "2024-05-20"),
        ("on 20 May 2024", "date", "2024-05-20"),
        ("on 2024-05-20", "date", "2024-05-20"),
        ("on 20/05/2024", "date", "2024-05-20"),
        ("on May 20", "date", "--05-20"),
        ("until the 24th", "date", "---24"),
        ("see you Thursday", "date", "thursday"),
        ("at 1 pm", "time", "13:00"),
        ("at 12 a.m.", "time", "00:00"),
        ("at 13:00", "time", "13:00"),
        ("for $1,023.50", "amount", "1023.5 USD"),
        ("for 250 dollars", "amount", "250 USD"),
        ("for €20", "amount", "20 EUR"),
        ("for 12,50 euro", "amount", "12.5 EUR"),
        ("two guests", "count", "2"),
        ("3 bags", "count", "3"),
        ("booking 4NQLHD", "reference", "4nqlhd"),
        ("order TF-10422", "reference", "tf-10422"),
        ("order #W4923227", "reference", "#w4923227"),
        ("I am mia_li_3668", "reference", "mia_li_3668"),
        ("account 351531510", "reference", "351531510"),
        ("call +44 20 7946 0958", "phone", "+442079460958"),
        ("room 359", "number", "359"),
    ],
)
def test_a_value_is_found_in_its_normal_form(text: str, kind: str, value: str) -> None:
    assert (kind, value) in [(one.type, one.value) for one in find_values(text)]


@pytest.mark.parametrize("text", ["the 1st floor tent", "10am", "I think so", "31/02/2024", "", "COVID", "e.g. this"])
def test_what_only_looks_like_a_reference_is_none(text: str) -> None:
    assert [one for one in find_values(text) if one.type in {"reference", "amount", "email", "phone"}] == []


def test_a_day_without_its_year_is_that_day_of_any_year() -> None:
    assert same_value("--05-20", "2024-05-20", "date")
    assert same_value("---20", "2024-05-20", "date")
    assert not same_value("--05-21", "2024-05-20", "date")
    assert resolve_date("--01-03", datetime(2026, 12, 28, tzinfo=UTC)) == "2027-01-03"
    assert resolve_date("--02-30", datetime(2026, 12, 28, tzinfo=UTC)) == "--02-30"


@given(st.text(max_size=300))
def test_any_text_is_read_and_values_stand_where_they_say(text: str) -> None:
    found = find_values(text)
    assert all(text[one.start : one.end] == one.text for one in found)
    assert all(one.end <= other.start for one, other in pairwise(found))


def test_a_hostile_text_is_read_in_linear_time() -> None:
    for piece in ("a_", "1,", "A1-", "@a.", "+1 ", "may ", "1:"):
        took = [_seconds(piece * count) for count in (1_000, 16_000)]
        assert took[1] <= 64 * max(took[0], 0.001), f"{piece!r}: {took}"  # quadratic would be 256 times


def _seconds(text: str) -> float:
    begun = process_time()
    find_values(text)
    return process_time() - begun
