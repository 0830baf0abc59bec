"""Links are rows; who is one person follows from the rows alone, and whatever was joined comes apart exactly."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge.customers import inbox, links, listing, pairs, persons, record, timeline
from knowledge.customers.conversations import Wanted, list_conversations
from knowledge.customers.entries import Handle
from knowledge.customers.inbox import Incoming, Reply
from knowledge.customers.link_tables import LinkRow, MemberRow
from knowledge.customers.links import Ground
from knowledge.customers.pairs import Pair
from knowledge.customers.record import KnownHandle, NewCustomer, save_customer
from knowledge.database import Database
from knowledge.failures import Conflict, Failure, NotFound, Rejected
from knowledge.ids import CustomerId
from knowledge.scope import Scope
from tests.conftest import NOW

SARA = Ground("sara@shop.example", "same voice")


def records(database: Database, scope: Scope, many: int) -> list[CustomerId]:
    with database.write() as session:
        return [save_customer(session, scope, NewCustomer(f"c{number}"), NOW) for number in range(many)]


def partition(
    people: Iterable[CustomerId], same: Iterable[tuple[CustomerId, CustomerId]]
) -> set[frozenset[CustomerId]]:
    """The groups that pairs of equals make, by merging sets: slow, and nothing like the code under test."""
    groups = [{one} for one in people]
    for one, other in same:
        touched = [group for group in groups if one in group or other in group]
        groups = [group for group in groups if group not in touched] + [set().union(*touched)]
    return {frozenset(group) for group in groups}


BRANDS = count()
STEPS = st.lists(
    st.tuples(st.sampled_from(["link", "unlink", "part", "pair"]), st.integers(0, 4), st.integers(0, 4)), max_size=12
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_any_sequence_leads_to_what_the_rows_say(database: Database, steps: list[tuple[str, int, int]]) -> None:
    scope = Scope(brand=f"b{next(BRANDS)}")
    people = records(database, scope, 5)
    rows: list[links.Link] = []
    for step, first, second in steps:
        with suppress(Failure), database.write() as session:
            perform(session, scope, step, people[first], people[second], rows)
        rows = check(database, scope, people)


def ledger(session: Session, scope: Scope) -> list[links.Link]:
    rows = session.scalars(select(LinkRow).where(LinkRow.brand == scope.brand).order_by(LinkRow.seq))
    return [links._read(row) for row in rows]


def perform(
    session: Session, scope: Scope, step: str, one: CustomerId, other: CustomerId, rows: list[links.Link]
) -> None:
    match step:
        case "link":
            links.link(session, scope, one, other, SARA, NOW)
        case "part":
            links.part(session, scope, one, other, SARA, NOW)
        case "pair":
            pairs.put_up(session, scope, Pair(one, other, 0.9, "", "test"), NOW) if one != other else None
        case "unlink" if rows:
            links.unlink(session, scope, rows[hash((one, other)) % len(rows)].id, SARA, NOW)


def check(database: Database, scope: Scope, people: list[CustomerId]) -> list[links.Link]:
    """Hold what is read of persons and pairs against the rows, which are returned."""
    with database.read() as session:
        rows = ledger(session, scope)
        held = links.holding(rows)
        wanted = partition(people, [(row.one, row.other) for row in held if row.kind == "same"])
        found = {frozenset(persons.records_of(session, scope, one)) for one in people}
        alone = set(session.scalars(select(MemberRow.customer).where(MemberRow.brand == scope.brand)))
        up = pairs.waiting(session, scope)
        persons_now = persons.persons_of(session, scope, people)
    assert found == wanted
    assert persons_now == {one: min(group) for group in wanted for one in group}
    assert alone == {one for group in wanted if len(group) > 1 for one in group}
    parted = {frozenset((persons_now[row.one], persons_now[row.other])) for row in held if row.kind == "apart"}
    assert all(len(pair) == 2 for pair in parted), "people who were said to be different were joined"
    for pair in up:
        assert len({persons_now[pair.one], persons_now[pair.other]} | {""}) == 3
        assert frozenset((persons_now[pair.one], persons_now[pair.other])) not in parted
    return rows


def test_merge_then_unmerge_is_as_before(database: Database, scope: Scope) -> None:
    with database.write() as session:
        mail = inbox.receive(session, scope, Incoming("email", Handle("email", "m@x.example"), "A", NOW), NOW)
        chat = inbox.receive(session, scope, Incoming("chat", Handle("chat", "s1"), "B", NOW), NOW)
    before = seen(database, scope, [mail.customer, chat.customer])
    with database.write() as session:
        made = links.link(session, scope, chat.customer, mail.customer, SARA, NOW)
        assert made is not None
    merged = seen(database, scope, [mail.customer, chat.customer])
    assert merged[mail.customer] == merged[chat.customer]
    assert len(merged[mail.customer]["timeline"]) == 4
    with database.write() as session:
        links.unlink(session, scope, made.id, SARA, NOW)
    assert seen(database, scope, [mail.customer, chat.customer]) == before


def seen(database: Database, scope: Scope, customers: list[CustomerId]) -> dict[CustomerId, dict[str, Any]]:
    """Everything that a reader is told about each of these customers."""
    with database.read() as session:
        return {
            one: {
                "record": record.get_customer(session, scope, one),
                "timeline": timeline.page(session, scope, customer=one),
                "after": timeline.after(session, scope, 0, customer=one),
                "conversations": list_conversations(session, scope, Wanted(customer=one)),
                "listed": listing.list_customers(session, scope),
            }
            for one in customers
        }


def test_a_linked_customer_is_one_with_every_handle(database: Database, scope: Scope) -> None:
    with database.write() as session:
        shop = save_customer(
            session, scope, NewCustomer("1", "Maya", handles=(KnownHandle(Handle("email", "m@x.example"), True),)), NOW
        )
        phone = save_customer(
            session,
            scope,
            NewCustomer(
                "2",
                "",
                "sv",
                attributes={"plan": "Summit"},
                handles=(KnownHandle(Handle("sms", "+447700900123"), True),),
            ),
            NOW,
        )
        links.link(session, scope, phone, shop, SARA, NOW)
        customer = record.get_customer(session, scope, phone)
        assert record.get_customer(session, scope, shop) == customer
        assert listing.list_customers(session, scope) == [customer]
        assert listing.list_customers(session, scope, words="maya 7700") == [customer]
    assert (customer.id, customer.name, customer.language) == (shop, "Maya", "sv")
    assert customer.attributes == {"plan": "Summit"}
    assert {known.handle.kind for known in customer.handles} == {"email", "sms"}
    assert customer.records == (shop, phone)


def test_a_reply_still_goes_where_its_conversation_is(database: Database, scope: Scope) -> None:
    with database.write() as session:
        mail = inbox.receive(session, scope, Incoming("email", Handle("email", "m@x.example"), "A", NOW), NOW)
        chat = inbox.receive(session, scope, Incoming("chat", Handle("chat", "s1"), "B", NOW), NOW)
        links.link(session, scope, chat.customer, mail.customer, SARA, NOW)
        for asked, address in ((mail, Handle("email", "m@x.example")), (chat, Handle("chat", "s1"))):
            assert asked.conversation is not None
            sent = inbox.reply(session, scope, Reply(asked.conversation, "Hello", "sara"), NOW)
            assert sent.payload.address == address  # type: ignore[union-attr]
            assert sent.customer == asked.customer


def test_not_the_same_person_is_remembered(database: Database, scope: Scope) -> None:
    maya, tom, kim = records(database, scope, 3)
    with database.write() as session:
        links.link(session, scope, maya, tom, SARA, NOW)
        parted = links.part(session, scope, maya, tom, SARA, NOW)
        assert parted is not None
        assert not persons.same_person(session, scope, maya, tom)
        assert pairs.put_up(session, scope, Pair(maya, tom, 0.99, "", "test"), NOW) is None
        links.link(session, scope, tom, kim, SARA, NOW)
        with pytest.raises(Conflict, match="sara@shop.example said"):
            links.link(session, scope, maya, kim, SARA, NOW)
        links.unlink(session, scope, parted.id, SARA, NOW)
        links.link(session, scope, maya, kim, SARA, NOW)
        assert persons.same_person(session, scope, maya, tom)


def test_a_pair_is_accepted_undone_and_refused(database: Database, scope: Scope, now: datetime) -> None:
    maya, tom = records(database, scope, 2)
    with database.write() as session:
        up = pairs.put_up(session, scope, Pair(tom, maya, 0.93, "Alike.", "likeness", {"fields": {"name": 3.1}}), now)
        assert up is not None
        assert pairs.waiting(session, scope, customer=tom) == [up]
        link = pairs.accept(session, scope, up.id, "sara", now + timedelta(hours=1))
        assert link is not None
        assert (link.ground.score, link.ground.author, link.ground.evidence["source"]) == (0.93, "sara", "likeness")
        assert pairs.waiting(session, scope) == []
        links.unlink(session, scope, link.id, SARA, now)
        assert pairs.waiting(session, scope) == [up]
        pairs.refuse(session, scope, up.id, "sara", "Two people.", now)
        assert pairs.waiting(session, scope) == []
        with pytest.raises(Conflict):
            pairs.accept(session, scope, up.id, "sara", now)
        assert [row.kind for row in links.history(session, scope, maya)] == ["same", "revoked", "apart"]


def test_what_cannot_be_is_refused(database: Database, scope: Scope) -> None:
    maya, tom, kim = records(database, scope, 3)
    with database.write() as session:
        with pytest.raises(Rejected):
            links.link(session, scope, maya, maya, SARA, NOW)
        with pytest.raises(NotFound):
            links.link(session, scope, maya, CustomerId("0" * 32), SARA, NOW)
        with pytest.raises(NotFound):
            links.link(session, Scope(brand="other"), maya, tom, SARA, NOW)
        made = links.link(session, scope, maya, tom, SARA, NOW)
        assert made is not None
        assert links.link(session, scope, tom, maya, SARA, NOW) is None
        links.link(session, scope, tom, kim, SARA, NOW)
        links.link(session, scope, maya, kim, SARA, NOW)
    with pytest.raises(Conflict, match="Other records still join"), database.write() as session:
        links.part(session, scope, maya, tom, SARA, NOW)
    with database.write() as session:
        gone = links.unlink(session, scope, made.id, SARA, NOW)
    for row in (made.id, gone.id):
        with database.write() as session, pytest.raises(Conflict):
            links.unlink(session, scope, row, SARA, NOW)
