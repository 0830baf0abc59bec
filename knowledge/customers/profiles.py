"""Profiles: what a customer record says that can be compared with another, one plain value a field."""

import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge.customers.joining import birth_date
from knowledge.customers.tables import CustomerRow, HandleRow
from knowledge.ids import CustomerId
from knowledge.scope import Scope, within

# Fields of a profile, and the attributes in which sources write them, best first.
ATTRIBUTES: Mapping[str, tuple[str, ...]] = {
    "given_name": ("given_name", "first_name"),
    "family_name": ("family_name", "surname", "last_name"),
    "house_number": ("house_number", "street_number"),
    "street": ("street", "address_1", "address"),
    "postcode": ("postcode", "postal_code", "zip"),
    "city": ("city", "suburb", "town"),
}
FIELDS = ("given_name", "family_name", "birth_date", "email", "phone", "house_number", "street", "postcode", "city")


@dataclass(frozen=True)
class Profile:
    """A record and what it says: a value for each of `FIELDS` it knows, in one spelling."""

    record: CustomerId
    values: Mapping[str, str]


def read_profiles(session: Session, scope: Scope) -> Iterator[Profile]:
    """Yield the profile of every record that says at least two things about somebody."""
    handles: dict[str, dict[str, str]] = defaultdict(dict)
    addresses = select(HandleRow.customer, HandleRow.kind, HandleRow.value).where(
        within(scope, HandleRow), ~HandleRow.shared, HandleRow.kind.in_(["email", "phone", "sms", "whatsapp"])
    )
    for customer, kind, value in session.execute(addresses.order_by(HandleRow.verified.desc(), HandleRow.created_at)):
        handles[customer].setdefault("email" if kind == "email" else "phone", value)
    rows = select(CustomerRow.id, CustomerRow.name, CustomerRow.attributes).where(within(scope, CustomerRow))
    for customer, name, attributes in session.execute(rows.order_by(CustomerRow.id)):
        values = {**handles[customer], **_told(name, attributes or {})}
        if len(values) > 1:
            yield Profile(cast(CustomerId, customer), values)


def _told(name: str, attributes: Mapping[str, object]) -> dict[str, str]:
    values = {field: _first(attributes, names) for field, names in ATTRIBUTES.items()}
    if not values["given_name"] and not values["family_name"]:
        given, _, family = plain(name).rpartition(" ")
        values["given_name"], values["family_name"] = (given or family, family if given else "")
    values["birth_date"] = birth_date(attributes)
    return {field: value for field, value in values.items() if value}


def _first(attributes: Mapping[str, object], names: tuple[str, ...]) -> str:
    told = (attributes.get(name) for name in names)
    return next((plain(str(value)) for value in told if isinstance(value, str | int) and str(value).strip()), "")


def plain(text: str) -> str:
    """Return text in one spelling: lower case, without accents, blanks single."""
    flat = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(letter for letter in flat if not unicodedata.combining(letter)).split())
