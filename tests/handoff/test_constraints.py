"""What must be minded with a customer: needs from the record, never in public; consent taken back; language."""

from datetime import datetime

import pytest

from handoff.package import read_package
from knowledge.customers import consent, inbox, preferring
from knowledge.customers.entries import Handle
from knowledge.customers.inbox import Incoming
from knowledge.customers.privacy_entries import ConsentGiven, ConsentWithdrawn
from knowledge.customers.record import KnownHandle, NewCustomer, save_customer
from knowledge.customers.record_entries import PreferenceSet
from knowledge.database import Database
from knowledge.scope import Scope

ANA = Handle("email", "ana@example.com")


@pytest.mark.parametrize("public", [False, True])
def test_needs_and_refusals_are_told_and_needs_never_in_public(
    database: Database, scope: Scope, now: datetime, public: bool
) -> None:
    known = NewCustomer(
        "ana", "Ana", language="de", attributes={"hearing_impaired": "yes", "large_print": "no", "plan": "gold"},
        handles=(KnownHandle(ANA, True),),
    )  # fmt: skip
    with database.write() as session:
        ana = save_customer(session, scope, known, now)
        preferring.prefer(session, scope, ana, PreferenceSet("accessibility", "screen reader", "mona@example.com"), now)
        given = ConsentGiven("marketing", "email", "1", "form", "ana")
        consent.give(session, scope, ana, given, now, now)
        consent.withdraw(
            session, scope, ana, ConsentWithdrawn("service", "phone", "mail", "ana", objection=True), now, now
        )
        entry = inbox.receive(session, scope, Incoming("email", ANA, "Where is it?", now, public=public), now)
    assert entry.conversation
    with database.read() as session:
        told = read_package(session, scope, entry.conversation, "ben@example.com").constraints
    needs = ("needs: hearing impaired", "needs: accessibility screen reader")
    assert told == (
        "writes de",
        *(() if public else needs),
        "objects to service by phone",
        *(("public: everyone can read it",) if public else ()),
    )
    with database.write() as session:
        preferring.prefer(session, scope, ana, PreferenceSet("accessibility", "", "mona@example.com"), now)
    with database.read() as session:
        told = read_package(session, scope, entry.conversation, "ben@example.com").constraints
    assert "needs: accessibility screen reader" not in told
