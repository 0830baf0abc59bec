"""Links: append-only rows that say two records are one person, are not, or that such a row no longer holds."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, cast

from sqlalchemy import Select, delete, or_, select
from sqlalchemy.orm import Session, aliased

from knowledge.customers import issues, persons, timeline
from knowledge.customers.link_tables import LinkRow, MemberRow
from knowledge.customers.tables import CustomerRow
from knowledge.failures import Conflict, NotFound, Rejected
from knowledge.ids import CustomerId, new_id
from knowledge.scope import Scope, within

Kind = Literal["same", "apart", "revoked"]


@dataclass(frozen=True)
class Ground:
    """Why a row is written: who or what did it, in words, how sure (0 to 1), and what bears it out.

    `proof`: a verified key shows that both records are one person's. `evidence` names fields and handles by id and
    holds no word about the person: values are read from the records when somebody looks.
    """

    author: str
    reason: str = ""
    score: float | None = None
    evidence: Mapping[str, object] = field(default_factory=dict)
    proof: bool = False


@dataclass(frozen=True)
class Link:
    """One row of the ledger. `one` is the older record; `revokes` names the row that no longer holds."""

    id: str
    kind: Kind
    one: CustomerId
    other: CustomerId
    at: datetime
    ground: Ground
    revokes: str | None = None
    seq: int = 0


def holding(rows: Iterable[Link]) -> list[Link]:
    """Return the rows that still hold: neither revoked nor a revocation."""
    known = list(rows)
    revoked = {row.revokes for row in known}
    return [row for row in known if row.kind != "revoked" and row.id not in revoked]


def link(
    session: Session, scope: Scope, one: CustomerId, other: CustomerId, ground: Ground, now: datetime
) -> Link | None:
    """Say that two records are one person's; `None` when this very thing is said already.

    Raises:
        NotFound: one of them is no customer.
        Rejected: they are the same record.
        Conflict: somebody said that these are different persons.
    """
    one, other = _pair(session, scope, one, other)
    if any(row.kind == "same" for row in between(session, scope, [one], [other])):
        return None
    refused = vetoes(session, scope, one, other)
    if refused:
        raise Conflict(
            f"{refused[0].ground.author} said that these are different people.",
            "Take that back first, if it was wrong.",
        )
    row = _write(session, scope, Link(new_id(), "same", one, other, now, ground))
    _project(session, scope, {one, other})
    return row


def unlink(session: Session, scope: Scope, link: str, ground: Ground, now: datetime) -> Link:
    """Take a row back: what it joined is apart again as if it had never been, or what it parted may be joined.

    Raises:
        NotFound: there is no such row.
        Conflict: it was taken back before, or it is itself a taking back.
    """
    timeline.hold(session, scope)
    row = get_link(session, scope, link)
    if row.kind == "revoked":
        raise Conflict("This row takes another one back; it cannot be taken back itself.", "Link them again.")
    if session.scalar(select(LinkRow.id).where(LinkRow.revokes == link)):
        raise Conflict("This was taken back before.")
    taken_back = _write(session, scope, Link(new_id(), "revoked", row.one, row.other, now, ground, revokes=link))
    if row.kind == "same":
        together = {one for record in (row.one, row.other) for one in persons.records_of(session, scope, record)}
        _project(session, scope, {row.one, row.other})
        issues.part_strangers(session, scope, sorted(together), now)
    return taken_back


def part(
    session: Session, scope: Scope, one: CustomerId, other: CustomerId, ground: Ground, now: datetime
) -> Link | None:
    """Say that two records are not the same person, and remember it; `None` when that is said already.

    A link directly between the two is taken back. It vetoes suggestions and links between them until taken back.

    Raises:
        NotFound: one of them is no customer.
        Rejected: they are the same record.
        Conflict: other records still join the two: those links must be looked at first.
    """
    one, other = _pair(session, scope, one, other)
    direct = between(session, scope, [one], [other])
    if any(row.kind == "apart" for row in direct):
        return None
    for row in direct:
        unlink(session, scope, row.id, ground, now)
    if persons.same_person(session, scope, one, other):
        raise Conflict(
            "Other records still join these two.", "Unlink the record between them that belongs to only one."
        )
    return _write(session, scope, Link(new_id(), "apart", one, other, now, ground))


def get_link(session: Session, scope: Scope, link: str) -> Link:
    """Return one row of the ledger.

    Raises:
        NotFound: there is none of this id in the scope.
    """
    row = session.scalar(select(LinkRow).where(within(scope, LinkRow), LinkRow.id == link))
    if row is None:
        raise NotFound("There is no such link.")
    return _read(row)


def history(session: Session, scope: Scope, customer: CustomerId) -> list[Link]:
    """Return every row that concerns a record of this person, in the order they were written."""
    records = persons.records_of(session, scope, customer)
    query = select(LinkRow).where(within(scope, LinkRow), or_(LinkRow.one.in_(records), LinkRow.other.in_(records)))
    return [_read(row) for row in session.scalars(query.order_by(LinkRow.seq))]


def joined_lately(session: Session, scope: Scope, limit: int) -> list[Link]:
    """Return what colleagues joined and nobody took back, the latest first."""
    by_hand = _holding(scope).where(LinkRow.kind == "same", ~LinkRow.proof)
    return [_read(row) for row in session.scalars(by_hand.order_by(LinkRow.seq.desc()).limit(limit))]


def vetoes(session: Session, scope: Scope, one: CustomerId, other: CustomerId) -> list[Link]:
    """Return who said, and still says, that any record of the one person is not the other person's."""
    mine, theirs = (persons.records_of(session, scope, record) for record in (one, other))
    return [row for row in between(session, scope, mine, theirs) if row.kind == "apart"]


def between(session: Session, scope: Scope, some: Collection[CustomerId], others: Collection[CustomerId]) -> list[Link]:
    """Return the rows that hold between any of these records and any of those."""
    there = LinkRow.one.in_(list(some)) & LinkRow.other.in_(list(others))
    back = LinkRow.one.in_(list(others)) & LinkRow.other.in_(list(some))
    query = _holding(scope).where(or_(there, back))
    return [_read(row) for row in session.scalars(query.order_by(LinkRow.seq))]


def proven_records(session: Session, scope: Scope, customer: CustomerId) -> tuple[CustomerId, ...]:
    """Return the records that verified keys alone join to this one, itself included, the oldest first.

    What a person may be shown of themselves rests on proof: a colleague's link or a likeness is none.
    """
    records = persons.records_of(session, scope, customer)
    if len(records) == 1:
        return records
    proven = [row for row in between(session, scope, records, records) if row.kind == "same" and row.ground.proof]
    person = persons.join((row.one, row.other) for row in proven)
    mine = person.get(customer, customer)
    return tuple(record for record in records if person.get(record, record) == mine)


def _pair(session: Session, scope: Scope, one: CustomerId, other: CustomerId) -> tuple[CustomerId, CustomerId]:
    if one == other:
        raise Rejected("These are the same record.", "Name two.")
    timeline.hold(session, scope)
    known = session.scalars(select(CustomerRow.id).where(within(scope, CustomerRow), CustomerRow.id.in_([one, other])))
    if len(known.all()) < 2:
        raise NotFound("There is no such customer.")
    return min(one, other), max(one, other)


def _holding(scope: Scope) -> Select[LinkRow]:
    revocation = aliased(LinkRow)
    return (
        select(LinkRow)
        .outerjoin(revocation, revocation.revokes == LinkRow.id)
        .where(within(scope, LinkRow), LinkRow.kind != "revoked", revocation.id.is_(None))
    )


def _project(session: Session, scope: Scope, touched: Collection[CustomerId]) -> None:
    """Bring the members up to date around these records, from the rows alone."""
    around = {record for one in touched for record in persons.records_of(session, scope, one)}
    rows = [row for row in between(session, scope, around, around) if row.kind == "same"]
    session.execute(delete(MemberRow).where(MemberRow.customer.in_(list(around))))
    session.add_all(
        MemberRow(customer=customer, person=person, team=scope.team, brand=scope.brand)
        for customer, person in persons.join((row.one, row.other) for row in rows).items()
    )
    session.flush()


def _write(session: Session, scope: Scope, new: Link) -> Link:
    ground = new.ground
    row = LinkRow(
        id=new.id,
        team=scope.team,
        brand=scope.brand,
        kind=new.kind,
        one=new.one,
        other=new.other,
        revokes=new.revokes,
        proof=ground.proof,
        author=ground.author[:320],
        reason=ground.reason.replace("\0", "")[:500],
        score=ground.score,
        evidence=dict(ground.evidence),
        at=new.at,
    )
    session.add(row)
    session.flush()
    return _read(row)


def _read(row: LinkRow) -> Link:
    ground = Ground(row.author, row.reason, row.score, row.evidence, row.proof)
    one, other = cast(CustomerId, row.one), cast(CustomerId, row.other)
    return Link(row.id, cast(Kind, row.kind), one, other, row.at, ground, row.revokes, row.seq)
