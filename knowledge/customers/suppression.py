"""Suppression: keyed hashes of whom we erased, so that an import does not bring them back unnoticed."""

import hashlib
import hmac
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, exists, or_, select
from sqlalchemy.orm import Session, aliased

from knowledge.customers.privacy_tables import SuppressionKeyRow, SuppressionRow
from knowledge.customers.tables import ConversationRow, CustomerRow, HandleRow
from knowledge.failures import NotFound, Rejected
from knowledge.ids import CustomerId
from knowledge.scope import Scope, within

CUSTOMER, CONVERSATION = "customer:key", "conversation:key"
_PASSING = {"chat"}  # the handle of a session: nobody imports it


@dataclass(frozen=True)
class Mark:
    """What a person is known by outside: the kind of a handle, or `CUSTOMER` or `CONVERSATION`, and its value."""

    kind: str
    value: str


@dataclass(frozen=True)
class Suppressions:
    """The hashes of a scope; `key` is `None` when nobody was ever erased, and then nothing is looked up."""

    session: Session
    scope: Scope
    key: bytes | None

    def since(self, mark: Mark) -> datetime | None:
        """Return when the person of this mark was erased, `None` when nobody of it was."""
        if self.key is None:
            return None
        return self.session.scalar(
            select(SuppressionRow.since).where(
                within(self.scope, SuppressionRow), SuppressionRow.digest == _digest(self.key, mark)
            )
        )

    def refuse(self, *marks: Mark) -> None:
        """Raise Rejected when one of these marks is of somebody who was erased; the message repeats no mark."""
        for mark in marks:
            since = self.since(mark)
            if since is not None:
                raise Rejected(
                    f"{mark.kind.partition(':')[0]}: erased on {since.date()}, so nothing of theirs is imported again.",
                    "When the person wants to be known again: threadline privacy allow.",
                )


def load(session: Session, scope: Scope) -> Suppressions:
    """Return the suppressions of a scope, ready to be asked within this transaction."""
    return Suppressions(session, scope, _key(session, scope))


def marks_of(session: Session, scope: Scope, records: Iterable[CustomerId]) -> set[Mark]:
    """Return everything these records are known by outside, but for handles that somebody else has too."""
    mine = list(records)
    handles = session.execute(
        select(HandleRow.kind, HandleRow.value).where(within(scope, HandleRow), HandleRow.customer.in_(mine))
    )
    marks = {Mark(kind, value) for kind, value in handles if kind not in _PASSING}
    marks = {mark for mark in marks if not _held_by_others(session, scope, mark, mine)}
    for table, column, kind in (
        (CustomerRow, CustomerRow.id, CUSTOMER),
        (ConversationRow, ConversationRow.customer, CONVERSATION),
    ):
        keys = session.scalars(select(table.external_key).where(within(scope, table), column.in_(mine)))
        marks |= {Mark(kind, key) for key in keys if key}
    return marks


def _held_by_others(session: Session, scope: Scope, mark: Mark, mine: list[CustomerId]) -> bool:
    """Whether somebody else is known by it whom we know otherwise, too: a mere claim could be anybody's."""
    proof = aliased(HandleRow)
    proves = exists().where(proof.customer == HandleRow.customer, proof.verified, proof.kind.not_in(_PASSING))
    others = (
        select(HandleRow.id)
        .join(CustomerRow, CustomerRow.id == HandleRow.customer)
        .where(
            within(scope, HandleRow),
            HandleRow.kind == mark.kind,
            HandleRow.value == mark.value,
            HandleRow.customer.not_in(mine),
            or_(HandleRow.shared, CustomerRow.external_key.is_not(None), proves),
        )
    )
    return session.scalar(others.limit(1)) is not None


def add(session: Session, scope: Scope, marks: Iterable[Mark], now: datetime) -> int:
    """Remember the hashes of these marks; returns how many there are."""
    key = _key(session, scope)
    if key is None:
        key = os.urandom(32)
        session.add(SuppressionKeyRow(team=scope.team, brand=scope.brand, key=key))
    digests = {_digest(key, mark) for mark in marks}
    for digest in sorted(digests):
        session.merge(SuppressionRow(team=scope.team, brand=scope.brand, digest=digest, since=now))
    session.flush()
    return len(digests)


def allow(session: Session, scope: Scope, mark: Mark) -> None:
    """Forget that the person of this mark was erased: they may be imported again.

    Raises:
        NotFound: nobody of this mark was erased.
    """
    key = _key(session, scope)
    digest = _digest(key, mark) if key is not None else ""
    gone = session.scalars(
        delete(SuppressionRow)
        .where(within(scope, SuppressionRow), SuppressionRow.digest == digest)
        .returning(SuppressionRow.digest)
    )
    if not gone.all():
        raise NotFound("Nobody of this address or id was erased.", "Write it as it was imported, for example email:…")


def _key(session: Session, scope: Scope) -> bytes | None:
    return session.scalar(select(SuppressionKeyRow.key).where(within(scope, SuppressionKeyRow)))


def _digest(key: bytes, mark: Mark) -> str:
    return hmac.new(key, f"{mark.kind}\0{mark.value}".encode(), hashlib.sha256).hexdigest()
