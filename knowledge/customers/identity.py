"""Identity: which customer an address belongs to. Only proof links; a claim opens nothing."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import cast

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from sqlalchemy import bindparam, exists, insert, or_, select
from sqlalchemy.orm import Session, aliased

from knowledge.customers import joining, links
from knowledge.customers.entries import Handle
from knowledge.customers.tables import CustomerRow, HandleRow
from knowledge.failures import NotFound, Rejected
from knowledge.ids import CustomerId, new_id
from knowledge.prepared import Prepared
from knowledge.scope import Scope, within

MAX_HANDLE_CHARS = 320
_KIND = re.compile(r"[a-z][a-z_]{0,31}")
_PHONE_KINDS = {"phone", "whatsapp", "sms"}
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_TABLE = HandleRow.__table__.c
_OF = tuple(_TABLE[name] == bindparam(name) for name in ("team", "brand", "kind", "value"))
_FIRST = Prepared(select(_TABLE.id).where(*_OF).limit(1))
_MINE = Prepared(select(_TABLE.verified).where(*_OF, _TABLE.customer == bindparam("customer")))
_INSERT = Prepared(insert(HandleRow), *_TABLE.keys())


def normalise(handle: Handle) -> Handle:
    """Return the handle in the one form we store: lower-case e-mail, E.164 phone, trimmed otherwise.

    WhatsApp and SMS numbers stay handles of their own kind: holding one proves that channel, not the other.

    Raises:
        Rejected: the kind is malformed, or the value is no valid address of its kind.
    """
    value = handle.value.strip()
    if not _KIND.fullmatch(handle.kind):
        raise Rejected("The kind of a handle is a short lower-case word.", "For example: email.")
    if not value or len(value) > MAX_HANDLE_CHARS or _CONTROL.search(value):
        raise Rejected(f"A {handle.kind} handle needs 1 to {MAX_HANDLE_CHARS} printable characters.")
    if handle.kind == "email":
        return Handle("email", _email(value))
    if handle.kind in _PHONE_KINDS:
        return Handle(handle.kind, _phone(value))
    return Handle(handle.kind, value)


def _email(value: str) -> str:
    try:
        checked = validate_email(value, check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise Rejected("This is no valid e-mail address.", str(error)) from error
    # The local part is case-sensitive by standard and in no mailbox that people use.
    return checked.normalized.lower()


def _phone(value: str) -> str:
    number = value.removeprefix("whatsapp:")
    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException as error:
        raise Rejected("This is no phone number with a country code.", "Write +44…") from error
    if not phonenumbers.is_possible_number(parsed):
        raise Rejected("This phone number has too many or too few digits.")
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def find(session: Session, scope: Scope, handle: Handle) -> CustomerId | None:
    """Return the customer that a handle is proven to belong to, if any; a shared one proves nobody."""
    row = _holder(session, scope, normalise(handle))
    return cast(CustomerId, row.customer) if row and not row.shared else None


def find_fresh(session: Session, scope: Scope, handle: Handle, now: datetime) -> CustomerId | None:
    """As `find`, but a phone number that was silent for so long that it may have a new owner finds nobody."""
    row = _holder(session, scope, normalise(handle))
    if row is None or row.shared or joining.is_silent(session, scope, row, now):
        return None
    return cast(CustomerId, row.customer)


def recognise(session: Session, scope: Scope, handle: Handle, verified: bool, now: datetime) -> CustomerId:
    """Return whose handle this is, making a new customer when nobody's.

    An unverified handle finds only the record that the same claim began before, never one that proved anything: a
    claim must not show one person another person's history. So does one that several people share. A phone number
    that was silent for so long that it may have a new owner begins a new record; the pair is put up to be looked at.
    """
    handle = normalise(handle)
    proves = verified and not any(row.shared for row in _rows(session, scope, handle))
    known = find_fresh(session, scope, handle, now) if proves else _begun_by_claim(session, scope, handle)
    if known is not None:
        return known
    customer = CustomerRow(id=new_id(), team=scope.team, brand=scope.brand, attributes={}, created_at=now)
    session.add(customer)
    session.flush()
    add_handle(session, scope, cast(CustomerId, customer.id), handle, proves, now)
    return cast(CustomerId, customer.id)


def add_handle(
    session: Session,
    scope: Scope,
    customer: CustomerId,
    handle: Handle,
    verified: bool,
    now: datetime,
) -> bool:
    """Record a handle of a customer; returns whether it was new.

    A verified handle that another record holds stays there, kept here as a claim, and both records are joined at once
    where nothing speaks against one person (`joining.by_key`). A number that was silent too long changes hands.
    """
    handle = normalise(handle)
    row = {"id": new_id(), **vars(scope), **vars(handle), "customer": customer, "evidence": "", "created_at": now}
    if _is_new(session, scope, handle):
        _INSERT.run(session, {**row, "verified": verified, "shared": False})
        return True
    mine = _MINE.first(session, {**vars(scope), **vars(handle), "customer": customer})
    if mine is not None and (mine[0] or not verified):
        return False
    holder = _proof_of(session, scope, handle) if verified else None
    proven = verified
    if holder is not None and holder.customer != customer:
        proven = _meets(session, scope, customer, holder, now)
    if mine is not None:
        _rows(session, scope, handle, customer)[0].verified = proven
        session.flush()
        return False
    shared = any(other.shared for other in _rows(session, scope, handle))
    _INSERT.run(session, {**row, "verified": proven, "shared": shared})
    return True


def mark_shared(session: Session, scope: Scope, handle: Handle, shared: bool) -> None:
    """Say that several people use a handle (or, after all, one): a shared one proves nobody and joins nobody.

    Links that it made before stay until somebody takes them back.

    Raises:
        NotFound: nobody is known by this handle.
    """
    rows = _rows(session, scope, normalise(handle))
    if not rows:
        raise NotFound("Nobody is known by this address.")
    for row in rows:
        row.shared = shared
    session.flush()


def shown_records(session: Session, scope: Scope, customer: CustomerId) -> tuple[CustomerId, ...]:
    """Return the records whose contents a customer's own session may show.

    Proof opens what proof joins. A session that proved nothing but its browser shows its own record.
    """
    if not joining.proves_somebody(session, customer):
        return (customer,)
    return links.proven_records(session, scope, customer)


def signed_in(session: Session, scope: Scope, customer: CustomerId) -> bool:
    """Tell whether a record of an anonymous session was joined, by proof, to the person who signed in during it."""
    if joining.proves_somebody(session, customer):
        return False
    return len(links.proven_records(session, scope, customer)) > 1


def _meets(session: Session, scope: Scope, customer: CustomerId, holder: HandleRow, now: datetime) -> bool:
    """A handle that `holder` proved arrives as proof on a customer's record; returns whether it is theirs now."""
    silent = joining.is_silent(session, scope, holder, now)
    joined = joining.by_key(session, scope, customer, holder, now, silent=silent)
    if joined or not silent or holder.shared:
        return False
    holder.verified, holder.evidence = False, f"Given up on {now:%Y-%m-%d}: silent too long, proven by another record."
    session.flush()
    return True


def _is_new(session: Session, scope: Scope, handle: Handle) -> bool:
    """Tell whether nobody is known by a (normalised) handle, not even by a claim; for most, all there is to ask."""
    session.flush()
    return _FIRST.first(session, {**vars(scope), **vars(handle)}) is None


def _holder(session: Session, scope: Scope, handle: Handle) -> HandleRow | None:
    """As `_proof_of`, asked of a handle that most likely nobody is known by."""
    return None if _is_new(session, scope, handle) else _proof_of(session, scope, handle)


def _proof_of(session: Session, scope: Scope, handle: Handle) -> HandleRow | None:
    """The row of the record that proved this (normalised) handle; at most one can be."""
    return session.scalar(
        select(HandleRow).where(
            within(scope, HandleRow), HandleRow.kind == handle.kind, HandleRow.value == handle.value, HandleRow.verified
        )
    )


def _rows(session: Session, scope: Scope, handle: Handle, customer: CustomerId | None = None) -> Sequence[HandleRow]:
    query = select(HandleRow).where(
        within(scope, HandleRow), HandleRow.kind == handle.kind, HandleRow.value == handle.value
    )
    return session.scalars(query if customer is None else query.where(HandleRow.customer == customer)).all()


def _begun_by_claim(session: Session, scope: Scope, handle: Handle) -> CustomerId | None:
    """The oldest record that holds this claim and nothing that is proven, and that no source knows."""
    proof = aliased(HandleRow)
    proven = exists().where(proof.customer == HandleRow.customer, proof.verified, ~proof.shared)
    found = session.scalar(
        select(HandleRow.customer)
        .join(CustomerRow, CustomerRow.id == HandleRow.customer)
        .where(
            within(scope, HandleRow),
            HandleRow.kind == handle.kind,
            HandleRow.value == handle.value,
            or_(~HandleRow.verified, HandleRow.shared),
            CustomerRow.external_key.is_(None),
            ~proven,
        )
        .order_by(HandleRow.created_at, HandleRow.id)
        .limit(1)
    )
    return cast(CustomerId, found) if found else None
