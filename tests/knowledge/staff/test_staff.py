"""Colleagues log in with the right password, for a while, and with nothing else."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from knowledge.database import Database
from knowledge.failures import NotFound, Rejected, Unavailable
from knowledge.scope import Scope
from knowledge.staff import logins, people
from knowledge.staff.people import NewStaff
from knowledge.staff.tables import LoginRow

HOURS = timedelta(hours=12)
SARA = NewStaff("Sara@Shop.example", "Sara Holm", "agent", "correct horse", {"skills": ["tents"]})


def test_the_right_password_opens_until_the_end(database: Database, scope: Scope, now: datetime) -> None:
    with database.write() as session:
        people.add_staff(session, scope, SARA, now)
    token = logins.log_in(database, scope, " SARA@shop.example\0 ", "correct horse", now, HOURS)
    with database.write() as session:
        sara = logins.whose(session, scope, token, now)
        assert sara is not None
        assert (sara.email, sara.role, sara.profile) == ("sara@shop.example", "agent", {"skills": ["tents"]})
        assert logins.whose(session, scope, token, now + HOURS) is None
        assert token not in [row.token_hash for row in session.query(LoginRow)]
        logins.log_out(session, token)
        assert logins.whose(session, scope, token, now) is None


@pytest.mark.parametrize(
    ("email", "password"),
    [("sara@shop.example", "wrong horse"), ("nobody@shop.example", "correct horse"), ("imran@shop.example", "")],
)
def test_every_refusal_reads_the_same(
    database: Database, scope: Scope, now: datetime, email: str, password: str
) -> None:
    with database.write() as session:
        people.add_staff(session, scope, SARA, now)
        people.add_staff(session, scope, NewStaff("imran@shop.example", "Imran", "manager"), now)
    with pytest.raises(Rejected, match="E-mail or password is wrong"):
        logins.log_in(database, scope, email, password, now, HOURS)


def test_adding_again_updates_and_keeps_the_password(database: Database, scope: Scope, now: datetime) -> None:
    with database.write() as session:
        people.add_staff(session, scope, SARA, now)
        people.add_staff(session, scope, NewStaff("sara@shop.example", "Sara H.", "manager"), now)
    assert logins.log_in(database, scope, "sara@shop.example", "correct horse", now, HOURS)
    with database.read() as session:
        assert [(found.name, found.role) for found in people.list_staff(session, scope)] == [("Sara H.", "manager")]


@pytest.mark.parametrize(
    "new",
    [
        NewStaff("no address", "Sara", "agent"),
        NewStaff("a@b.example", "", "agent"),
        NewStaff("a@b.example", "Sara", "owner"),  # type: ignore[arg-type]
        NewStaff("a@b.example", "Sara", "agent", "short"),
    ],
)
def test_bad_colleagues_are_refused(database: Database, scope: Scope, now: datetime, new: NewStaff) -> None:
    with database.write() as session, pytest.raises(Rejected):
        people.add_staff(session, scope, new, now)


def test_unknown_colleagues(database: Database, scope: Scope, now: datetime) -> None:
    with database.write() as session:
        with pytest.raises(NotFound):
            people.find_staff(session, scope, "nobody@shop.example")
        with pytest.raises(Rejected):
            logins.issue_token(session, scope, "nobody@shop.example", "bot", now, HOURS)
        assert logins.whose(session, scope, "made up", now) is None


def test_a_new_password_ends_what_the_old_one_opened(database: Database, scope: Scope, now: datetime) -> None:
    with database.write() as session:
        people.add_staff(session, scope, SARA, now)
    old = logins.log_in(database, scope, "sara@shop.example", "correct horse", now, HOURS)
    with database.write() as session:
        people.add_staff(session, scope, NewStaff("sara@shop.example", "Sara H.", "manager"), now)
        assert logins.whose(session, scope, old, now) is not None
        people.add_staff(session, scope, NewStaff("sara@shop.example", "Sara H.", "manager", "another horse"), now)
        assert logins.whose(session, scope, old, now) is None


def test_nobody_waits_to_write_while_passwords_are_compared(
    database: Database, scope: Scope, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.write() as session:
        people.add_staff(session, scope, SARA, now)
    monkeypatch.setattr(logins, "WAIT_SECONDS", 0.05)
    for _ in range(logins.COMPARED_AT_ONCE):
        assert logins._comparing.acquire(timeout=1)
    try:
        with ThreadPoolExecutor(1) as pool, database.write():
            refused = pool.submit(logins.log_in, database, scope, "sara@shop.example", "correct horse", now, HOURS)
            with pytest.raises(Unavailable, match="Too many"):
                refused.result(5)
    finally:
        for _ in range(logins.COMPARED_AT_ONCE):
            logins._comparing.release()
    assert logins.log_in(database, scope, "sara@shop.example", "correct horse", now, HOURS)
