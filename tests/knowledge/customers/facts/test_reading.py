"""Facts of a person over conversations, corrected by colleagues, gone with the words they came from."""

from datetime import datetime, timedelta

import pytest

from knowledge.customers import inbox, timeline
from knowledge.customers.entries import Handle
from knowledge.customers.facts.reading import Correction, correct_fact, read_facts
from knowledge.customers.inbox import Incoming, Reply
from knowledge.database import Database
from knowledge.failures import NotFound, Rejected
from knowledge.ids import CustomerId
from knowledge.scope import Scope


def write(database: Database, scope: Scope, text: str, at: datetime) -> CustomerId:
    with database.write() as session:
        incoming = Incoming("email", Handle("email", "ana@example.com"), text, at)
        return inbox.receive(session, scope, incoming, at).customer


def test_facts_come_from_messages_and_a_correction_changes_how_one_reads(
    database: Database, scope: Scope, now: datetime
) -> None:
    customer = write(database, scope, "My order TF-10422 is missing a pole.", now)
    with database.write() as session:
        entry = correct_fact(session, scope, Correction(customer, "reference", "tf-10422", "TF-10424", "mona"), now)
    with database.read() as session:
        facts = read_facts(session, scope, customer=customer)
        source = timeline.get_entry(session, scope, facts[0].source)  # type: ignore[arg-type]
    corrected = next(one for one in facts if one.type == "reference")
    assert (corrected.text, corrected.corrected_by) == ("TF-10424", "mona")
    assert source.kind == "message_received"
    assert entry.conversation == source.conversation


def test_a_fact_can_be_struck_out_and_the_last_correction_holds(
    database: Database, scope: Scope, now: datetime
) -> None:
    customer = write(database, scope, "My order TF-10422 is missing a pole.", now)
    with database.write() as session:
        correct_fact(session, scope, Correction(customer, "reference", "tf-10422", "TF-1", "mona"), now)
        correct_fact(session, scope, Correction(customer, "reference", "tf-10422", "", "mona"), now)
    with database.read() as session:
        assert "reference" not in {one.type for one in read_facts(session, scope, customer=customer)}


@pytest.mark.parametrize(
    ("value", "to", "failure"),
    [("tf-9", "x", NotFound), ("tf-10422", "TF-10422", Rejected), ("tf-10422", "x" * 301, Rejected)],
)
def test_what_cannot_be_corrected_is_refused(
    database: Database, scope: Scope, now: datetime, value: str, to: str, failure: type[Exception]
) -> None:
    customer = write(database, scope, "My order TF-10422 is missing a pole.", now)
    with pytest.raises(failure), database.write() as session:
        correct_fact(session, scope, Correction(customer, "reference", value, to, "mona"), now)


def test_conversations_do_not_answer_each_others_questions(database: Database, scope: Scope, now: datetime) -> None:
    customer = write(database, scope, "Where is my tent?", now)
    with database.write() as session:
        (message,) = [one for one in timeline.page(session, scope, customer=customer) if one.kind == "message_received"]
        assert message.conversation
        asked = Reply(message.conversation, "May I have your order number?", "mona")
        inbox.reply(session, scope, asked, now + timedelta(minutes=1))
        handle, later = Handle("email", "ana@example.com"), now + timedelta(minutes=2)
        elsewhere = Incoming("call", handle, "Bluebird", later)
        assert inbox.receive(session, scope, elsewhere, later).customer == customer
    with database.read() as session:
        facts = read_facts(session, scope, customer=customer)
    assert [one.type for one in facts if one.text == "Bluebird"] == ["stated"]
