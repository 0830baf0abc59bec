"""Identity: which customer an address belongs to. Only proof links; a claim opens nothing."""

import re
from datetime import datetime
from typing import cast

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge.customers.entries import Handle
from knowledge.customers.tables import CustomerRow, HandleRow
from knowledge.failures import Rejected
from knowledge.ids import CustomerId, new_id
from knowledge.scope import Scope, within

MAX_HANDLE_CHARS = 320
_KIND = re.compile(r"[a-z][a-z_]{0,31}")
_PHONE_KINDS = {"phone", "whatsapp", "sms"}
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


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
    """Return the customer that a handle is proven to belong to, if any."""
    return _find(session, scope, normalise(handle), verified=True)


def recognise(session: Session, scope: Scope, handle: Handle, verified: bool, now: datetime) -> CustomerId:
    """Return whose handle this is, making a new customer when nobody's.

    An unverified handle finds only the record that the same claim began before, never one that proved it: a claim
    must not show one person another person's history.
    """
    handle = normalise(handle)
    known = _find(session, scope, handle, verified)
    if known is not None:
        return known
    customer = CustomerRow(id=new_id(), team=scope.team, brand=scope.brand, created_at=now)
    session.add(customer)
    session.flush()
    add_handle(session, scope, cast(CustomerId, customer.id), handle, verified, now)
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

    A verified handle that is proven to be somebody else's stays theirs: the new one is kept as a claim.
    """
    handle = normalise(handle)
    holder = _find(session, scope, handle, verified=True)
    rows = session.scalars(
        select(HandleRow).where(
            within(scope, HandleRow),
            HandleRow.customer == customer,
            HandleRow.kind == handle.kind,
            HandleRow.value == handle.value,
        )
    ).all()
    proven = verified and holder in (None, customer)
    if rows:
        rows[0].verified = rows[0].verified or proven
        session.flush()
        return False
    session.add(
        HandleRow(
            id=new_id(),
            team=scope.team,
            brand=scope.brand,
            customer=customer,
            kind=handle.kind,
            value=handle.value,
            verified=proven,
            created_at=now,
        )
    )
    session.flush()
    return True


def _find(session: Session, scope: Scope, handle: Handle, verified: bool) -> CustomerId | None:
    found = session.scalar(
        select(HandleRow.customer)
        .where(
            within(scope, HandleRow),
            HandleRow.kind == handle.kind,
            HandleRow.value == handle.value,
            HandleRow.verified.is_(verified),
        )
        .order_by(HandleRow.created_at)
        .limit(1)
    )
    return cast(CustomerId, found) if found else None
