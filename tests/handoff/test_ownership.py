"""A conversation has one owner, and it changes hands in the open."""

from datetime import datetime, timedelta

import pytest

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
