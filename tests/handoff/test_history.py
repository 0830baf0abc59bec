"""What routing learns from: as it was when they took it; estimates from offers that were really made."""

from datetime import datetime, timedelta

from handoff.agents import training
from handoff.agents.looking_back import estimates, taken
from handoff.agents.scoring import Outcome, features
from handoff.agents.training import even
from handoff.agents.workload import Span, Workload
from handoff.assignment import offers
from handoff.assignment.desk import step
from handoff.assignment.offers import standing
from handoff.history import REOPENING, outcomes
from handoff.ownership import take
from handoff.plan import parse_plan
from knowledge.customers import inbox, remaining, timeline
from knowledge.customers.conversations import get_conversation
from knowledge.customers.entries import Handle, StatusChanged
from knowledge.customers.inbox import Incoming
from knowledge.customers.record import KnownHandle, NewCustomer, save_customer
from knowledge.customers.routing_entries import ConversationEscalated, ConversationOffered
from knowledge.customers.timeline import NewEntry
from knowledge.database import Database
from knowledge.ids import ConversationId
from knowledge.scope import Scope
from knowledge.staff.people import NewStaff, add_staff

PLAN = parse_plan(
    "topics: {returns: {words: [return]}}\n"
    "assignment: {offering: true, accept_minutes: 5, answer_minutes: 600, explore: 0.3, holdout: 0.2}"
)
SARA, IMRAN = "sara@shop.example", "imran@shop.example"
HOUR = timedelta(hours=1)


def employ(database: Database, scope: Scope, now: datetime) -> None:
    profile = {"timezone": "Europe/London", "capacity": {"chat": 2}}
    with database.write() as session:
        for email in (SARA, IMRAN):
            add_staff(session, scope, NewStaff(email, email, "agent", profile=profile), now)


def arrives(database: Database, scope: Scope, at: datetime, who: str, text: str) -> ConversationId:
    with database.write() as session:
        entry = inbox.receive(session, scope, Incoming("chat", Handle("chat", who), text, at), at)
    assert entry.conversation
    return entry.conversation


def resolve(database: Database, scope: Scope, conversation: ConversationId, at: datetime) -> None:
    with database.write() as session:
        found = get_conversation(session, scope, conversation)
        payload = StatusChanged("resolved", author=SARA)
        timeline.append(session, scope, NewEntry(found.customer, payload, at, found.id), at)


def read(database: Database, scope: Scope, now: datetime) -> list[Outcome]:
    with database.read() as session:
        return outcomes(session, scope, PLAN, now)


def test_features_are_as_they_were_when_they_took_it(database: Database, scope: Scope, now: datetime) -> None:
    employ(database, scope, now)
    far = NewCustomer("far", "Far", timezone="Asia/Tokyo", handles=(KnownHandle(Handle("chat", "far"), True),))
    with database.write() as session:
        save_customer(session, scope, far, now)
    first = arrives(database, scope, now, "one", "I want to return it.")
    second = arrives(database, scope, now, "far", "word " * 200)
    with database.write() as session:
        found = get_conversation(session, scope, second)
        called = ConversationEscalated("", "faster", "urgent", "now", author=SARA)
        timeline.append(session, scope, NewEntry(found.customer, called, now, second), now)
        take(session, scope, first, SARA, now + HOUR)
        take(session, scope, second, SARA, now + 2 * HOUR)
    arrives(database, scope, now + 3 * HOUR, "one", "return " * 300)  # said later: it was simple when she took it
    for one in (first, second):
        resolve(database, scope, one, now + 4 * HOUR)
    third = arrives(database, scope, now + 9 * REOPENING, "far", "Where is it?")
    with database.write() as session:
        take(session, scope, third, IMRAN, now + 9 * REOPENING)
    resolve(database, scope, third, now + 9 * REOPENING + HOUR)

    one, two, three = read(database, scope, now + 20 * REOPENING)
    told = [features(x.agent, x.subject, x.busy, x.agent_timezone, x.at) for x in (one, two, three)]
    assert (told[0]["topic"], told[0]["complexity"], told[0]["priority"], told[0]["busy"]) == (
        "returns", "simple", "normal", "free",
    )  # fmt: skip
    assert (told[1]["complexity"], told[1]["priority"], told[1]["busy"], told[1]["zone"]) == (
        "complex", "urgent", "busy", "far",
    )  # fmt: skip
    assert three.subject.served_by == frozenset({SARA})
    assert [one.busy, two.busy, three.busy] == [0.0, 0.5, 0.0]
    assert read(database, scope, now + HOUR + REOPENING) == []  # what may still reopen is left out


def test_workload_counts_what_was_open_right_then(now: datetime) -> None:
    had = Workload([Span(SARA, "chat", now, now + 2 * HOUR), Span(SARA, "chat", now + HOUR, now + 3 * HOUR)])
    assert [had.had(SARA, "chat", now + hours * HOUR) for hours in (0, 1, 2, 3, 4)] == [0, 1, 1, 0, 0]
    assert had.had(IMRAN, "chat", now) == 0


def test_estimates_and_training_run_from_offers_that_were_made(database: Database, scope: Scope, now: datetime) -> None:
    employ(database, scope, now)
    at = now
    for number in range(40):
        conversation = arrives(database, scope, at, f"c{number}", "I want to return it.")
        with database.write() as session:
            step(session, scope, PLAN, even(), at)
            offer = standing(remaining.of_conversation(session, conversation))
            assert offer is not None
            offers.accept(session, scope, conversation, offer.to, at)
        resolve(database, scope, conversation, at + HOUR)
        if number % 4 == 0:
            arrives(database, scope, at + 2 * HOUR, f"c{number}", "I want to return the new one, too.")
        at += 3 * HOUR
    later = at + 2 * REOPENING
    found = read(database, scope, later)
    assert len(found) == 40
    assert sum(one.well for one in found) == 30
    with database.read() as session:
        rows = taken(session, scope, found)
    assert {one.offer.arm for one in rows} <= {"score", "explore", "holdout"}
    assert len({one.offer.arm for one in rows}) > 1
    assert all(isinstance(one.offer, ConversationOffered) and 0 < one.offer.propensity <= 1 for one in rows)
    told = estimates(rows)
    assert set(told) == {"ips", "snips", "doubly_robust"}
    assert 0.4 < told["snips"].value < 1
    trained = training.train(found, later)
    assert trained.card.cases == 40
    assert 0 < trained.card.measures["log_loss"] < 1
