"""Handles have one form; only proof links a handle to a person."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.customers import identity, listing, record
from knowledge.customers.entries import Handle
from knowledge.customers.record import KnownHandle, NewCustomer
from knowledge.database import Database
from knowledge.failures import Rejected
from knowledge.scope import Scope

EMAIL = Handle("email", "maya@mail.example")


@pytest.mark.parametrize(
    ("given_handle", "stored"),
    [
        (Handle("email", " Maya@MAIL.example "), "maya@mail.example"),
        (Handle("phone", "+44 7700 900123"), "+447700900123"),
        (Handle("whatsapp", "whatsapp:+12025550143"), "+12025550143"),
        (Handle("instagram", " trail.maya "), "trail.maya"),
    ],
)
def test_one_form(given_handle: Handle, stored: str) -> None:
    assert identity.normalise(given_handle).value == stored


@pytest.mark.parametrize(
    "handle",
    [
        Handle("email", "not an address"),
        Handle("email", "a@b.example\nBcc: c@d.example"),
        Handle("phone", "07700 900123"),
        Handle("phone", "+1"),
        Handle("chat", ""),
        Handle("chat", "x" * 321),
        Handle("E-Mail", "a@b.example"),
        Handle("", "a"),
    ],
)
def test_no_address_is_refused(handle: Handle) -> None:
    with pytest.raises(Rejected):
        identity.normalise(handle)


@given(st.text(max_size=50), st.text(max_size=400))
def test_any_text_is_normalised_or_refused_and_stays_so(kind: str, value: str) -> None:
    try:
        once = identity.normalise(Handle(kind, value))
    except Rejected:
        return
    assert identity.normalise(once) == once


def test_a_verified_handle_stays_with_its_holder(database: Database, scope: Scope, now: datetime) -> None:
    with database.write() as session:
        maya = identity.recognise(session, scope, EMAIL, True, now)
        record.save_customer(session, scope, NewCustomer("1", "Maya", handles=(KnownHandle(EMAIL, True),)), now)
        tom = record.save_customer(session, scope, NewCustomer("2", "Tom", handles=(KnownHandle(EMAIL, True),)), now)
        assert identity.find(session, scope, EMAIL) == maya
        assert KnownHandle(EMAIL, False) in record.get_customer(session, scope, tom).handles


def test_saving_a_customer_twice_changes_nothing(database: Database, scope: Scope, now: datetime) -> None:
    new = NewCustomer("cus-1", "Maya", "en", handles=(KnownHandle(EMAIL, True),), attributes={"plan": "Summit"})
    with database.write() as session:
        first = record.save_customer(session, scope, new, now)
        before = record.get_customer(session, scope, first)
        assert record.save_customer(session, scope, new, now) == first
        assert record.get_customer(session, scope, first) == before


def test_a_source_adopts_the_record_its_verified_handle_began(database: Database, scope: Scope, now: datetime) -> None:
    with database.write() as session:
        wrote = identity.recognise(session, scope, EMAIL, True, now)
        saved = record.save_customer(
            session, scope, NewCustomer("cus-1", "Maya", handles=(KnownHandle(EMAIL, True),)), now
        )
    assert wrote == saved


def test_a_claim_does_not_adopt(database: Database, scope: Scope, now: datetime) -> None:
    with database.write() as session:
        wrote = identity.recognise(session, scope, EMAIL, True, now)
        saved = record.save_customer(
            session, scope, NewCustomer("cus-2", "M", handles=(KnownHandle(EMAIL, False),)), now
        )
    assert wrote != saved


@pytest.mark.parametrize("words", ["maya", "MAIL.EXAMPLE", "may lin", "100%"])
def test_customers_are_found_by_words(database: Database, scope: Scope, now: datetime, words: str) -> None:
    with database.write() as session:
        record.save_customer(
            session, scope, NewCustomer("1", "Maya Lindqvist", handles=(KnownHandle(EMAIL, True),)), now
        )
        record.save_customer(session, scope, NewCustomer("2", "100% Cotton"), now)
        found = [customer.name for customer in listing.list_customers(session, scope, words=words)]
    assert found == (["100% Cotton"] if "%" in words else ["Maya Lindqvist"])
