"""The journey of a message that we send first, on a real record: proposed, refused, held out, sent, stopped."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from assistant.outreach.approving import Said, approve
from assistant.outreach.campaign import run
from assistant.outreach.report import preview, report
from assistant.outreach.sampling import waiting
from assistant.outreach.stopping import hear, is_stop, stop
from assistant.outreach.terms import Campaign
from assistant.outreach.triggers import parse_triggers
from knowledge.customers import remaining, timeline
from knowledge.customers.consent import consents_of
from knowledge.customers.entries import Entry, Handle, MessageSent, OrderRecorded
from knowledge.customers.inbox import Incoming, receive
from knowledge.customers.outreach_entries import KINDS, OutreachRefused, OutreachSent, OutreachStopped
from knowledge.customers.record import KnownHandle, NewCustomer, save_customer
from knowledge.customers.survey_entries import SurveyAsked
from knowledge.customers.timeline import NewEntry
from knowledge.database import Database
from knowledge.failures import Conflict
from knowledge.ids import CustomerId, EntryId, IssueId
from knowledge.scope import Scope

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
MAIL = Handle("email", "maya@example.org")
YAML = """
sender: {name: Tarnfell}
triggers:
  - name: late
    when: {kind: delivery_late}
    purpose: service
    channels: [email]
    subject: Your order $order
    text: "Hello $name, your order $order is late."
    holdout: 0
"""
PLAN = Campaign(parse_triggers(YAML), stop_link=lambda customer: f"https://example.org/stop/{customer}")


def changed(**fields: object) -> Campaign:
    trigger = PLAN.plan.triggers[0].model_copy(update=fields)
    return replace(PLAN, plan=PLAN.plan.model_copy(update={"triggers": (trigger,)}))


@pytest.fixture
def maya(database: Database, scope: Scope) -> CustomerId:
    with database.write() as session:
        new = NewCustomer("cus-1", name="Maya", timezone="Europe/London", handles=(KnownHandle(MAIL, True),))
        customer = save_customer(session, scope, new, NOW)
        late = OrderRecorded("TF-1", "late")
        timeline.append(session, scope, NewEntry(customer, late, NOW - timedelta(hours=1)), NOW)
    return customer


def entries(database: Database, scope: Scope, customer: CustomerId, *kinds: str) -> list[Entry]:
    with database.read() as session:
        return remaining.of_kinds(session, scope, [customer], kinds or KINDS)


def only(database: Database, scope: Scope) -> Entry:
    with database.read() as session:
        (found,) = waiting(session, scope, PLAN.plan, NOW)
    return found


def test_a_firing_is_proposed_once_and_sent_once_when_approved(
    database: Database, scope: Scope, maya: CustomerId
) -> None:
    assert run(database, scope, PLAN, NOW) == {"proposed": 1}
    assert run(database, scope, PLAN, NOW + timedelta(minutes=5)) == {}
    proposal = only(database, scope)

    done = approve(database, scope, PLAN, Said(proposal.id, True, "ana@example.com"), NOW + timedelta(minutes=9))

    assert isinstance(done.payload, OutreachSent)
    (message,) = entries(database, scope, maya, "message_sent")
    assert isinstance(message.payload, MessageSent)
    assert (message.payload.delivery, message.payload.address) == ("queued", MAIL)
    assert "Hello Maya, your order TF-1 is late." in message.payload.text
    assert f"https://example.org/stop/{maya}" in message.payload.text
    with pytest.raises(Conflict):
        approve(database, scope, PLAN, Said(proposal.id, True, "ben@example.com"), NOW + timedelta(minutes=10))
    with database.read() as session:
        assert waiting(session, scope, PLAN.plan, NOW) == []


def test_at_night_it_is_refused_with_its_facts_and_proposed_in_the_morning(
    database: Database, scope: Scope, maya: CustomerId
) -> None:
    night = NOW - timedelta(hours=1, minutes=30)
    with database.write() as session:
        timeline.append(session, scope, NewEntry(maya, OrderRecorded("TF-2", "late"), night), night)

    assert run(database, scope, PLAN, night) == {"refused": 1}
    assert run(database, scope, PLAN, night + timedelta(minutes=1)) == {}
    (refused,) = entries(database, scope, maya)
    assert isinstance(refused.payload, OutreachRefused)
    assert refused.payload.rule == "quiet_hours"
    assert refused.payload.facts["zone"] == "Europe/London"
    assert run(database, scope, changed(fresh_hours=48), NOW)["proposed"] == 1


def test_the_guard_is_asked_again_right_before_sending(database: Database, scope: Scope, maya: CustomerId) -> None:
    run(database, scope, PLAN, NOW)
    proposal = only(database, scope)
    with database.write() as session:
        stop(session, scope, maya, OutreachStopped("link", "customer"), NOW)

    done = approve(database, scope, PLAN, Said(proposal.id, True, "ana@example.com"), NOW + timedelta(minutes=1))

    assert isinstance(done.payload, OutreachRefused)
    assert (done.payload.rule, done.payload.step) == ("objection", "sending")
    assert entries(database, scope, maya, "message_sent") == []


def test_who_is_held_out_gets_nothing_and_is_counted(database: Database, scope: Scope, maya: CustomerId) -> None:
    everybody = changed(holdout=1.0, approval="trusted")

    assert run(database, scope, everybody, NOW) == {"held_out": 1}
    assert run(database, scope, everybody, NOW + timedelta(hours=1)) == {}
    with database.read() as session:
        (told,) = report(session, scope, NOW)
    assert told.counts == {"held_out": 1}
    assert entries(database, scope, maya, "message_sent") == []


def test_a_trusted_trigger_sends_by_itself_but_not_more_often_than_the_caps_say(
    database: Database, scope: Scope, maya: CustomerId
) -> None:
    trusted = changed(approval="trusted")
    assert run(database, scope, trusted, NOW) == {"proposed": 1, "sent": 1}
    with database.write() as session:
        timeline.append(session, scope, NewEntry(maya, OrderRecorded("TF-9", "late"), NOW), NOW)

    assert run(database, scope, trusted, NOW + timedelta(hours=2)) == {"refused": 1}
    assert [one.kind for one in entries(database, scope, maya)][-1] == "outreach_refused"
    last = entries(database, scope, maya)[-1].payload
    assert isinstance(last, OutreachRefused)
    assert last.rule == "frequency_cap"


def test_a_survey_by_mail_counts_towards_the_caps_and_can_be_answered_with_stop(
    database: Database, scope: Scope, maya: CustomerId
) -> None:
    with database.write() as session:
        asked = SurveyAsked("csat", IssueId("a" * 32), "email", message=EntryId("b" * 32))
        timeline.append(session, scope, NewEntry(maya, asked, NOW - timedelta(hours=3)), NOW)

    assert run(database, scope, changed(approval="trusted"), NOW) == {"refused": 1}
    (refused,) = entries(database, scope, maya)
    assert isinstance(refused.payload, OutreachRefused)
    assert refused.payload.rule == "frequency_cap"
    with database.write() as session:
        said = receive(session, scope, Incoming("email", MAIL, "Stop", NOW, external_id="s1"), NOW)
        assert hear(session, scope, said, NOW)


def test_the_word_stop_counts_before_and_after_anything_acted_on_it(
    database: Database, scope: Scope, maya: CustomerId
) -> None:
    run(database, scope, changed(approval="trusted"), NOW)
    later = NOW + timedelta(minutes=30)
    with database.write() as session:
        said = receive(session, scope, Incoming("email", MAIL, "STOP!", later, external_id="m1"), later)
    with database.write() as session:
        assert hear(session, scope, said, later)
        assert not hear(session, scope, said, later)
    with database.read() as session:
        assert consents_of(session, scope, [maya]).objects("outreach", "sms")


def test_a_stop_word_means_nothing_to_who_was_never_written_to(
    database: Database, scope: Scope, maya: CustomerId
) -> None:
    with database.write() as session:
        said = receive(session, scope, Incoming("email", MAIL, "cancel", NOW, external_id="m1"), NOW)
        assert not hear(session, scope, said, NOW)
    assert entries(database, scope, maya, "consent_withdrawn") == []


@pytest.mark.parametrize("text", ["STOP", "stop.", " Unsubscribe ", "please stop", "Opt-out", "opt out!", "Désabonner"])
def test_one_word_is_enough_to_stop(text: str) -> None:
    assert is_stop(text)


@pytest.mark.parametrize("text", ["", "stop sending the wrong size", "at the end", "stop " * 100_000, "\0", "🛑"])
def test_other_words_do_not_stop(text: str) -> None:
    assert not is_stop(text)


def test_what_comes_from_the_record_brings_no_link_along(database: Database, scope: Scope, maya: CustomerId) -> None:
    with database.write() as session:
        evil = OrderRecorded("https://evil.example/pay", "late")
        timeline.append(session, scope, NewEntry(maya, evil, NOW), NOW)

    assert run(database, scope, PLAN, NOW) == {"refused": 1}
    (refused,) = entries(database, scope, maya)
    assert isinstance(refused.payload, OutreachRefused)
    assert refused.payload.rule == "content"


def test_the_preview_names_whom_it_would_have_reached(database: Database, scope: Scope, maya: CustomerId) -> None:
    with database.read() as session:
        (found,) = preview(session, scope, PLAN.plan, NOW)
        assert preview(session, scope, PLAN.plan, NOW + timedelta(days=100)) == []

    assert (found.trigger, found.customer, found.why) == ("late", maya, "order TF-1 is late")


def test_a_proposal_that_is_turned_down_stays_so(database: Database, scope: Scope, maya: CustomerId) -> None:
    run(database, scope, PLAN, NOW)

    approve(database, scope, PLAN, Said(only(database, scope).id, False, "ana@example.com"), NOW)

    assert run(database, scope, PLAN, NOW + timedelta(hours=1)) == {}
    assert entries(database, scope, maya, "message_sent") == []
