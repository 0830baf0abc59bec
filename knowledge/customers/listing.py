"""Listing: which customers fit what is asked, by name, attribute, tag, health and last contact."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, cast

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from knowledge.customers import health
from knowledge.customers.health import Band, Health
from knowledge.customers.link_tables import MemberRow
from knowledge.customers.record import Customer, get_customers
from knowledge.customers.tables import ConversationRow, CustomerRow, HandleRow
from knowledge.customers.weighing import AS_SHIPPED, Weighing
from knowledge.ids import CustomerId
from knowledge.json_values import value_in
from knowledge.scope import Scope, within

Sort = Literal["name", "contact"]
# Health is reckoned, not stored: for one answer at most this many persons are looked at.
LOOKED_AT = 1_000
AT_ONCE = 100


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which customers to list; what is left empty asks nothing.

    Each of `words` must occur in a name or a handle. `attributes` must have exactly these values; `tag` is one of the
    attribute `tags`. The last contact lies at or after `since`, and before `until`. `weighing` is how the health is
    reckoned that `band` asks for.
    """

    words: str = ""
    attributes: tuple[tuple[str, str], ...] = ()
    tag: str = ""
    band: Band | None = None
    since: datetime | None = None
    until: datetime | None = None
    sort: Sort = "name"
    weighing: Weighing = AS_SHIPPED


@dataclass(frozen=True)
class Listed:
    """A customer in a list: when there last was contact, and health, where it was asked for."""

    customer: Customer
    last_contact: datetime | None
    health: Health | None = None


@dataclass(frozen=True)
class Page:
    """Some customers; `next` is the offset to go on from, `None` at the end. (It may come with fewer, or with none.)"""

    listed: tuple[Listed, ...]
    next: int | None


def list_customers(
    session: Session, scope: Scope, *, words: str = "", limit: int = 50, offset: int = 0
) -> list[Customer]:
    """Return persons by name; each of `words` must occur in a name or a handle of theirs."""
    ids = _ids(session, scope, Wanted(words=words), limit, offset)
    known = get_customers(session, scope, ids)
    return [known[one] for one in ids]


def find_customers(
    session: Session, scope: Scope, wanted: Wanted, now: datetime, *, limit: int = 50, offset: int = 0
) -> Page:
    """Return the persons that fit, by name or the last contact first."""
    if wanted.band is None:
        ids = _ids(session, scope, wanted, limit + 1, offset)
        more = offset + limit if len(ids) > limit else None
        return Page(tuple(_listed(session, scope, ids[:limit])), more)
    found: list[Listed] = []
    for start in range(offset, offset + LOOKED_AT, AT_ONCE):
        ids = _ids(session, scope, wanted, AT_ONCE, start)
        listed = _listed(session, scope, ids)
        people = {one.customer.id: one.customer.records for one in listed}
        measured = health.healths_of(session, scope, people, now, wanted.weighing)
        for place, one in enumerate(listed, start=1):
            its = measured[one.customer.id]
            if its is not None and its.band == wanted.band:
                found.append(Listed(one.customer, one.last_contact, its))
                if len(found) == limit:
                    return Page(tuple(found), start + place)
        if len(ids) < AT_ONCE:
            return Page(tuple(found), None)
    return Page(tuple(found), offset + LOOKED_AT)


def _listed(session: Session, scope: Scope, ids: Sequence[CustomerId]) -> list[Listed]:
    known = get_customers(session, scope, ids)
    records = [record for one in known.values() for record in one.records]
    contacts = _contacts(session, scope, records)
    people = [known[one] for one in ids]
    return [Listed(one, max((contacts[it] for it in one.records if it in contacts), default=None)) for one in people]


def _contacts(session: Session, scope: Scope, records: Sequence[CustomerId]) -> Mapping[str, datetime]:
    query = select(ConversationRow.customer, func.max(ConversationRow.last_at)).where(
        within(scope, ConversationRow), ConversationRow.customer.in_(records)
    )
    rows = session.execute(query.group_by(ConversationRow.customer)).all()
    return {row[0]: row[1] for row in rows}


def _ids(session: Session, scope: Scope, wanted: Wanted, limit: int, offset: int) -> list[CustomerId]:
    person = func.coalesce(MemberRow.person, CustomerRow.id)
    people = (
        select(person)
        .join_from(CustomerRow, MemberRow, MemberRow.customer == CustomerRow.id, isouter=True)
        .where(within(scope, CustomerRow))
    )
    query = people.group_by(person)
    for condition in _conditions(session, scope, wanted):
        query = query.where(person.in_(people.where(condition)))
    if wanted.until is not None:
        query = query.where(person.not_in(people.where(_contacted(scope, ConversationRow.last_at >= wanted.until))))
    for column in _order(scope, wanted.sort, person):
        query = query.order_by(column)
    return [cast(CustomerId, one) for one in session.scalars(query.limit(limit).offset(offset))]


def _order(scope: Scope, sort: Sort, person: Any) -> list[Any]:
    nameless, name = func.max(CustomerRow.name) == "", func.min(func.nullif(CustomerRow.name, ""))
    if sort == "name":
        return [nameless, name, person]
    last = (
        select(func.max(ConversationRow.last_at))
        .where(within(scope, ConversationRow), ConversationRow.customer == CustomerRow.id)
        .correlate(CustomerRow)
        .scalar_subquery()
    )
    return [func.max(last).desc().nulls_last(), person]


def _conditions(session: Session, scope: Scope, wanted: Wanted) -> list[ColumnElement[bool]]:
    """What some record of a person must meet, each condition by itself."""
    found = [_word(scope, word) for word in wanted.words.split()[:8]]
    found += [
        value_in(session, CustomerRow.attributes, name).in_(spellings(value)) for name, value in wanted.attributes
    ]
    if wanted.tag:
        tags = value_in(session, CustomerRow.attributes, "tags")
        quoted = {json.dumps(wanted.tag), json.dumps(wanted.tag, ensure_ascii=False)}
        found.append(or_(*(tags.contains(one, autoescape=True) for one in quoted)))
    if wanted.since is not None:
        found.append(_contacted(scope, ConversationRow.last_at >= wanted.since))
    if wanted.until is not None:
        found.append(_contacted(scope, ConversationRow.last_at < wanted.until))
    return found


def _word(scope: Scope, word: str) -> ColumnElement[bool]:
    pattern = "%" + word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    owners = select(HandleRow.customer).where(within(scope, HandleRow), HandleRow.value.ilike(pattern, escape="\\"))
    return or_(CustomerRow.name.ilike(pattern, escape="\\"), CustomerRow.id.in_(owners))


def _contacted(scope: Scope, when: ColumnElement[bool]) -> ColumnElement[bool]:
    return CustomerRow.id.in_(select(ConversationRow.customer).where(within(scope, ConversationRow), when))


def spellings(value: str) -> list[str]:
    """Return how a typed value may stand in JSON: as text, and as the number or yes-or-no it looks like."""
    found = {json.dumps(value), json.dumps(value, ensure_ascii=False)}
    try:
        plain = json.loads(value)
    except (ValueError, RecursionError):
        return sorted(found)
    return sorted(found | {json.dumps(plain)}) if isinstance(plain, bool | int | float) else sorted(found)
