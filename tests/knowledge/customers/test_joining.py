"""Proof joins at once; what speaks against one person is put up instead, and claims open nothing."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from knowledge.customers import identity, inbox, joining, links, pairs, persons, record
from knowledge.customers.entries import Handle
from knowledge.customers.inbox import Incoming
from knowledge.customers.joining import Known, decide
from knowledge.customers.links import Ground
from knowledge.customers.record import KnownHandle, NewCustomer
from knowledge.database import Database
from knowledge.failures import NotFound
from knowledge.ids import CustomerId
from knowledge.scope import Scope

EMAIL = Handle("email", "maya@mail.example")
CHAT = Handle("chat", "s1")
PHONE = Handle("sms", "+447700900123")


def known(*names: str, births: tuple[str, ...] = ()) -> Known:
    return Known(frozenset(names), frozenset(births))


@pytest.mark.parametrize(
    ("mine", "theirs", "key", "verdict"),
    [
        (known(), known(), EMAIL, "link"),
        (known("Maya"), known("Maya Lindqvist"), EMAIL, "link"),
        (known("Maya"), known("Maya", "Tom"), EMAIL, "look"),
        (known("M. Berg"), known("Maya Berg"), EMAIL, "look"),
        (known(births=("1990-01-01",)), known(births=("1990-01-02",)), EMAIL, "look"),
        (known(), known(), Handle("email", "the.berg.family@mail.example"), "look"),
        (known(), known(), Handle("email", "info@firm.example"), "look"),
        (known(), known(), Handle("email", "infor@firm.example"), "link"),
    ],
)
def test_what_a_common_key_is_worth(mine: Known, theirs: Known, key: Handle, verdict: str) -> None:
    assert decide(mine, theirs, key).verdict == decide(theirs, mine, key).verdict == verdict
    assert decide(mine, theirs, key, shared=True).verdict == "look"
    assert decide(mine, theirs, key, silent=True).verdict == "look"


def save(session: Session, scope: Scope, key: str, name: str, *handles: Handle, now: datetime) -> CustomerId:
    proven = tuple(KnownHandle(handle, True) for handle in handles)
    return record.save_customer(session, scope, NewCustomer(key, name, handles=proven), now)


def test_a_verified_key_on_two_records_joins_them_with_its_evidence(
    database: Database, scope: Scope, now: datetime
) -> None:
    with database.write() as session:
        shop = save(session, scope, "1", "Maya", EMAIL, now=now)
        desk = save(session, scope, "2", "Maya Lindqvist", EMAIL, PHONE, now=now)
        (row,) = links.history(session, scope, desk)
        customer = record.get_customer(session, scope, desk)
    assert (row.kind, row.one, row.other, row.ground.proof) == ("same", shop, desk, True)
    assert (row.ground.author, row.ground.evidence["kind"]) == ("threadline", "email")
    assert EMAIL.value not in str(row.ground), "a link holds no word about the person"
    assert customer.handles == (KnownHandle(EMAIL, True), KnownHandle(PHONE, True))


def test_what_speaks_against_it_is_put_up_instead(database: Database, scope: Scope, now: datetime) -> None:
    with database.write() as session:
        maya = save(session, scope, "1", "Maya", EMAIL, now=now)
        tom = save(session, scope, "2", "Tom", EMAIL, now=now)
        assert not persons.same_person(session, scope, maya, tom)
        (pair,) = pairs.waiting(session, scope)
        assert (pair.one, pair.other, pair.source) == (maya, tom, "verified key")
        links.part(session, scope, maya, tom, Ground("sara"), now)
        save(session, scope, "2", "Maya", EMAIL, now=now)
        assert not persons.same_person(session, scope, maya, tom)
        assert pairs.waiting(session, scope) == []


def test_a_claim_finds_no_proven_record(database: Database, scope: Scope, now: datetime) -> None:
    with database.write() as session:
        maya = identity.recognise(session, scope, EMAIL, True, now)
        claimer = save(session, scope, "2", "Tom", PHONE, now=now)
        identity.add_handle(session, scope, claimer, EMAIL, False, now)
        stranger = identity.recognise(session, scope, EMAIL, False, now)
        assert stranger not in {maya, claimer}
        assert identity.recognise(session, scope, EMAIL, False, now) == stranger
        assert persons.records_of(session, scope, stranger) == (stranger,)


def test_a_shared_handle_proves_nobody(database: Database, scope: Scope, now: datetime) -> None:
    with database.write() as session:
        with pytest.raises(NotFound):
            identity.mark_shared(session, scope, EMAIL, True)
        maya = save(session, scope, "1", "Maya", EMAIL, now=now)
        identity.mark_shared(session, scope, EMAIL, True)
        assert identity.find(session, scope, EMAIL) is None
        home = identity.recognise(session, scope, EMAIL, True, now)
        assert home != maya
        assert identity.recognise(session, scope, EMAIL, True, now) == home
        assert record.get_customer(session, scope, maya).handles == (KnownHandle(EMAIL, False),)
        identity.mark_shared(session, scope, EMAIL, False)
        assert identity.find(session, scope, EMAIL) == maya


def test_a_number_long_silent_begins_a_new_record(database: Database, scope: Scope, now: datetime) -> None:
    later = now + joining.RECYCLED_AFTER + timedelta(days=1)
    with database.write() as session:
        old = inbox.receive(session, scope, Incoming("sms", PHONE, "Hi", now), now).customer
        assert identity.recognise(session, scope, PHONE, True, later - timedelta(days=2)) == old
        new = inbox.receive(session, scope, Incoming("sms", PHONE, "Hello", later), later).customer
        again = inbox.receive(session, scope, Incoming("sms", PHONE, "You there?", later), later).customer
        (pair,) = pairs.waiting(session, scope)
    assert old != new == again
    assert (pair.one, pair.other) == (old, new)


def test_who_signs_in_goes_on_with_the_session_and_can_be_parted_again(
    database: Database, scope: Scope, now: datetime
) -> None:
    with database.write() as session:
        maya = identity.recognise(session, scope, EMAIL, True, now)
        guest = identity.recognise(session, scope, CHAT, True, now)
        assert identity.shown_records(session, scope, guest) == (guest,)
        assert joining.by_session(session, scope, guest, maya, now)
        assert identity.shown_records(session, scope, maya) == (maya, guest)
        assert identity.signed_in(session, scope, guest)
        tom = identity.recognise(session, scope, Handle("email", "tom@mail.example"), True, now)
        assert not joining.by_session(session, scope, guest, tom, now), "it is Maya's by now"
        assert not joining.by_session(session, scope, maya, tom, now), "it proved somebody"
        (row,) = links.history(session, scope, maya)
        links.unlink(session, scope, row.id, Ground("sara"), now)
        assert identity.shown_records(session, scope, maya) == (maya,)
        assert not identity.signed_in(session, scope, guest)


def test_a_colleagues_link_shows_a_customer_nothing(database: Database, scope: Scope, now: datetime) -> None:
    with database.write() as session:
        maya = identity.recognise(session, scope, EMAIL, True, now)
        guest = identity.recognise(session, scope, CHAT, True, now)
        links.link(session, scope, maya, guest, Ground("sara"), now)
        assert persons.records_of(session, scope, guest) == (maya, guest)
        assert identity.shown_records(session, scope, guest) == (guest,)
        assert identity.shown_records(session, scope, maya) == (maya,)
