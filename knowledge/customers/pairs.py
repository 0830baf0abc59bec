"""Pairs: records that may be one person's, put up with score and evidence for somebody to look at."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import cast

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from knowledge.customers import links, persons
from knowledge.customers.link_tables import LinkRow, LinkSuggestionRow, MemberRow
from knowledge.customers.links import Ground, Link
from knowledge.failures import NotFound
from knowledge.ids import CustomerId, new_id
from knowledge.scope import Scope, within


@dataclass(frozen=True)
class Pair:
    """Two records that may be one person's; `score` is 0 to 1, `source` says who thinks so.

    `evidence` names fields and handles, never what they hold. `id` is empty until it is put up.
    """

    one: CustomerId
    other: CustomerId
    score: float
    reason: str
    source: str
    evidence: Mapping[str, object] = field(default_factory=dict)
    id: str = ""
    made_at: datetime | None = None


def put_up(session: Session, scope: Scope, pair: Pair, now: datetime) -> Pair | None:
    """Put a pair up; one that is up already gets the new score and evidence.

    Returns `None` when it is one person already, or was said to be two.
    """
    return put_up_many(session, scope, [pair], now)[0]


def put_up_many(session: Session, scope: Scope, new: Sequence[Pair], now: datetime) -> list[Pair | None]:
    """Put several pairs up at once, each as `put_up` does."""
    found = [replace(pair, one=min(pair.one, pair.other), other=max(pair.one, pair.other)) for pair in new]
    person = persons.persons_of(session, scope, {record for pair in found for record in (pair.one, pair.other)})
    vetoed = session.scalar(select(exists().where(within(scope, LinkRow), LinkRow.kind == "apart")))
    up = session.scalars(
        select(LinkSuggestionRow).where(within(scope, LinkSuggestionRow), LinkSuggestionRow.one.in_(list(person)))
    )
    rows = {(row.one, row.other): row for row in up}
    kept: list[Pair | None] = []
    for pair in found:
        settled = person[pair.one] == person[pair.other]
        if settled or (vetoed and links.vetoes(session, scope, pair.one, pair.other)):
            kept.append(None)
            continue
        row = rows.get((pair.one, pair.other))
        if row is None:
            row = LinkSuggestionRow(id=new_id(), one=pair.one, other=pair.other, team=scope.team, brand=scope.brand)
            rows[pair.one, pair.other] = row
            session.add(row)
        row.source, row.score, row.reason = pair.source, pair.score, pair.reason
        row.evidence, row.made_at = dict(pair.evidence), now
        kept.append(_read(row))
    session.flush()
    return kept


def waiting(
    session: Session, scope: Scope, *, customer: CustomerId | None = None, limit: int = 50, offset: int = 0
) -> list[Pair]:
    """Return the pairs nobody has decided on, the likeliest first; with `customer` those of this person only."""
    query = select(LinkSuggestionRow).where(within(scope, LinkSuggestionRow), ~_joined(), ~_parted())
    if customer is not None:
        records = persons.records_of(session, scope, customer)
        query = query.where(or_(LinkSuggestionRow.one.in_(records), LinkSuggestionRow.other.in_(records)))
    best = query.order_by(LinkSuggestionRow.score.desc(), LinkSuggestionRow.id).limit(limit).offset(offset)
    return [_read(row) for row in session.scalars(best)]


def get_pair(session: Session, scope: Scope, pair: str) -> Pair:
    """Return a pair that was put up.

    Raises:
        NotFound: there is none of this id in the scope.
    """
    row = session.scalar(
        select(LinkSuggestionRow).where(within(scope, LinkSuggestionRow), LinkSuggestionRow.id == pair)
    )
    if row is None:
        raise NotFound("There is no such pair.")
    return _read(row)


def accept(session: Session, scope: Scope, pair: str, author: str, now: datetime) -> Link | None:
    """Link the two records of a pair, with its score and evidence; `None` when they are linked already.

    Raises:
        NotFound: there is no such pair.
        Conflict: somebody said that these are different people.
    """
    found = get_pair(session, scope, pair)
    ground = Ground(author, found.reason, found.score, {**found.evidence, "pair": found.id, "source": found.source})
    return links.link(session, scope, found.one, found.other, ground, now)


def refuse(session: Session, scope: Scope, pair: str, author: str, reason: str, now: datetime) -> Link | None:
    """Remember that a pair is two people.

    Raises:
        NotFound: there is no such pair.
        Conflict: other records join the two by now.
    """
    found = get_pair(session, scope, pair)
    return links.part(session, scope, found.one, found.other, Ground(author, reason, found.score), now)


def _person(customer: ColumnElement[str]) -> ColumnElement[str]:
    member = aliased(MemberRow)
    linked = select(member.person).where(member.customer == customer).correlate_except(member).scalar_subquery()
    return func.coalesce(linked, customer)


def _joined() -> ColumnElement[bool]:
    return _person(LinkSuggestionRow.one.expression) == _person(LinkSuggestionRow.other.expression)


def _parted() -> ColumnElement[bool]:
    """Whether somebody said, and still says, that any records of the two persons are different people's."""
    revocation = aliased(LinkRow)
    one, other = _person(LinkSuggestionRow.one.expression), _person(LinkSuggestionRow.other.expression)
    mine, theirs = _person(LinkRow.one.expression), _person(LinkRow.other.expression)
    taken_back = exists().where(revocation.revokes == LinkRow.id).correlate_except(revocation)
    either_way = or_((mine == one) & (theirs == other), (mine == other) & (theirs == one))
    return exists().where(LinkRow.kind == "apart", ~taken_back, either_way).correlate_except(LinkRow)


def _read(row: LinkSuggestionRow) -> Pair:
    pair = Pair(cast(CustomerId, row.one), cast(CustomerId, row.other), row.score, row.reason, row.source)
    return replace(pair, evidence=row.evidence, id=row.id, made_at=row.made_at)
