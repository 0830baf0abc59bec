"""Repeats are found however they are said; confirmations, corrections and news are none."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.customers.facts.repeats import repeats_in
from knowledge.customers.facts.said import Said, Speaker

AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
BEFORE = [
    Said("b0", "customer", "My order TF-10422 from May 20, 2026 came without a pole, the account is 351531510.", AT),
    Said("b1", "agent", "At what time can we call?", AT),
    Said("b2", "customer", "3 pm", AT),
]


def after(*turns: tuple[Speaker, str]) -> list[Said]:
    return [Said(f"a{at}", who, text, AT) for at, (who, text) in enumerate(turns)]


@pytest.mark.parametrize(
    ("turns", "elicited"),
    [
        ([("agent", "What is your order number?"), ("customer", "TF-10422")], True),
        ([("agent", "What is your order number?"), ("customer", "it's tf 10422")], True),
        ([("agent", "Your account number?"), ("customer", "351 531 510")], True),
        ([("agent", "Your account number?"), ("customer", "three five one five three one five one zero")], True),
        ([("agent", "Your order?"), ("customer", "TF-10..."), ("customer", "...422")], True),
        ([("agent", "When did you order?"), ("customer", "on 20/05/2026")], True),
        ([("agent", "When may we call?"), ("customer", "15:00")], True),
        ([("customer", "Hello again, my order was TF-10422.")], False),
        ([("customer", "It came without a pole, as I told your colleague.")], False),
    ],
)
def test_what_is_said_again_is_found(turns: list[tuple[Speaker, str]], elicited: bool) -> None:
    (found,) = repeats_in(BEFORE, after(*turns))
    assert found.elicited is elicited
    assert found.source == f"a{len(turns) - 1}"


@pytest.mark.parametrize(
    "turns",
    [
        [("agent", "Is it still TF-10422?"), ("customer", "Yes")],
        [("agent", "Is it still TF-10422?"), ("customer", "Yes, TF-10422.")],
        [("customer", "Sorry, it is not TF-10422 but TF-10424.")],
        [("agent", "What is your phone number?"), ("customer", "+44 20 7946 0958")],
        [("agent", "Which colour is the tent?"), ("customer", "Green")],
        [("customer", "Thanks, I'll wait.")],
        [("agent", "What is your order number?"), ("customer", "TF-99999")],
        [("agent", "Your order TF-10422 is on its way.")],
        [],
    ],
)
def test_what_is_no_repeat_is_left_alone(turns: list[tuple[Speaker, str]]) -> None:
    assert repeats_in(BEFORE, after(*turns)) == []


def test_nothing_told_before_is_nothing_repeated() -> None:
    assert repeats_in([], after(("customer", "My order TF-10422 leaks."))) == []


Turns = st.lists(st.tuples(st.sampled_from(["customer", "agent", "tool"]), st.text(max_size=80)), max_size=6)


@given(Turns, Turns)
def test_any_talk_is_read_and_a_repeat_is_the_customers(
    first: list[tuple[Speaker, str]], then: list[tuple[Speaker, str]]
) -> None:
    said = after(*then)
    customers = {one.source for one in said if one.speaker == "customer"}
    assert {one.source for one in repeats_in(after(*first), said)} <= customers
