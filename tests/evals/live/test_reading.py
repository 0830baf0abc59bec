"""From the record to stories: a journey over channels and hands, on both databases."""

from datetime import datetime, timedelta

from evals.live.arms import Outreached, read_outreached
from evals.live.measures import Period
from evals.live.measuring import measure_all
from evals.live.reading import read_stories
from knowledge.customers import timeline
from knowledge.customers.conversations import get_conversation
from knowledge.customers.entries import ConversationAssigned, Handle, Payload, StatusChanged, SurveyAnswered
from knowledge.customers.fact_entries import PackageOpened
from knowledge.customers.inbox import Incoming, Reply, receive, reply
from knowledge.customers.issue_entries import IssueLinked
from knowledge.customers.outreach_entries import (
    OutreachHeldOut,
    OutreachProposed,
    OutreachRefused,
    OutreachSent,
    OutreachStopped,
)
from knowledge.customers.record import KnownHandle, NewCustomer, save_customer
from knowledge.customers.timeline import NewEntry
from knowledge.database import Database
from knowledge.ids import ConversationId, CustomerId, EntryId
from knowledge.scope import Scope

ANN, BO = "ann@example.com", "bo@example.com"


class Telling:
    """Lets things happen, an hour apart."""

    def __init__(self, database: Database, scope: Scope, now: datetime) -> None:
        self.database, self.scope, self.now = database, scope, now
        self.customer: CustomerId | None = None

    def write(self, channel: str, text: str) -> ConversationId:
        self.now += timedelta(hours=1)
        kind = {"email": "email", "chat": "external"}[channel]
        handle = Handle(kind, "maya@example.org" if kind == "email" else "maya")
        incoming = Incoming(channel, handle, text, self.now, customer=self.customer)
        with self.database.write() as session:
            entry = receive(session, self.scope, incoming, self.now)
        self.customer = entry.customer
        assert entry.conversation is not None
        return entry.conversation

    def answer(self, conversation: ConversationId, author: str, text: str) -> None:
        self.now += timedelta(hours=1)
        with self.database.write() as session:
            reply(session, self.scope, Reply(conversation, text, author), self.now)

    def add(self, conversation: ConversationId, payload: Payload) -> None:
        self.now += timedelta(hours=1)
        with self.database.write() as session:
            found = timeline.page(session, self.scope, conversation=conversation, limit=1)
            new = NewEntry(found[0].customer, payload, self.now, conversation)
            timeline.append(session, self.scope, new, self.now)


def test_a_record_becomes_a_story(database: Database, scope: Scope, now: datetime) -> None:
    begun = now
    telling = Telling(database, scope, now)
    chat = telling.write("chat", "My order TF-104233 never came")
    telling.add(chat, ConversationAssigned(ANN, ANN))
    telling.answer(chat, ANN, "I will look at TF-104233")
    telling.add(chat, ConversationAssigned(BO, ANN))
    telling.add(chat, PackageOpened(BO, 4, 1, 20))
    telling.answer(chat, BO, "It is with the carrier")
    telling.add(chat, StatusChanged("resolved", BO))
    telling.add(chat, SurveyAnswered("csat", 5))
    mail = telling.write("email", "Order TF-104233 again")
    with database.read() as session:
        issue = get_conversation(session, scope, chat).issue
    telling.add(mail, IssueLinked(issue, "moved", ANN))
    with database.read() as session:
        [story] = read_stories(session, scope, begun)
    assert story.channels == ("chat", "email")
    assert [(one.kind, one.giver, one.taker) for one in story.handovers] == [
        ("agent→agent", ANN, BO),
        ("channel→channel", "chat", "email"),
    ]
    hands = story.handovers[0]
    assert hands.opened_at is not None
    assert hands.taken_at is not None
    assert hands.at < hands.opened_at < hands.taken_at
    assert [one.status for one in story.changes] == ["open", "resolved", "open"]
    assert story.surveys[0].channel == "chat"
    assert "TF-104233" in {fact.text for fact in story.facts}
    assert [(one.value, one.elicited) for one in story.repeats] == [("tf-104233", False)]
    period = Period(begun, telling.now + timedelta(hours=1), telling.now + timedelta(days=30))
    found = {one.name: one for one in measure_all([story], period)}
    assert found["handoff_success"].parts["package opened before the answer"] == 50  # nobody answered the mail yet
    assert found["reopened"].value == 100
    assert found["issues_with_switch"].value == 100
    telling.add(mail, PackageOpened(BO, 9, 1, 20))
    telling.answer(mail, BO, "I ask the carrier again")
    again = telling.write("chat", "Any news?")
    telling.add(again, IssueLinked(issue, "moved", ANN))
    with database.read() as session:
        [story] = read_stories(session, scope, begun)
    _, moved, back = story.handovers
    assert moved.opened_at is not None
    assert moved.taken_at is not None
    assert moved.at < moved.opened_at < moved.taken_at
    assert (moved.returned, back.returned, back.taken_at) == (True, False, None)


def test_both_arms_of_outreach_are_read_with_what_came_of_it(database: Database, scope: Scope, now: datetime) -> None:
    """One is written to and stays silent, one is held out and contacts us twice by two addresses, one says stop."""
    telling = Telling(database, scope, now)
    begun = now
    people = []
    for name in ("maya", "noor", "olga"):
        telling.customer = None
        with database.write() as session:
            handle = Handle("external", name)
            new = NewCustomer(name, name, handles=(KnownHandle(handle, True),))
            people.append(save_customer(session, scope, new, now))

    def put(customer: CustomerId, payload: Payload) -> EntryId:
        telling.now += timedelta(minutes=1)
        with database.write() as session:
            return timeline.append(session, scope, NewEntry(customer, payload, telling.now), telling.now).id

    proposed = OutreachProposed("late", None, "delay", "email", "email", "a@example.org", "Late.", "late")
    proposal = put(people[0], proposed)
    put(people[1], OutreachHeldOut("late", None, 0.5))
    put(people[1], OutreachHeldOut("late", None, 0.5))
    put(people[2], proposed)
    put(people[2], OutreachSent("late", proposal, EntryId("m" * 32), "email"))
    put(people[2], OutreachStopped("STOP", "customer"))
    put(people[0], OutreachRefused("late", None, "sending", "quiet_hours", "It is night."))
    telling.customer = people[1]
    chat = telling.write("chat", "Where is my parcel?")
    telling.answer(chat, ANN, "On its way.")
    telling.now += timedelta(days=2)
    telling.write("chat", "And now?")
    telling.now += timedelta(days=20)
    telling.write("chat", "Something else, much later")
    with database.read() as session:
        found = read_outreached(session, scope, read_stories(session, scope, begun), begun)
        assert read_outreached(session, Scope(team="other"), [], begun) == Outreached([], [], [])
    assert sorted((one.held_out, one.contacts) for one in found.reached) == [(False, 0), (False, 0), (True, 2)]
    [held] = [one for one in found.reached if one.held_out]
    assert held.hours == 30 / 3600  # the answer came after the pause that ends a contact: the time to read it
    assert [rule for _, rule in found.refused] == ["quiet_hours"]
    assert [stopped for _, stopped in found.sent] == [True]
