"""Customers are listed by what is known of them, and a history holds what can be found."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from knowledge.customers import erasure, history, inbox, links, record, timeline
from knowledge.customers.entries import Handle, OrderItem, OrderRecorded, SurveyAnswered
from knowledge.customers.erasure import Wish
from knowledge.customers.inbox import Incoming
from knowledge.customers.links import Ground
from knowledge.customers.listing import Wanted, find_customers, spellings
from knowledge.customers.record import KnownHandle, NewCustomer
from knowledge.customers.timeline import NewEntry
from knowledge.database import Database
from knowledge.ids import CustomerId
from knowledge.scope import Scope

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
PEOPLE: dict[str, dict[str, Any]] = {
    "Ana": {"plan": "Basic", "vip": True, "seats": 5, "tags": ["new", 'say "hi"']},
    "Björn": {"plan": "Zürich\\Plus", "vip": False, "seats": 50},
    "Cleo": {"plan": "basic", "tags": ["news"], "odd.key": "x"},
}


@pytest.fixture
def people(database: Database, scope: Scope) -> dict[str, CustomerId]:
    """Three customers; Ana wrote a day ago and was happy, Björn a month ago and was not, Cleo never."""
    made: dict[str, CustomerId] = {}
    with database.write() as session:
        for name, attributes in PEOPLE.items():
            handle = KnownHandle(Handle("email", f"{name.lower()[:2]}@example.com"), verified=True)
            new = NewCustomer(name, name=name, attributes=attributes, handles=(handle,))
            made[name] = record.save_customer(session, scope, new, NOW)
        for name, days, score in (("Ana", 1, 5), ("Björn", 30, 1)):
            at = NOW - timedelta(days=days)
            address = Handle("email", f"{name.lower()[:2]}@example.com")
            inbox.receive(session, scope, Incoming("email", address, f"It is {name}", at, verified=True), at)
            answered = SurveyAnswered("csat", score, "Quick answer" if score > 3 else "")
            timeline.append(session, scope, NewEntry(made[name], answered, at), NOW)
    return made


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        (Wanted(), ["Ana", "Björn", "Cleo"]),
        (Wanted(words="ana example.com"), ["Ana"]),
        (Wanted(attributes=(("plan", "Basic"),)), ["Ana"]),
        (Wanted(attributes=(("plan", "Zürich\\Plus"),)), ["Björn"]),
        (Wanted(attributes=(("vip", "true"),)), ["Ana"]),
        (Wanted(attributes=(("seats", "5"),)), ["Ana"]),
        (Wanted(attributes=(("seats", "50"), ("vip", "false"))), ["Björn"]),
        (Wanted(attributes=(("odd.key", "x"),)), ["Cleo"]),
        (Wanted(attributes=(("nothing'; drop table customers; --", "x"),)), []),
        (Wanted(tag="new"), ["Ana"]),
        (Wanted(tag='say "hi"'), ["Ana"]),
        (Wanted(tag="%"), []),
        (Wanted(since=NOW - timedelta(days=2)), ["Ana"]),
        (Wanted(until=NOW - timedelta(days=2)), ["Björn"]),
        (Wanted(sort="contact"), ["Ana", "Björn", "Cleo"]),
        (Wanted(band="green"), ["Ana"]),
        (Wanted(band="red"), ["Björn"]),
        (Wanted(band="red", words="ana"), []),
    ],
)
def test_who_fits(
    database: Database, scope: Scope, people: dict[str, CustomerId], wanted: Wanted, names: list[str]
) -> None:
    with database.read() as session:
        page = find_customers(session, scope, wanted, NOW)
    assert [one.customer.name for one in page.listed] == names
    assert page.next is None
    assert set(people) >= set(names)


def test_pages_follow_each_other(database: Database, scope: Scope, people: dict[str, CustomerId]) -> None:
    seen, offset = [], 0
    with database.read() as session:
        for _ in people:
            page = find_customers(session, scope, Wanted(), NOW, limit=1, offset=offset)
            seen += [one.customer.name for one in page.listed]
            offset = page.next or 0
        banded = find_customers(session, scope, Wanted(band="green"), NOW, limit=1)
        rest = find_customers(session, scope, Wanted(band="green"), NOW, limit=1, offset=banded.next or 0)
    assert seen == list(people)
    assert page.next is None
    assert [len(banded.listed), len(rest.listed), rest.next] == [1, 0, None]


def test_a_person_of_several_records_is_listed_once_and_searched_whole(
    database: Database, scope: Scope, people: dict[str, CustomerId]
) -> None:
    order = OrderRecorded("T-77", "shipped", (OrderItem("Tarn tent", sku="TT-1"),), tracking="ZX9")
    with database.write() as session:
        timeline.append(session, scope, NewEntry(people["Cleo"], order, NOW), NOW)
        links.link(session, scope, people["Ana"], people["Cleo"], Ground("kim"), NOW)
    with database.read() as session:
        both = Wanted(attributes=(("plan", "Basic"), ("odd.key", "x")), since=NOW - timedelta(days=2))
        assert [one.customer.name for one in find_customers(session, scope, both, NOW).listed] == ["Ana"]
        told = history.read_history(session, scope, people["Cleo"])
        newest = history.read_history(session, scope, people["Cleo"], most=1)
    assert [one.text for one in told.told] == ["T-77 shipped Tarn tent TT-1 ZX9", "Quick answer", "It is Ana"]
    assert told.complete
    assert [[one.text for one in newest.told], newest.complete] == [["T-77 shipped Tarn tent TT-1 ZX9"], False]


def test_the_forgotten_are_found_no_more(database: Database, scope: Scope, people: dict[str, CustomerId]) -> None:
    with database.write() as session:
        erasure.erase(session, scope, Wish(people["Ana"], "mona"), [erasure.ERASER], NOW)
    with database.read() as session:
        assert history.read_history(session, scope, people["Ana"]).told == ()
        assert [one.customer.name for one in find_customers(session, scope, Wanted(), NOW).listed] == ["Björn", "Cleo"]


def test_a_typed_value_may_be_text_number_or_yes_and_no() -> None:
    assert spellings("5") == ['"5"', "5"]
    assert spellings("true") == ['"true"', "true"]
    assert spellings("[1]") == ['"[1]"']
    assert spellings("ü") == ['"\\u00fc"', '"ü"']
    assert spellings("[" * 50_000)
