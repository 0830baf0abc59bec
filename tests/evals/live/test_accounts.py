"""Who stays, by a table worked out by hand, and read from the record on both databases."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest

from evals.live.accounts import Account, churn, read_accounts
from evals.live.measures import Period
from evals.live.measuring import Told, measure_all
from knowledge.customers import timeline
from knowledge.customers.record import NewCustomer, save_customer
from knowledge.customers.record_entries import AccountRecorded
from knowledge.customers.timeline import NewEntry
from knowledge.database import Database
from knowledge.scope import Scope

When = Callable[[float], datetime]
DAY = 24.0


def test_who_left_of_those_who_were_there(when: When, november: Period) -> None:
    long_ago = when(-90 * DAY)
    accounts = [
        Account("stays", ((long_ago, True),)),
        Account("leaves", ((long_ago, True), (when(3 * DAY), False))),
        Account("leaves and comes back", ((long_ago, True), (when(3 * DAY), False), (when(9 * DAY), True))),
        Account("keeps one of two", ((long_ago, True), (when(3 * DAY), False))),
        Account("keeps one of two", ((long_ago, True),)),
        Account("had left before", ((long_ago, True), (when(-30 * DAY), False))),
        Account("is new", ((when(2 * DAY), True),)),
        Account("is new and leaves", ((when(2 * DAY), True), (when(5 * DAY), False))),
        Account("leaves later", ((long_ago, True), (when(50 * DAY), False))),
    ]
    found = churn(accounts, november)
    assert (found.value, found.n, found.few) == (20, 5, True)
    assert found.low is not None
    assert found.high is not None
    assert found.low < 20 < found.high
    assert found.parts == {"retained": 80, "with an account at the end": 5, "new or back": 1}
    early = Period(november.since, november.until, when(1 * DAY))
    assert churn(accounts, early).value == 0  # nobody has left yet
    assert churn([], november).value is None


def test_accounts_come_from_what_billing_tells(database: Database, scope: Scope, when: When, november: Period) -> None:
    def said(account: str, status: str, since: date | None = None) -> AccountRecorded:
        return AccountRecorded(account, "Summit", status, since)

    told = {
        "a": [(1.0, said("A1", "active", date(2025, 1, 1))), (DAY, said("A1", " Cancelled "))],
        "b": [(1.0, said("B1", "past_due", date(2025, 1, 1)))],
        "c": [(1.0, said("C1", "closed", date(2025, 1, 1)))],
        "d": [(1.0, said("D1", "active"))],
    }
    with database.write() as session:
        for name, steps in told.items():
            customer = save_customer(session, scope, NewCustomer(name, name), when(0))
            for hours, account in steps:
                timeline.append(session, scope, NewEntry(customer, account, when(hours)), when(hours))
    with database.read() as session:
        accounts = read_accounts(session, scope)
    assert sorted(len(one.states) for one in accounts) == [1, 2, 2, 3]
    found = churn(accounts, november)
    assert (found.value, found.n) == (pytest.approx(200 / 3), 3)  # A and C left; D was not there at the start
    assert found.parts["new or back"] == 1
    measured = {one.name: one for one in measure_all([], november, Told(accounts=accounts))}
    assert measured["churn"] == found
    assert november.since < when(0) - timedelta(hours=1)
