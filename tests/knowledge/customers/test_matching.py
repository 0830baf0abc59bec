"""Matching puts up records that are alike, says why, leaves alone what was decided, and links nothing."""

from datetime import datetime, timedelta

from knowledge.customers import likeness, links, matching, pairs, persons
from knowledge.customers.entries import Handle
from knowledge.customers.links import Ground
from knowledge.customers.profiles import Profile, read_profiles
from knowledge.customers.record import KnownHandle, NewCustomer, save_customer
from knowledge.database import Database
from knowledge.ids import CustomerId
from knowledge.scope import Scope

MAYA = {
    "date_of_birth": "1988-05-03",
    "street": "Mill Lane",
    "house_number": "7",
    "postcode": "LS1 4AP",
    "city": "Leeds",
}
OTHERS = ("Tom Berg", "Aisha Khan", "Li Wei", "Olav Haug", "Ruth Cole", "Ivy Chen", "Erik Dahl", "Nina Voss")


def people(database: Database, scope: Scope, now: datetime) -> list[CustomerId]:
    with database.write() as session:
        alike = [
            save_customer(session, scope, NewCustomer("1", "Maya Lindqvist", attributes=MAYA), now),
            save_customer(
                session, scope, NewCustomer("2", "Maya Lindqwist", attributes={**MAYA, "street": "Mil Lane"}), now
            ),
        ]
        for number, name in enumerate(OTHERS):
            facts = {
                "date_of_birth": f"19{60 + number}-0{number + 1}-11",
                "city": "Leeds",
                "postcode": f"LS{number} 9ZZ",
            }
            save_customer(session, scope, NewCustomer(f"o{number}", name, attributes=facts), now)
    return alike


def test_records_that_are_alike_are_put_up_with_evidence(database: Database, scope: Scope, now: datetime) -> None:
    one, other = people(database, scope, now)
    assert matching.suggest(database, scope, now) == matching.Matched(records=10, pairs=1)
    with database.read() as session:
        (pair,) = pairs.waiting(session, scope)
        assert persons.records_of(session, scope, one) == (one,)
    assert (pair.one, pair.other, pair.source) == (one, other, "likeness")
    assert pair.score > 0.9
    weights = pair.evidence["weights"]
    assert isinstance(weights, dict)
    assert weights["birth_date"] > 3
    assert "birth date" in pair.reason
    assert "Lindqvist" not in f"{pair.reason} {pair.evidence}"


def test_what_was_decided_stays_decided(database: Database, scope: Scope, now: datetime) -> None:
    one, other = people(database, scope, now)
    matching.suggest(database, scope, now)
    with database.write() as session:
        (pair,) = pairs.waiting(session, scope)
        pairs.refuse(session, scope, pair.id, "sara", "Sisters.", now)
    assert matching.suggest(database, scope, now + timedelta(days=1)).pairs == 0
    with database.write() as session:
        assert pairs.waiting(session, scope) == []
        apart = links.history(session, scope, one)[-1]
        links.unlink(session, scope, apart.id, Ground("sara"), now)
    assert matching.suggest(database, scope, now + timedelta(days=2)).pairs == 1
    with database.write() as session:
        links.link(session, scope, one, other, Ground("sara"), now)
    assert matching.suggest(database, scope, now + timedelta(days=3)).pairs == 0


def test_nothing_to_compare_is_no_failure(database: Database, scope: Scope, now: datetime) -> None:
    assert matching.suggest(database, scope, now) == matching.Matched(0, 0)
    assert likeness.compare([Profile(CustomerId("1"), {"city": "a"}), Profile(CustomerId("2"), {"city": "a"})], 0) == []


def test_a_profile_is_one_spelling_of_what_a_record_says(database: Database, scope: Scope, now: datetime) -> None:
    email, phone = Handle("email", "m@x.example"), Handle("whatsapp", "+447700900123")
    handles = (KnownHandle(email, False), KnownHandle(phone, True))
    facts = {"zip": 4011, "dob": "1988-05-03T00:00", "first_name": "José ", "surname": "Núñez", "city": None}
    with database.write() as session:
        save_customer(session, scope, NewCustomer("1", "ignored", attributes=facts, handles=handles), now)
        save_customer(session, scope, NewCustomer("2", "Anna Maria Berg", attributes={"city": "Leeds"}), now)
        save_customer(session, scope, NewCustomer("3", "Only"), now)
        first, second = (dict(profile.values) for profile in read_profiles(session, scope))
    assert first == {
        "email": "m@x.example",
        "phone": "+447700900123",
        "given_name": "jose",
        "family_name": "nunez",
        "postcode": "4011",
        "birth_date": "1988-05-03",
    }
    assert second == {"given_name": "anna maria", "family_name": "berg", "city": "leeds"}
