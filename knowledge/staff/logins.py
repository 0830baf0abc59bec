"""Logins: a random token for the holder, its hash for us, an end in time."""

import hashlib
import secrets
import threading
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from knowledge.database import Database
from knowledge.failures import Rejected, Unavailable
from knowledge.scope import Scope, within
from knowledge.staff.people import Staff, matches, read
from knowledge.staff.tables import LoginRow, StaffRow

# Comparing a password takes 64 MB and a core for a moment: a crowd at the door waits here, and nowhere else.
COMPARED_AT_ONCE = 3
WAIT_SECONDS = 5.0
_comparing = threading.BoundedSemaphore(COMPARED_AT_ONCE)


def log_in(database: Database, scope: Scope, email: str, password: str, now: datetime, lasts: timedelta) -> str:
    """Return a fresh login token for the right password; no transaction is open while passwords are compared.

    Raises:
        Rejected: unknown e-mail, wrong password, or a colleague who cannot log in; one message for all of them.
        Unavailable: too many try at the same moment.
    """
    with database.read() as session:
        row = _active(session, scope, email)
        known = row.password_hash if row else None
    fits = _compare(password, known)
    with database.write() as session:
        row = _active(session, scope, email)
        if not fits or row is None or row.password_hash != known:
            raise Rejected("E-mail or password is wrong.", "An admin can set a new password.")
        session.execute(delete(LoginRow).where(LoginRow.expires_at < now))
        return _issue(session, row, "console", now, lasts)


def _compare(password: str, known: str | None) -> bool:
    if not _comparing.acquire(timeout=WAIT_SECONDS):
        raise Unavailable("Too many people log in at this moment.", "Try again in a minute.")
    try:
        return matches(password, known)
    finally:
        _comparing.release()


def issue_token(session: Session, scope: Scope, email: str, label: str, now: datetime, lasts: timedelta) -> str:
    """Return a token for a machine that acts as this colleague.

    Raises:
        Rejected: nobody active has this e-mail.
    """
    row = _active(session, scope, email)
    if row is None:
        raise Rejected(f"Nobody here has the address {email}.", "`threadline users list` shows all.")
    return _issue(session, row, label, now, lasts)


def whose(session: Session, scope: Scope, token: str, now: datetime) -> Staff | None:
    """Return whose token this is, `None` when it is nobody's, expired or its holder left."""
    row = session.scalar(
        select(StaffRow)
        .join(LoginRow, LoginRow.staff == StaffRow.id)
        .where(
            within(scope, StaffRow),
            LoginRow.token_hash == _hash(token),
            LoginRow.expires_at > now,
            StaffRow.active,
        )
    )
    return read(row) if row else None


def log_out(session: Session, token: str) -> None:
    """End a login; an unknown token is no error."""
    session.execute(delete(LoginRow).where(LoginRow.token_hash == _hash(token)))


def _active(session: Session, scope: Scope, email: str) -> StaffRow | None:
    return session.scalar(
        select(StaffRow).where(within(scope, StaffRow), StaffRow.email == _plain(email), StaffRow.active)
    )


def _plain(email: str) -> str:
    return email.replace("\0", "").strip().lower()


def _issue(session: Session, row: StaffRow, label: str, now: datetime, lasts: timedelta) -> str:
    token = secrets.token_urlsafe(32)
    session.add(LoginRow(token_hash=_hash(token), staff=row.id, label=label, created_at=now, expires_at=now + lasts))
    session.flush()
    return token


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
