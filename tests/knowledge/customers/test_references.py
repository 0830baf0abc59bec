"""References: order and ticket numbers are found as people write them, dates and amounts are not."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.customers.references import among, find


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Where is order TF-104233?", {"TF104233"}),
        ("where is my order no. 104233", {"104233"}),
        ("Ticket #77-1290 again", {"771290"}),
        ("RE: [#104233] your case", {"104233"}),
        ("Meine Bestellung Nr. 104233 fehlt", {"104233"}),
        ("ma commande n° TF104233 est cassée", {"TF104233"}),
        ("mi pedido número 104233", {"104233"}),
        ("case INC0012345 and INC0012346", {"INC0012345", "INC0012346"}),
        ("RMA: 5521-A", {"5521A"}),
        ("order-90417 again", {"90417"}),
        ("two in one mail: order 1001 and order 1002", {"1001", "1002"}),
    ],
)
def test_numbers_that_name_something(text: str, found: set[str]) -> None:
    assert find(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "I order in 2025 and again in 2026",
        "since 2025-11-17 the order is late",
        "call +44 7700 900223 please",
        "it cost £134.10",
        "my order has not come",
        "write to a-1234@mail.example or https://shop.example/p/AB-12345",
        "in order to return",
        "case 17",
        "",
        "\0" * 50,
    ],
)
def test_what_is_no_reference(text: str) -> None:
    assert find(text) == set()


def test_known_numbers_are_found_without_their_prefix() -> None:
    assert among(["order 104233, please", "and #9912"], ["TF-104233"]) == {"TF104233", "9912"}


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Still waiting for ord-anna-7!", {"ORDANNA7"}),
        ("(ORD-ANNA-7)", {"ORDANNA7"}),
        ("104233 has not come", {"104233"}),
        ("ord-anna-71 and my-ord-anna-7", set()),
        ("in 2026, on 2026-11-20, for 1000", set()),
        ("https://shop.example/ord-anna-7", set()),
    ],
)
def test_a_known_number_written_whole_is_found_whatever_its_shape(text: str, named: set[str]) -> None:
    assert among([text], ["ORD-anna-7", "104233", "2026", "1000", "20261120"]) == named


@given(st.text(max_size=300))
def test_any_text_is_read(text: str) -> None:
    assert all(one.isalnum() for one in find(text) | among([text], ["AB-1"]))


def test_hostile_text_is_read_in_linear_time() -> None:
    began = time.process_time()
    for text in ("order " * 20_000, "A" * 100_000, "A-" * 50_000, "#1-" * 40_000, "order" + " " * 99_000 + "x"):
        find(text)
        among([text], ["AB-12345"])
    assert time.process_time() - began < 5
