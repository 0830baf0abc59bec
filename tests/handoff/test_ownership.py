"""A conversation has one owner, and it changes hands in the open."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import update

from handoff import ownership
from handoff.ownership import Pass
from knowledge.customers import inbox, timeline
from knowledge.customers.conversations import get_conversation
from knowledge.customers.entries import Handle
from knowledge.customers.inbox import Incoming
from knowledge.database import Database
from knowledge.failures import Conflict, NotFound, Rejected
from knowledge.ids import ConversationId
from knowledge.scope import Scope
from knowledge.staff.people import NewStaff, add_staff
from knowledge.staff.tables import StaffRow


@pytest.fixture
def conversation(database: Database, scope: Scope, now: datetime) -> ConversationId:
    with database.write() as session:
        for name in ("sara", "imran"):
            add_staff(session, scope, NewStaff(f"{name}@shop.example", name, "agent"), now)
        entry = inbox.receive(session, scope, Incoming("chat", Handle("chat", "s"), "Hi", now), now)
    assert entry.conversation is not None
    return entry.conversation


def test_taking_is_idempotent_and_exclusive(
    database: Database, scope: Scope, now: datetime, conversation: ConversationId
) -> None:
    with database.write() as session:
        assert ownership.take(session, scope, conversation, "sara@shop.example", now)
        assert ownership.take(session, scope, conversation, "sara@shop.example", now) is None
        with pytest.raises(Conflict, match="sara@shop.example"):
            ownership.take(session, scope, conversation, "imran@shop.example", now)
        assert get_conversation(session, scope, conversation).owner == "sara@shop.example"


def test_passing_on_leaves_the_reason(
    database: Database, scope: Scope, now: datetime, conversation: ConversationId
) -> None:
    later = now + timedelta(minutes=1)
    with database.write() as session:
        ownership.take(session, scope, conversation, "sara@shop.example", now)
        handed = Pass(conversation, "imran@shop.example", "sara@shop.example", "Needs a refund above my limit")
        ownership.pass_on(session, scope, handed, later)
        assert get_conversation(session, scope, conversation).owner == "imran@shop.example"
        kinds = [entry.kind for entry in timeline.page(session, scope, conversation=conversation)]
        ownership.pass_on(session, scope, Pass(conversation, None, "imran@shop.example", "End of shift"), later)
        assert get_conversation(session, scope, conversation).owner is None
    assert kinds[-2:] == ["note_added", "conversation_assigned"]


@pytest.mark.parametrize(
    ("to", "reason", "failure"),
    [("nobody@shop.example", "x", NotFound), ("imran@shop.example", "  ", Rejected)],
)
def test_a_bad_pass_changes_nothing(
    database: Database,
    scope: Scope,
    now: datetime,
    conversation: ConversationId,
    to: str,
    reason: str,
    failure: type[Exception],
) -> None:
    with pytest.raises(failure), database.write() as session:
        ownership.pass_on(session, scope, Pass(conversation, to, "sara@shop.example", reason), now)
    with database.read() as session:
        assert get_conversation(session, scope, conversation).owner is None


def assignments(database: Database, scope: Scope, conversation: ConversationId) -> int:
    with database.read() as session:
        entries = timeline.page(session, scope, conversation=conversation)
    return sum(entry.kind == "conversation_assigned" for entry in entries)


def test_a_pass_that_is_sent_twice_is_one(
    database: Database, scope: Scope, now: datetime, conversation: ConversationId
) -> None:
    handed = Pass(conversation, "imran@shop.example", "sara@shop.example", "Refund above my limit")
    with database.write() as session:
        one = ownership.pass_on(session, scope, handed, now)
        two = ownership.pass_on(session, scope, handed, now + timedelta(seconds=1))
    assert one == two
    assert assignments(database, scope, conversation) == 1


def test_of_two_passes_at_once_the_later_counts_and_both_are_told(
    database: Database, scope: Scope, now: datetime, conversation: ConversationId
) -> None:
    with database.write() as session:
        ownership.take(session, scope, conversation, "sara@shop.example", now)
    for to, author in (("imran", "sara"), ("sara", "imran")):
        with database.write() as session:
            handed = Pass(conversation, f"{to}@shop.example", f"{author}@shop.example", "Yours")
            ownership.pass_on(session, scope, handed, now + timedelta(minutes=1))
    with database.read() as session:
        assert get_conversation(session, scope, conversation).owner == "sara@shop.example"
    assert assignments(database, scope, conversation) == 3


def test_nobody_passes_to_somebody_who_left(
    database: Database, scope: Scope, now: datetime, conversation: ConversationId
) -> None:
    with database.write() as session:
        session.execute(update(StaffRow).where(StaffRow.email == "imran@shop.example").values(active=False))
    handed = Pass(conversation, "imran@shop.example", "sara@shop.example", "Yours")
    with pytest.raises(Rejected, match="does not work here"), database.write() as session:
        ownership.pass_on(session, scope, handed, now)
    assert assignments(database, scope, conversation) == 0
