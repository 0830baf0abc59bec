"""The desk: offers pass on when nobody answers, silent owners give back, customers are told once, on both databases."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from handoff import ownership
from handoff.agents.scoring import Outcome, Subject, learn
from handoff.agents.training import even
from handoff.assignment import offers
from handoff.assignment.desk import step
from handoff.assignment.looking import look
from handoff.assignment.offers import standing
from handoff.assignment.proposing import propose, why
from handoff.assignment.queue import Priority
from handoff.plan import Plan, Target, Topic, parse_plan
from knowledge.customers import inbox, presence, remaining, timeline
from knowledge.customers.conversations import get_conversation
from knowledge.customers.entries import Handle, MessageReceived, MessageSent
from knowledge.customers.inbox import Incoming, Reply
from knowledge.customers.presence import Sign
from knowledge.customers.record import KnownHandle, NewCustomer, save_customer
from knowledge.customers.routing_entries import ConversationEscalated, ConversationOffered, OfferAnswered
from knowledge.customers.timeline import NewEntry
from knowledge.database import Database
from knowledge.failures import Conflict
from knowledge.ids import ConversationId
from knowledge.scope import Scope
from knowledge.staff.people import NewStaff, add_staff
from knowledge.staff.tables import StaffRow

PLAN = parse_plan(
    """
topics:
  returns: {words: [return, refund], skills: [returns]}
assignment: {offering: true, accept_minutes: 2, answer_minutes: 30, tell_after_minutes: 5, explore: 0, holdout: 0}
"""
)
PATIENT = PLAN.model_copy(update={"assignment": PLAN.assignment.model_copy(update={"widen_minutes": None})})
SARA, IMRAN, KIM = (f"{name}@shop.example" for name in ("sara", "imran", "kim"))
MINUTE = timedelta(minutes=1)


@pytest.fixture
def staff(database: Database, scope: Scope, now: datetime) -> None:
    profiles: dict[str, dict[str, object]] = {
        SARA: {"skills": ["returns"], "languages": ["en"], "capacity": {"chat": 1}},
        IMRAN: {"skills": ["returns"], "languages": ["en", "de"], "capacity": {"chat": 1}},
        KIM: {"skills": ["stoves"], "languages": ["en"], "capacity": {"chat": 5}},
    }
    with database.write() as session:
        for email, profile in profiles.items():
            add_staff(session, scope, NewStaff(email, email, "agent", profile=profile), now)


def arrives(
    database: Database, scope: Scope, at: datetime, who: str = "s", text: str = "I want to return it"
) -> ConversationId:
    with database.write() as session:
        return arrives_in(session, scope, at, who, text)


def arrives_in(
    session: Session, scope: Scope, at: datetime, who: str, text: str = "I want to return it"
) -> ConversationId:
    entry = inbox.receive(session, scope, Incoming("chat", Handle("chat", who), text, at), at)
    assert entry.conversation is not None
    return entry.conversation


def act(database: Database, scope: Scope, at: datetime, plan: Plan = PLAN) -> tuple[int, int, int, int]:
    with database.write() as session:
        done = step(session, scope, plan, even(), at)
    return done.offered, done.passed, done.returned, done.told


def offered_to(database: Database, conversation: ConversationId) -> str:
    with database.read() as session:
        found = standing(remaining.of_conversation(session, conversation))
    return found.to if found else ""


@pytest.mark.usefixtures("staff")
def test_an_offer_that_is_let_pass_goes_to_the_next_and_then_the_customer_is_told(
    database: Database, scope: Scope, now: datetime
) -> None:
    conversation = arrives(database, scope, now)
    assert act(database, scope, now, PATIENT) == (1, 0, 0, 0)
    first = offered_to(database, conversation)
    assert first in {SARA, IMRAN}
    assert act(database, scope, now + MINUTE, PATIENT) == (0, 0, 0, 0)
    assert act(database, scope, now + 3 * MINUTE, PATIENT) == (1, 1, 0, 0)
    second = offered_to(database, conversation)
    assert {first, second} == {SARA, IMRAN}
    assert act(database, scope, now + 6 * MINUTE, PATIENT) == (0, 1, 0, 1)  # nobody is left who knows about it
    assert act(database, scope, now + 7 * MINUTE, PATIENT) == (0, 0, 0, 0)  # told once
    with database.read() as session:
        assert get_conversation(session, scope, conversation).waiting
        sent = [one.payload for one in timeline.page(session, scope, conversation=conversation)]
    notices = [one for one in sent if isinstance(one, MessageSent)]
    assert [(one.author, one.holding) for one in notices] == [("bot", True)]
    reasons = [one.reasons for one in sent if isinstance(one, ConversationOffered)]
    assert all(told[-1].endswith("rules kept 1 out") or told[-1].endswith("rules kept 2 out") for told in reasons)


@pytest.mark.usefixtures("staff")
def test_accepting_owns_it_and_nobody_else_can(database: Database, scope: Scope, now: datetime) -> None:
    conversation = arrives(database, scope, now)
    act(database, scope, now)
    to = offered_to(database, conversation)
    other = ({SARA, IMRAN} - {to}).pop()
    with database.write() as session:
        with pytest.raises(Conflict, match="not offered to you"):
            offers.accept(session, scope, conversation, other, now)
        taken = offers.accept(session, scope, conversation, to, now + MINUTE)
        assert offers.accept(session, scope, conversation, to, now + MINUTE) == taken  # a second click
        with pytest.raises(Conflict, match="not offered to you"):
            offers.accept(session, scope, conversation, other, now + MINUTE)
    with database.read() as session:
        assert get_conversation(session, scope, conversation).owner == to
    assert act(database, scope, now + 2 * MINUTE) == (0, 0, 0, 0)


@pytest.mark.usefixtures("staff")
def test_declining_asks_the_next_at_once_and_late_answers_are_refused(
    database: Database, scope: Scope, now: datetime
) -> None:
    conversation = arrives(database, scope, now)
    act(database, scope, now)
    first = offered_to(database, conversation)
    with database.write() as session:
        declined = offers.decline(session, scope, conversation, first, "At lunch", now + MINUTE)
        assert offers.decline(session, scope, conversation, first, "", now + MINUTE) == declined  # a second click
    act(database, scope, now + MINUTE)
    second = offered_to(database, conversation)
    assert second not in {first, KIM}
    with database.write() as session, pytest.raises(Conflict, match="over"):
        offers.accept(session, scope, conversation, second, now + 10 * MINUTE)


@pytest.mark.usefixtures("staff")
def test_whoever_takes_it_meanwhile_owns_it_and_the_offer_ends(database: Database, scope: Scope, now: datetime) -> None:
    conversation = arrives(database, scope, now)
    act(database, scope, now)
    to = offered_to(database, conversation)
    with database.write() as session:
        ownership.take(session, scope, conversation, KIM, now)
    with database.write() as session, pytest.raises(Conflict):
        offers.accept(session, scope, conversation, to, now)
    assert act(database, scope, now + 10 * MINUTE)[0] == 0
    with database.read() as session:
        assert get_conversation(session, scope, conversation).owner == KIM


@pytest.mark.usefixtures("staff")
def test_a_silent_owner_gives_it_back_and_is_not_asked_again(database: Database, scope: Scope, now: datetime) -> None:
    conversation = arrives(database, scope, now)
    with database.write() as session:
        ownership.take(session, scope, conversation, SARA, now)
    assert act(database, scope, now + 29 * MINUTE)[2] == 0
    assert act(database, scope, now + 31 * MINUTE)[2] == 1
    assert offered_to(database, conversation) == IMRAN


@pytest.mark.usefixtures("staff")
def test_an_owner_who_says_that_it_is_pending_keeps_it_meanwhile(
    database: Database, scope: Scope, now: datetime
) -> None:
    conversation = arrives(database, scope, now)
    with database.write() as session:
        ownership.take(session, scope, conversation, SARA, now)
        presence.note(session, scope, conversation, Sign(SARA), now + 105 * MINUTE)
        inbox.set_status(session, scope, conversation, "pending", SARA, now + 10 * MINUTE)
    assert act(database, scope, now + 90 * MINUTE)[2] == 0
    with database.write() as session:
        inbox.set_status(session, scope, conversation, "open", SARA, now + 90 * MINUTE)
    assert act(database, scope, now + 105 * MINUTE)[2] == 0
    with database.write() as session:
        presence.note(session, scope, conversation, Sign(SARA), now + 111 * MINUTE)
    assert act(database, scope, now + 111 * MINUTE)[2] == 1


@pytest.mark.usefixtures("staff")
def test_an_owner_who_answered_keeps_it(database: Database, scope: Scope, now: datetime) -> None:
    conversation = arrives(database, scope, now)
    with database.write() as session:
        ownership.take(session, scope, conversation, SARA, now)
        inbox.reply(session, scope, Reply(conversation, "Send it back", SARA), now + MINUTE)
    assert act(database, scope, now + timedelta(hours=5)) == (0, 0, 0, 0)


@pytest.mark.usefixtures("staff")
def test_language_and_capacity_hold_for_everybody_at_once(database: Database, scope: Scope, now: datetime) -> None:
    address = Handle("email", "greta@post.example")
    with database.write() as session:
        german = save_customer(
            session, scope, NewCustomer("c-1", "Greta", "de-AT", handles=(KnownHandle(address, True),)), now
        )
    with database.write() as session:
        entry = inbox.receive(session, scope, Incoming("chat", address, "return please", now, customer=german), now)
    assert entry.conversation
    others = [arrives(database, scope, now + number * MINUTE, f"v{number}") for number in range(3)]
    act(database, scope, now + 5 * MINUTE)
    assert offered_to(database, entry.conversation) == IMRAN
    assert sorted(offered_to(database, one) for one in others) == ["", "", SARA]
    with database.read() as session:
        seen = look(session, scope, PLAN, now + 5 * MINUTE)
    assert all(load["chat"] <= 1 for email, load in seen.loads.items() if email in {SARA, IMRAN})


@pytest.mark.usefixtures("staff")
@pytest.mark.parametrize(
    ("text", "asked", "told"),
    [
        ("Guten Tag, ich möchte mein Zelt zurückgeben, return bitte.", [IMRAN], "Danke für Ihre Geduld"),
        ("Hello, I would like to return the tent that I bought.", [SARA, IMRAN], "Thank you for waiting"),
        ("Bonjour, je voudrais rendre ma tente, return merci.", [SARA, IMRAN], "Merci de patienter"),  # nobody's
        ("return", [SARA, IMRAN], "Thank you for waiting"),
    ],
)
def test_what_customers_write_in_says_who_is_asked_and_what_they_are_told(
    database: Database, scope: Scope, now: datetime, text: str, asked: list[str], told: str
) -> None:
    conversation = arrives(database, scope, now, text=text)
    found = []
    for minutes in range(0, 9, 3):
        act(database, scope, now + minutes * MINUTE, PATIENT)
        found += [to] if (to := offered_to(database, conversation)) else []
    assert sorted(found) == sorted(asked)
    with database.read() as session:
        sent = [one.payload for one in timeline.page(session, scope, conversation=conversation)]
    (notice,) = [one.text for one in sent if isinstance(one, MessageSent)]
    assert notice.startswith(told)


@pytest.mark.parametrize(
    ("channel", "text", "told"),
    [
        ("chat", "Guten Abend, ich möchte mein Zelt zurückgeben", "wieder da am 2026-11-23, 09:00 (GMT)"),
        ("chat", "Good evening, I would like to return my tent", "We are back on 2026-11-23, 09:00 (GMT)"),
        ("email", "Good evening, I would like to return my tent", ""),  # the mail is answered when they are back
    ],
)
def test_who_waits_live_after_hours_is_told_when_somebody_is_back(
    database: Database, scope: Scope, channel: str, text: str, told: str
) -> None:
    plan = parse_plan('timezone: Europe/London\nhours: {fri: "09:00-17:00", mon: "09:00-17:00"}')
    evening = datetime(2026, 11, 20, 20, 0, tzinfo=UTC)
    with database.write() as session:
        entry = inbox.receive(session, scope, Incoming(channel, Handle("email", "a@b.example"), text, evening), evening)
    assert entry.conversation is not None
    counts = [act(database, scope, evening + minutes * MINUTE, plan)[3] for minutes in (4, 6, 8, 60)]
    assert counts == ([0, 1, 0, 0] if told else [0, 0, 0, 0])
    with database.read() as session:
        sent = [one.payload for one in timeline.page(session, scope, conversation=entry.conversation)]
    notices = [one.text for one in sent if isinstance(one, MessageSent)]
    assert [told in one for one in notices] == ([True] if told else [])


@pytest.mark.usefixtures("staff")
def test_where_the_skilled_have_no_room_others_are_asked_after_a_while_and_it_says_so(
    database: Database, scope: Scope, now: datetime
) -> None:
    found = [arrives(database, scope, now, f"v{number}") for number in range(3)]
    act(database, scope, now)
    left = next(one for one in found if not offered_to(database, one))
    act(database, scope, now + MINUTE)
    assert offered_to(database, left) == ""
    with database.write() as session:
        for one in set(found) - {left}:
            offers.accept(session, scope, one, offered_to(database, one), now + MINUTE)
    act(database, scope, now + 3 * MINUTE)
    assert offered_to(database, left) == KIM
    with database.read() as session:
        offer = standing(remaining.of_conversation(session, left))
    assert offer is not None
    assert offer.reasons[0] == "nobody who knows about returns has been free so far: others are asked"


@pytest.mark.usefixtures("staff")
def test_who_waits_for_a_colleague_s_own_skill_comes_before_who_widened(
    database: Database, scope: Scope, now: datetime
) -> None:
    plan = PLAN.model_copy(update={"topics": PLAN.topics | {"stoves": Topic(words=("stove",), skills=("stoves",))}})
    with database.write() as session:
        for number in range(2):  # Sara and Imran are full, and Kim has two places
            ownership.take(session, scope, arrives_in(session, scope, now, f"b{number}"), (SARA, IMRAN)[number], now)
        profile: dict[str, object] = {"skills": ["stoves"], "languages": ["en"], "capacity": {"chat": 2}}
        add_staff(session, scope, NewStaff(KIM, KIM, "agent", profile=profile), now)
    older = [arrives(database, scope, now, f"v{number}") for number in range(2)]
    newer = arrives(database, scope, now + 4 * MINUTE, "w", "My stove is broken")
    act(database, scope, now + 4 * MINUTE, plan)
    assert [offered_to(database, one) for one in (*older, newer)] == ["", "", KIM]
    with database.read() as session:
        (waits, _) = propose(look(session, scope, plan, now + 4 * MINUTE), even(), plan)
    assert "kim@shop.example: keeps the room that is left for what they know (spare)" in why(waits)
    with database.write() as session:
        offers.decline(session, scope, newer, KIM, "", now + 5 * MINUTE)
    act(database, scope, now + 5 * MINUTE, plan)
    assert [offered_to(database, one) for one in older] == [KIM, ""]  # one place to spare, the last one is kept


@pytest.mark.usefixtures("staff")
def test_whoever_nobody_skilled_can_ever_serve_is_not_left_waiting(
    database: Database, scope: Scope, now: datetime
) -> None:
    conversation = arrives(database, scope, now)
    for _ in range(2):
        act(database, scope, now)
        with database.write() as session:
            offers.decline(session, scope, conversation, offered_to(database, conversation), "", now)
    act(database, scope, now)
    assert offered_to(database, conversation) == KIM
    with database.read() as session:
        offer = standing(remaining.of_conversation(session, conversation))
    assert offer is not None
    assert offer.reasons[0] == "nobody who knows about returns could take it: others are asked"


@pytest.mark.usefixtures("staff")
def test_who_served_them_well_is_known_and_preferred_where_that_did_good(
    database: Database, scope: Scope, now: datetime
) -> None:
    address, long_ago = Handle("email", "ana@post.example"), now - timedelta(days=9)
    with database.write() as session:
        ana = save_customer(session, scope, NewCustomer("c-2", "Ana", handles=(KnownHandle(address, True),)), long_ago)
    for who, days in ((IMRAN, 9), (SARA, 2)):  # Sara's may still reopen
        at = now - timedelta(days=days)
        with database.write() as session:
            asked = Incoming("chat", address, "I want to return it", at, customer=ana)
            past = inbox.receive(session, scope, asked, at).conversation
            assert past is not None
            ownership.take(session, scope, past, who, at)
            inbox.set_status(session, scope, past, "resolved", who, at)
    with database.write() as session:
        entry = inbox.receive(session, scope, Incoming("chat", address, "return please", now, customer=ana), now)
    with database.read() as session:
        (case,) = look(session, scope, PLAN, now).cases
    assert case.subject.served_by == {IMRAN}
    knew, not_knew = Subject("returns", "chat", served_by=frozenset({IMRAN})), Subject("returns", "chat")
    outcomes = [
        Outcome(IMRAN, subject, now - timedelta(hours=number), well)
        for number in range(10, 200)
        for subject, well in ((knew, number % 10 > 0), (not_knew, number % 2 > 0))
    ]
    with database.write() as session:
        step(session, scope, PLAN, learn(outcomes), now)
    assert entry.conversation is not None
    assert offered_to(database, entry.conversation) == IMRAN
    with database.read() as session:
        offer = standing(remaining.of_conversation(session, entry.conversation))
    assert offer is not None
    assert any("with colleagues who knew the customer" in reason for reason in offer.reasons)


@pytest.mark.usefixtures("staff")
def test_a_later_call_for_less_takes_nothing_back(database: Database, scope: Scope, now: datetime) -> None:
    conversation = arrives(database, scope, now)
    calls: tuple[tuple[Target, Priority], ...] = (("manager", "urgent"), ("faster", "high"), ("specialist", "high"))
    with database.write() as session:
        found = get_conversation(session, scope, conversation)
        for to, priority in calls:
            payload = ConversationEscalated("", to, priority, "they said so")
            timeline.append(session, scope, NewEntry(found.customer, payload, now, conversation), now)
    act(database, scope, now)
    assert offered_to(database, conversation) == ""
    with database.read() as session:
        (case,) = look(session, scope, PLAN, now + 10 * MINUTE).cases
    assert (case.priority, case.need.role, case.wide) == ("urgent", "manager", "never")
    with database.write() as session:
        add_staff(session, scope, NewStaff(SARA, "Sara", "manager"), now)
    act(database, scope, now + MINUTE)
    assert offered_to(database, conversation) == SARA


@pytest.mark.usefixtures("staff")
def test_a_second_answer_to_an_offer_changes_nothing(database: Database, scope: Scope, now: datetime) -> None:
    conversation = arrives(database, scope, now)
    act(database, scope, now)
    with database.write() as session:
        found = standing(remaining.of_conversation(session, conversation))
        assert found is not None
        one = offers.answer(session, scope, found, "declined", now)
        two = offers.answer(session, scope, found, "timed_out", now)
    assert one == two
    assert isinstance(one.payload, OfferAnswered)
    assert one.payload.answer == "declined"


@pytest.mark.usefixtures("staff")
def test_taking_withdraws_the_offer(database: Database, scope: Scope, now: datetime) -> None:
    conversation = arrives(database, scope, now)
    act(database, scope, now)
    with database.write() as session:
        ownership.take(session, scope, conversation, KIM, now)
        last = timeline.latest_of(session, scope, conversation, ["offer_answered"])
    assert last is not None
    assert isinstance(last.payload, OfferAnswered)
    assert last.payload.answer == "withdrawn"
    assert offered_to(database, conversation) == ""


@pytest.mark.usefixtures("staff")
def test_a_customer_who_comes_back_comes_to_the_owner_or_when_gone_to_the_queue(
    database: Database, scope: Scope, now: datetime
) -> None:
    conversation = arrives(database, scope, now)
    with database.write() as session:
        ownership.take(session, scope, conversation, SARA, now)
        inbox.reply(session, scope, Reply(conversation, "Done", SARA), now + MINUTE)
        inbox.set_status(session, scope, conversation, "resolved", SARA, now + MINUTE)
    with database.write() as session:  # chats that ended begin anew: this is a reply into the thread itself
        opened = get_conversation(session, scope, conversation)
        back = MessageReceived("chat", "It broke again, return please")
        timeline.append(session, scope, NewEntry(opened.customer, back, now + 60 * MINUTE, conversation), now)
    assert act(database, scope, now + 61 * MINUTE) == (0, 0, 0, 0)
    with database.read() as session:
        again = get_conversation(session, scope, conversation)
    assert (again.owner, again.status, again.waiting) == (SARA, "open", True)
    with database.write() as session:
        session.execute(update(StaffRow).where(StaffRow.email == SARA).values(active=False))
    assert act(database, scope, now + 62 * MINUTE)[2] == 1
    assert offered_to(database, conversation) == IMRAN


@pytest.mark.usefixtures("staff")
def test_an_owner_who_went_home_gives_a_live_chat_back_soon(database: Database, scope: Scope, now: datetime) -> None:
    hours: dict[str, object] = {"fri": "08:00-10:00"}
    with database.write() as session:
        profile = {"skills": ["returns"], "languages": ["en"], "hours": hours}
        add_staff(session, scope, NewStaff(SARA, "Sara", "agent", profile=profile), now)
    conversation = arrives(database, scope, now + 55 * MINUTE)
    with database.write() as session:
        ownership.take(session, scope, conversation, SARA, now + 55 * MINUTE)
    assert act(database, scope, now + 59 * MINUTE)[2] == 0
    assert act(database, scope, now + 61 * MINUTE)[2] == 1
    assert offered_to(database, conversation) == IMRAN


@pytest.mark.usefixtures("staff")
def test_an_owner_who_closed_the_console_gives_a_live_chat_back_soon(
    database: Database, scope: Scope, now: datetime
) -> None:
    conversation = arrives(database, scope, now)
    other = arrives(database, scope, now, "t", "My stove is broken")
    with database.write() as session:
        ownership.take(session, scope, conversation, SARA, now)
        presence.note(session, scope, conversation, Sign(SARA), now)
        presence.note(session, scope, other, Sign(SARA), now + 10 * MINUTE)  # busy elsewhere, but there
    assert act(database, scope, now + 10 * MINUTE)[2] == 0
    with database.write() as session:
        presence.note(session, scope, other, Sign(SARA, there=False), now + 11 * MINUTE)
    with database.read() as session:
        assert presence.present(session, scope, other, now + 11 * MINUTE).looking == ()
    assert act(database, scope, now + 12 * MINUTE)[2] == 0
    assert act(database, scope, now + 14 * MINUTE)[2] == 1
    assert offered_to(database, conversation) == IMRAN


def test_a_promise_longer_than_the_limit_is_kept(database: Database, scope: Scope, now: datetime) -> None:
    plan = PLAN.model_copy(update={"reply_minutes": {"chat": 120.0}})
    with database.write() as session:
        add_staff(session, scope, NewStaff(SARA, "Sara", "agent"), now)
    conversation = arrives(database, scope, now)
    with database.write() as session:
        ownership.take(session, scope, conversation, SARA, now)
    assert act(database, scope, now + 100 * MINUTE, plan)[2] == 0
    assert act(database, scope, now + 121 * MINUTE, plan)[2] == 1
