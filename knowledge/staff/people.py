"""The people who work here: name, role, skills, languages, hours, capacity."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Literal, cast, get_args

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from knowledge.customers.entries import Handle
from knowledge.customers.identity import normalise
from knowledge.failures import NotFound, Rejected
from knowledge.ids import StaffId, new_id
from knowledge.scope import Scope, within
from knowledge.staff.tables import LoginRow, StaffRow, StateRow

Role = Literal["agent", "manager", "admin"]
ROLES: tuple[Role, ...] = get_args(Role)
MIN_PASSWORD_CHARS = 10
_HASHER = PasswordHash((Argon2Hasher(),))
_PRINTABLE = re.compile(r"[^\x00-\x1f\x7f]{1,200}")


@dataclass(frozen=True)
class Staff:
    """A colleague; `profile` holds skills, languages, hours and capacity as their source gave them.

    `since` is when they were added, `left` when they left; `state` what they said last: available, away, off, or "".
    """

    id: StaffId
    email: str
    name: str
    role: Role
    profile: Mapping[str, object]
    active: bool
    can_log_in: bool
    since: datetime | None = None
    left: datetime | None = None
    state: str = ""


@dataclass(frozen=True)
class NewStaff:
    """A colleague to add; without a password they are known but cannot log in."""

    email: str
    name: str
    role: Role
    password: str | None = None
    profile: Mapping[str, object] = field(default_factory=dict)


def add_staff(session: Session, scope: Scope, new: NewStaff, now: datetime) -> Staff:
    """Add a colleague, or bring the one of this e-mail up to date.

    A password given replaces the old one and ends every login and token of theirs.

    Raises:
        Rejected: no valid e-mail, an unknown role, no name, or a password that is too short.
    """
    email = normalise(Handle("email", new.email)).value
    if new.role not in ROLES:
        raise Rejected(f"{new.role} is no role.", f"Roles are {', '.join(ROLES)}.")
    if not _PRINTABLE.fullmatch(new.name):
        raise Rejected("A name has 1 to 200 printable characters.")
    row = _row(session, scope, email)
    if row is None:
        row = StaffRow(id=new_id(), team=scope.team, brand=scope.brand, email=email, created_at=now)
        session.add(row)
    row.name, row.role, row.active, row.left_at = new.name, new.role, True, None
    row.profile = dict(new.profile) or row.profile or {}
    if new.password is not None:
        row.password_hash = hash_password(new.password)
        session.execute(delete(LoginRow).where(LoginRow.staff == row.id))
    session.flush()
    return read(row)


def set_profile(session: Session, scope: Scope, email: str, profile: Mapping[str, object]) -> Staff:
    """Keep what a colleague knows and when they work, in the place of what was known; nothing: it is forgotten.

    Raises:
        NotFound: nobody here has that address.
    """
    row = _known(session, scope, email)
    row.profile = dict(profile)
    session.flush()
    return read(row)


def end_staff(session: Session, scope: Scope, email: str, now: datetime) -> Staff:
    """Note that a colleague left: every login and token of theirs ends. What they wrote stays; who left has left.

    Raises:
        NotFound: nobody here has that address.
    """
    row = _known(session, scope, email)
    row.active, row.left_at, row.state = False, row.left_at or now, ""
    session.execute(update(StateRow).where(StateRow.staff == row.id, StateRow.until.is_(None)).values(until=now))
    session.execute(delete(LoginRow).where(LoginRow.staff == row.id))
    session.flush()
    return read(row)


def hash_password(password: str) -> str:
    """Return the argon2 hash of a password.

    Raises:
        Rejected: it is shorter than `MIN_PASSWORD_CHARS`.
    """
    if len(password) < MIN_PASSWORD_CHARS:
        raise Rejected(f"A password has at least {MIN_PASSWORD_CHARS} characters.")
    return _HASHER.hash(password)


def matches(password: str, password_hash: str | None) -> bool:
    """Return whether a password fits, taking as long when there is no hash to compare with."""
    return _HASHER.verify(password, password_hash or _nobody()) and password_hash is not None


@cache
def _nobody() -> str:
    return _HASHER.hash(new_id())


def find_staff(session: Session, scope: Scope, email: str) -> Staff:
    """Return the colleague of this e-mail.

    Raises:
        NotFound: there is none.
    """
    return read(_known(session, scope, email))


def list_staff(session: Session, scope: Scope) -> list[Staff]:
    """Return everyone, by name."""
    query = select(StaffRow).where(within(scope, StaffRow)).order_by(StaffRow.name, StaffRow.id)
    return [read(row) for row in session.scalars(query)]


def _known(session: Session, scope: Scope, email: str) -> StaffRow:
    row = _row(session, scope, email.strip().lower())
    if row is None:
        raise NotFound(f"Nobody here has the address {email}.", "`threadline users list` shows all.")
    return row


def _row(session: Session, scope: Scope, email: str) -> StaffRow | None:
    return session.scalar(select(StaffRow).where(within(scope, StaffRow), StaffRow.email == email))


def read(row: StaffRow) -> Staff:
    """Return the row as a value."""
    return Staff(
        id=cast(StaffId, row.id),
        email=row.email,
        name=row.name,
        role=cast(Role, row.role),
        profile=row.profile,
        active=row.active,
        can_log_in=row.password_hash is not None,
        since=row.created_at,
        left=row.left_at,
        state=row.state,
    )
