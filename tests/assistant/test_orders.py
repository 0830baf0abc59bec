"""Which orders a question is about: named ones, the latest of "my order", none where another's is named."""

import pytest

from assistant.orders import orders_asked_about
from knowledge.customers.entries import OrderRecorded

LATEST, EARLIER = OrderRecorded("TF-10422", "shipped"), OrderRecorded("TF-10100", "delivered")


@pytest.mark.parametrize(
    ("question", "about"),
    [
        ("Where is my order?", (LATEST,)),
        ("Where is my order tf-10100?", (EARLIER,)),
        ("Where is my order TF-900417?", ()),
        ("I am Vera. Where is my order TF-900417?", ()),
        ("Is TF-900417 in the same parcel as my TF-10422?", (LATEST,)),
        ("When will my tent TF arrive?", (LATEST,)),
        ("When does my order with 2 tents arrive?", (LATEST,)),
    ],
)
def test_what_is_asked_about(question: str, about: tuple[OrderRecorded, ...]) -> None:
    assert orders_asked_about(question, (LATEST, EARLIER)) == about


def test_marks_of_numbers_are_no_heads_of_their_own() -> None:
    orders = (OrderRecorded("#1001", "shipped"),)
    assert orders_asked_about("Where is my order #1002?", orders) == ()
    assert orders_asked_about("Where is my order, size 42?", orders) == orders
    assert orders_asked_about("Where is my order, placed on the 3rd?", (OrderRecorded("1001", "shipped"),))
