"""Which issue a conversation joins: a common reference first, else likeness within a fortnight."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.customers.grouping import Candidate, Told, choose
from knowledge.ids import ConversationId, IssueId
from tests.conftest import NOW


def told(name: str, *references: str, days: float = 0) -> Told:
    return Told(ConversationId(name), IssueId(f"i-{name}"), NOW + timedelta(days=days), frozenset(references))


def earlier(name: str, *references: str, days: float = 3, likeness: float | None = None) -> Candidate:
    return Candidate(told(name, *references, days=-days - 1), NOW - timedelta(days=days), likeness)


def test_a_common_reference_decides_and_likeness_does_not_overrule_it() -> None:
    joined = choose(told("new", "TF104233"), [earlier("a", "TF104233"), earlier("b", likeness=0.99)], 0.6)
    assert joined is not None
    assert (joined.how, joined.like, joined.reference) == ("reference", "a", "TF104233")
    assert joined.reason == "Both name TF104233."


def test_the_latest_that_names_it_is_joined() -> None:
    joined = choose(told("new", "TF1042"), [earlier("a", "TF1042", days=30), earlier("b", "TF1042", days=5)], 0.6)
    assert joined is not None
    assert joined.like == "b"


def test_the_likest_is_joined_from_the_threshold_on() -> None:
    near = [earlier("a", likeness=0.61), earlier("b", likeness=0.83)]
    joined = choose(told("new"), near, 0.6)
    assert joined is not None
    assert (joined.how, joined.like, joined.score) == ("topic", "b", 0.83)
    assert choose(told("new"), near, 0.84) is None


@pytest.mark.parametrize(
    ("other", "why"),
    [
        (earlier("a", days=15, likeness=0.99), "the same words a fortnight later are a new problem"),
        (earlier("a", "TF1042", days=91), "an order number does not name its problem for ever"),
        (earlier("a", "TF9999", likeness=0.99), "two orders are two problems, however alike"),
        (earlier("a"), "nothing is known about what it was about"),
    ],
)
def test_what_keeps_conversations_apart(other: Candidate, why: str) -> None:
    assert choose(told("new", "TF1042"), [other], 0.6) is None, why


def test_a_conversation_that_goes_on_is_near_however_long_ago_it_began() -> None:
    running = Candidate(told("a", days=-40), NOW + timedelta(days=1), 0.9)
    assert choose(told("new"), [running], 0.6) is not None


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.floats(0, 1), st.booleans()), max_size=6), st.floats(0, 1))
def test_the_order_of_candidates_changes_nothing(found: list[tuple[str, float, bool]], threshold: float) -> None:
    candidates = [earlier(name, *(["TF1042"] if named else []), likeness=like) for name, like, named in found]
    first = choose(told("new", "TF1042"), candidates, threshold)
    again = choose(told("new", "TF1042"), candidates[::-1], threshold)
    assert (first and first.like, first and first.how) == (again and again.like, again and again.how)
