"""Consent: nothing said is no, the later word counts, withdrawing wins a tie, in whatever order entries come."""

from datetime import timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.customers import consent
from knowledge.customers.consent import fold
from knowledge.customers.entries import Entry, Handle
from knowledge.customers.identity import recognise
from knowledge.customers.privacy_entries import ConsentGiven, ConsentWithdrawn
from knowledge.database import Database
from knowledge.failures import NotFound, Rejected
from knowledge.ids import CustomerId, EntryId
from knowledge.scope import Scope
from tests.conftest import NOW

PURPOSES, CHANNELS = ["marketing", "survey"], ["", "email", "sms"]
said = st.one_of(
    st.builds(
        ConsentGiven,
        st.sampled_from(PURPOSES),
        st.sampled_from(CHANNELS),
        st.just("v1"),
        st.just("form"),
        st.just("customer"),
    ),
    st.builds(
        ConsentWithdrawn,
        st.sampled_from(PURPOSES),
        st.sampled_from(CHANNELS),
        st.just("mail"),
        st.just("customer"),
        objection=st.booleans(),
    ),
)
histories = st.lists(st.tuples(said, st.integers(0, 5)), max_size=8)


def entries(history: list[tuple[ConsentGiven | ConsentWithdrawn, int]]) -> list[Entry]:
    return [
        Entry(
            number,
            EntryId(f"{number:032x}"),
            NOW + timedelta(minutes=minute),
            NOW,
            payload.kind,
            CustomerId("c"),
            None,
            payload,
        )
        for number, (payload, minute) in enumerate(history)
    ]


def plainly(history: list[tuple[ConsentGiven | ConsentWithdrawn, int]], purpose: str, channel: str) -> bool:
    """The rule, written a second time: at the last minute anything fitting was said, nobody withdrew."""
    fitting = [(minute, one) for one, minute in history if one.purpose == purpose and one.channel in ("", channel)]
    last = max((minute for minute, _ in fitting), default=None)
    return last is not None and all(isinstance(one, ConsentGiven) for minute, one in fitting if minute == last)


@given(history=histories, data=st.data())
def test_the_fold_says_what_the_rule_says_in_any_order(history, data) -> None:
    found = fold(data.draw(st.permutations(entries(history))))
    assert found == fold(entries(history))
    for purpose in PURPOSES:
        for channel in ["email", "sms", "whatsapp"]:
            assert found.allows(purpose, channel) is plainly(history, purpose, channel)
            assert not (found.allows(purpose, channel) and found.objects(purpose, channel))


@given(history=histories)
def test_withdrawing_for_every_channel_ends_every_consent_at_once(history) -> None:
    over = [*history, (ConsentWithdrawn("marketing", "", "mail", "customer", objection=True), 9)]
    found = fold(entries(over))
    assert not any(found.allows("marketing", channel) for channel in ["email", "sms", "push"])
    assert found.objects("marketing", "email")


def test_an_erased_entry_says_nothing() -> None:
    (one,) = entries([(ConsentGiven("marketing", "email", "v1", "form", "customer"), 0)])
    gone = Entry(**{**vars(one), "payload": None})
    assert fold([gone]) == fold([])


def test_of_two_words_at_the_same_moment_the_withdrawal_counts() -> None:
    both = entries(
        [
            (ConsentGiven("marketing", "email", "v1", "form", "customer"), 0),
            (ConsentWithdrawn("marketing", "", "mail", "customer"), 0),
        ]
    )
    assert [fold(order).allows("marketing", "email") for order in permutations(both)] == [False, False]


def test_consent_is_kept_with_its_proof_and_taken_back(database: Database, scope: Scope) -> None:
    given_ = ConsentGiven("marketing", "email", "newsletter-2026-03", "form", "customer", "form 8812")
    with database.write() as session:
        customer = recognise(session, scope, Handle("email", "ana@mail.example"), True, NOW)
        consent.give(session, scope, customer, given_, NOW - timedelta(days=3), NOW)
        (standing,) = consent.consents_of(session, scope, [customer]).standings
        assert (standing.text_version, standing.proof, standing.how) == ("newsletter-2026-03", "form 8812", "form")
        assert standing.at == NOW - timedelta(days=3)
        consent.withdraw(session, scope, customer, ConsentWithdrawn("marketing", "email", "chat", "customer"), NOW, NOW)
        assert not consent.consents_of(session, scope, [customer]).allows("marketing", "email")


def test_what_proves_nothing_is_refused(database: Database, scope: Scope) -> None:
    wrong = [
        ConsentGiven("Marketing!", "email", "v1", "form", "customer"),
        ConsentGiven("marketing", "E-Mail", "v1", "form", "customer"),
        ConsentGiven("marketing", "email", "", "form", "customer"),
        ConsentGiven("marketing", "email", "v1", "", "customer"),
        ConsentGiven("marketing", "email", "v1", "form", "customer", "x" * 3_000),
    ]
    good = ConsentGiven("marketing", "email", "v1", "form", "customer")
    with database.write() as session:
        customer = recognise(session, scope, Handle("email", "ana@mail.example"), True, NOW)
        for one in wrong:
            with pytest.raises(Rejected):
                consent.give(session, scope, customer, one, NOW, NOW)
        with pytest.raises(Rejected, match="future"):
            consent.give(session, scope, customer, good, NOW + timedelta(days=1), NOW)
        with pytest.raises(NotFound):
            consent.give(session, scope, CustomerId("0" * 32), good, NOW, NOW)
