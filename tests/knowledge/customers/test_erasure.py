"""Erasure: after any history nothing is left but envelopes and hashes, for everybody else nothing changed."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from knowledge.customers import codes, erasure, holds, remaining, suppression, timeline
from knowledge.customers.conversations import fold, get_conversation
from knowledge.customers.entries import (
    ConversationOpened,
    Entry,
    Handle,
    MessageReceived,
    MessageSent,
    NoteAdded,
    Payload,
    SurveyAnswered,
)
from knowledge.customers.erasure import Wish, erase
from knowledge.customers.identity import add_handle, find, recognise
from knowledge.customers.link_tables import LinkRow, LinkSuggestionRow, MemberRow
from knowledge.customers.privacy_entries import ConsentGiven, Erased, HoldSet
from knowledge.customers.record import KnownHandle, NewCustomer, save_customer
from knowledge.customers.suppression import Mark
from knowledge.customers.tables import ConversationRow, CustomerRow, EntryRow, HandleRow, PayloadRow
from knowledge.customers.timeline import NewEntry
from knowledge.database import Database
from knowledge.failures import Conflict, NotFound, Rejected
from knowledge.ids import ConversationId, CustomerId, new_id
from knowledge.scope import Scope
from tests.conftest import NOW

ANA, BEN = Handle("email", "ana@mail.example"), Handle("email", "ben@mail.example")
ERASERS = (erasure.ERASER,)
# What the inbox lets through: no NUL, no half surrogate pairs.
words = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=20)
payloads: st.SearchStrategy[Payload] = st.one_of(
    st.builds(MessageReceived, st.just("email"), words),
    st.builds(MessageSent, st.just("email"), words, st.just("sara"), st.just(ANA)),
    st.builds(NoteAdded, words, st.just("sara")),
    st.builds(SurveyAnswered, st.just("csat"), st.integers(1, 5), words),
    st.just(ConsentGiven("marketing", "email", "v1", "form", "customer")),
)
# Who, which of two conversations of theirs or none, what, when.
happenings = st.tuples(st.booleans(), st.sampled_from([0, 1, None]), payloads, st.integers(-50, 50))


def wish(customer: CustomerId) -> Wish:
    return Wish(customer, "mona@example.com")


def begin(session: Any, scope: Scope, address: Handle) -> tuple[CustomerId, list[ConversationId]]:
    customer = recognise(session, scope, address, True, NOW)
    opened = [ConversationId(new_id()), ConversationId(new_id())]
    for one in opened:
        timeline.append(session, scope, NewEntry(customer, ConversationOpened("email", address), NOW, one), NOW)
    return customer, opened


def everything_of(session: Any, scope: Scope, customer: CustomerId) -> list[Any]:
    rows: list[Any] = [vars(entry) for entry in timeline.after(session, scope, 0, customer=customer)]
    for table, column in ((ConversationRow, ConversationRow.customer), (HandleRow, HandleRow.customer)):
        rows += session.execute(select(*table.__table__.c).where(column == customer).order_by(table.id)).all()
    return rows + list(session.execute(select(*CustomerRow.__table__.c).where(CustomerRow.id == customer)).all())


@given(history=st.lists(happenings, max_size=12))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_after_any_history_one_is_gone_and_the_other_untouched(
    database: Database, scope: Scope, history: list[tuple[bool, int | None, Payload, int]]
) -> None:
    apart = new_id()[-8:]
    with database.write() as session:
        people = [begin(session, scope, Handle("email", f"{name}-{apart}@mail.example")) for name in ("ana", "ben")]
        for whose, which, payload, minutes in history:
            customer, conversations = people[whose]
            where = conversations[which] if which is not None else None
            timeline.append(session, scope, NewEntry(customer, payload, NOW + timedelta(minutes=minutes), where), NOW)
    (ana, hers), (ben, _) = people
    with database.read() as session:
        before, bens = timeline.after(session, scope, 0, customer=ana), everything_of(session, scope, ben)
    with database.write() as session:
        told = erase(session, scope, wish(ana), ERASERS, NOW)
    with database.read() as session:
        left = timeline.after(session, scope, 0, customer=ana)
        assert [envelope(entry) for entry in left[:-1]] == [envelope(entry) for entry in before]
        assert all(entry.payload is None for entry in left[:-1])
        assert isinstance(left[-1].payload, Erased)
        for conversation in hers:
            assert fold(remaining.of_conversation(session, conversation)) is None
            with pytest.raises(NotFound):
                get_conversation(session, scope, conversation)
        assert everything_of(session, scope, ben) == bens
    assert told["kept"]["envelopes"] == len(before)
    assert told["erased"]["knowledge.customers"]["payloads"] == len(before)
    assert told["digest"] == erasure.digest_of(told)


def envelope(entry: Entry) -> dict[str, Any]:
    return {**vars(entry), "payload": None}


def test_salts_go_and_envelopes_stay(database: Database, scope: Scope) -> None:
    with database.write() as session:
        ana, _ = begin(session, scope, ANA)
        digests = session.scalars(select(EntryRow.digest).order_by(EntryRow.seq)).all()
        erase(session, scope, wish(ana), ERASERS, NOW)
    with database.read() as session:
        assert session.scalars(select(EntryRow.digest).order_by(EntryRow.seq)).all()[:2] == digests
        assert len(session.scalars(select(PayloadRow.salt)).all()) == 1  # of the entry that says it


def test_erasing_twice_gives_the_same_certificate(database: Database, scope: Scope) -> None:
    with database.write() as session:
        ana, _ = begin(session, scope, ANA)
    told = []
    for hours in (0, 5):
        with database.write() as session:
            told.append(erase(session, scope, wish(ana), ERASERS, NOW + timedelta(hours=hours)))
    assert told[0] == told[1]
    changed = {**told[0], "by": "somebody else"}
    assert erasure.digest_of(changed) != changed["digest"]


def test_a_legal_hold_forbids_it_with_its_reason_until_it_is_lifted(database: Database, scope: Scope) -> None:
    with database.write() as session:
        ana, _ = begin(session, scope, ANA)
        holds.set_hold(session, scope, ana, HoldSet(True, "court case 12/26", "mona@example.com"), NOW)
    with pytest.raises(Conflict, match="court case 12/26"), database.write() as session:
        erase(session, scope, wish(ana), ERASERS, NOW)
    with database.write() as session:
        assert find(session, scope, ANA) == ana
        lifted = HoldSet(False, "settled", "mona@example.com")
        holds.set_hold(session, scope, ana, lifted, NOW + timedelta(days=1))
        assert holds.held_records(session, scope) == set()
        erase(session, scope, wish(ana), ERASERS, NOW + timedelta(days=2))
        assert find(session, scope, ANA) is None


def test_every_record_of_the_person_goes_and_no_link_of_theirs_stays(database: Database, scope: Scope) -> None:
    with database.write() as session:
        ana, ben = begin(session, scope, ANA)[0], begin(session, scope, BEN)[0]
        too = recognise(session, scope, Handle("phone", "+447700900123"), True, NOW)
        for kind, other in (("same", too), ("apart", ben)):
            session.add(_link(scope, kind, ana, other))
        for one in (ana, too):
            session.add(MemberRow(team=scope.team, brand=scope.brand, customer=one, person=ana))
        session.add(_suggestion(scope, too, ben))
        session.flush()
        told = erase(session, scope, wish(too), ERASERS, NOW)
        assert sorted(told["records"]) == sorted([ana, too])
        for table in (LinkRow, MemberRow, LinkSuggestionRow):
            assert session.scalars(select(table)).all() == []
        assert session.scalars(select(CustomerRow.id)).all() == [ben]
        assert erasure.get_certificate(session, scope, ana)["digest"] == told["digest"]


def _link(scope: Scope, kind: str, one: str, other: str) -> LinkRow:
    return LinkRow(
        team=scope.team, brand=scope.brand, id=new_id(), kind=kind, one=one, other=other, author="sara", at=NOW
    )


def _suggestion(scope: Scope, one: str, other: str) -> LinkSuggestionRow:
    return LinkSuggestionRow(
        team=scope.team, brand=scope.brand, id=new_id(), one=one, other=other, source="test", score=0.9, made_at=NOW
    )


def test_what_they_are_known_by_is_remembered_as_hashes_only(database: Database, scope: Scope) -> None:
    with database.write() as session:
        known = tuple(KnownHandle(one, True) for one in (ANA, Handle("phone", "+447700900123")))
        ana = save_customer(session, scope, NewCustomer("shop-7", "Ana", handles=known), NOW)
        assert suppression.load(session, scope).key is None
        told = erase(session, scope, wish(ana), ERASERS, NOW)
        found = suppression.load(session, scope)
        for mark in (Mark("email", ANA.value), Mark("phone", "+447700900123"), Mark(suppression.CUSTOMER, "shop-7")):
            assert found.since(mark) == NOW
            with pytest.raises(Rejected, match="erased on") as refused:
                found.refuse(mark)
            assert mark.value not in str(refused.value)
        assert found.since(Mark("email", BEN.value)) is None
        assert told["kept"]["suppression hashes"] == 3
        suppression.allow(session, scope, Mark("email", ANA.value))
        assert found.since(Mark("email", ANA.value)) is None
        with pytest.raises(NotFound):
            suppression.allow(session, scope, Mark("email", ANA.value))


def test_an_address_that_somebody_else_has_too_is_not_held_against_them(database: Database, scope: Scope) -> None:
    with database.write() as session:
        ana, ben = begin(session, scope, ANA)[0], begin(session, scope, BEN)[0]
        add_handle(session, scope, ben, ANA, False, NOW)
        erase(session, scope, wish(ana), ERASERS, NOW)
        assert suppression.load(session, scope).since(Mark("email", ANA.value)) is None


def test_a_strangers_claim_does_not_bring_an_erased_persons_address_back(database: Database, scope: Scope) -> None:
    with database.write() as session:
        ana, stranger = begin(session, scope, ANA)[0], recognise(session, scope, ANA, False, NOW)
        add_handle(session, scope, stranger, Handle("chat", "a-browser"), True, NOW)
        codes.issue(session, scope, stranger, ANA, NOW)
        codes.issue(session, scope, stranger, BEN, NOW)
        told = erase(session, scope, wish(ana), (codes.ERASER, *ERASERS), NOW)
        assert stranger != ana
        assert suppression.load(session, scope).since(Mark("email", ANA.value)) == NOW
        assert told["erased"]["knowledge.codes"] == {"one-time codes": 1}, "one that was sent to them goes as well"


def test_nobody_cannot_be_erased(database: Database, scope: Scope) -> None:
    with pytest.raises(NotFound), database.write() as session:
        erase(session, scope, wish(CustomerId("0" * 32)), ERASERS, NOW)
    with pytest.raises(NotFound), database.read() as session:
        erasure.get_certificate(session, scope, CustomerId("0" * 32))


def test_whoever_comes_back_is_somebody_new(database: Database, scope: Scope) -> None:
    with database.write() as session:
        ana, _ = begin(session, scope, ANA)
        erase(session, scope, wish(ana), ERASERS, NOW)
        assert recognise(session, scope, ANA, True, NOW) != ana
