"""What we send first, as it leaves: a yes of yesterday is no yes of now, and every mail carries the way to stop it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.channels.channel import NotTaken, Outgoing
from api.channels.delivering import deliver
from api.outreach.outreaching import open_campaign
from api.parts import Parts
from assistant.outreach.campaign import run
from assistant.outreach.stopping import stop
from knowledge.customers import consent, holds, inbox, outbox, remaining, timeline
from knowledge.customers.delivery_entries import DeliveryFailed, DeliveryRetried
from knowledge.customers.entries import Entry, Handle, OrderRecorded
from knowledge.customers.inbox import Incoming
from knowledge.customers.outreach_entries import OutreachRefused, OutreachStopped, objection
from knowledge.customers.privacy_entries import HoldSet
from knowledge.customers.record import KnownHandle, NewCustomer, save_customer
from knowledge.customers.timeline import NewEntry
from knowledge.ids import CustomerId

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
MAIL = Handle("email", "maya@example.org")
YAML = """
sender: {name: Tarnfell}
triggers:
  - {name: late, when: {kind: delivery_late}, purpose: service, channels: [email], subject: Your order,
     text: "Hello $name, your order is late.", holdout: 0, approval: trusted}
"""


class Post:
    """A provider in this process; the first `busy` times it wants the message later."""

    name = "email"
    settles_after = timedelta(0)

    def __init__(self, busy: int = 0) -> None:
        self.taken: list[Outgoing] = []
        self.busy = busy

    def deliver(self, outgoing: Outgoing) -> str:
        self.busy -= 1
        if self.busy >= 0:
            raise NotTaken("Later, please.")
        self.taken.append(outgoing)
        return outgoing.message

    def find(self, outgoing: Outgoing) -> bool:
        return any(one.message == outgoing.message for one in self.taken)


@pytest.fixture
def post() -> Post:
    return Post()


@pytest.fixture
def reaching(parts: Parts, post: Post, tmp_path: Path) -> Parts:
    file = tmp_path / "outreach.yaml"
    file.write_text(YAML)
    told = {"outreach": file, "public_url": "https://support.example.org"}
    settings = parts.settings.model_copy(update=told)
    return replace(parts, settings=settings, channels={"email": post}, clock=lambda: NOON)


@pytest.fixture
def maya(reaching: Parts) -> CustomerId:
    with reaching.database.write() as session:
        new = NewCustomer("cus-1", name="Maya", timezone="Europe/London", handles=(KnownHandle(MAIL, True),))
        customer = save_customer(session, reaching.scope, new, NOON)
        timeline.append(session, reaching.scope, NewEntry(customer, OrderRecorded("TF-1", "late"), NOON), NOON)
    return customer


@pytest.fixture
def sent(reaching: Parts, maya: CustomerId) -> Entry:
    """A message that a trusted trigger has put into the outbox."""
    campaign = open_campaign(reaching.settings)
    assert campaign is not None
    assert run(reaching.database, reaching.scope, campaign, NOON) == {"proposed": 1, "sent": 1}
    with reaching.database.read() as session:
        (entry,) = remaining.of_kinds(session, reaching.scope, [maya], ["message_sent"])
    return entry


def of(parts: Parts, customer: CustomerId, kind: str) -> list[Entry]:
    with parts.database.read() as session:
        return remaining.of_kinds(session, parts.scope, [customer], [kind])


def object_to_service(parts: Parts, maya: CustomerId) -> None:
    with parts.database.write() as session:
        consent.withdraw(session, parts.scope, maya, objection("told us", "kim@example.com"), NOON, NOON)


def stop_all(parts: Parts, maya: CustomerId) -> None:
    with parts.database.write() as session:
        stop(session, parts.scope, maya, OutreachStopped("the link", "customer"), NOON)


def hold(parts: Parts, maya: CustomerId) -> None:
    with parts.database.write() as session:
        holds.set_hold(session, parts.scope, maya, HoldSet(True, "court", "ada@example.com"), NOON)


def write_in(parts: Parts, _maya: CustomerId) -> None:
    with parts.database.write() as session:
        inbox.receive(session, parts.scope, Incoming("email", MAIL, "My tent leaks, too", NOON, external_id="1"), NOON)


def say_stop(parts: Parts, _maya: CustomerId) -> None:
    with parts.database.write() as session:
        inbox.receive(session, parts.scope, Incoming("email", MAIL, "STOP", NOON, external_id="1"), NOON)


def take_away(parts: Parts, _maya: CustomerId) -> None:
    assert parts.settings.outreach is not None
    parts.settings.outreach.write_text("sender: {name: Tarnfell}")


@pytest.mark.parametrize(
    ("meanwhile", "rule"),
    [
        (object_to_service, "objection"),
        (stop_all, "objection"),
        (hold, "suppression"),
        (write_in, "left_alone"),
        (say_stop, "left_alone"),
        (take_away, "trigger"),
    ],
)
def test_what_happened_between_the_yes_and_the_sending_counts(
    reaching: Parts, post: Post, maya: CustomerId, sent: Entry, meanwhile: Callable[..., None], rule: str
) -> None:
    meanwhile(reaching, maya)
    for _ in range(2):
        deliver(reaching, sent)
    assert post.taken == []
    with reaching.database.read() as session:
        assert outbox.waiting_of(session, reaching.scope, sent.id).state == "failed"
    (failed,) = of(reaching, maya, "delivery_failed")
    assert isinstance(failed.payload, DeliveryFailed)
    assert f"[{rule}]" in failed.payload.reason
    (refused,) = of(reaching, maya, "outreach_refused")
    assert isinstance(refused.payload, OutreachRefused)
    assert (refused.payload.step, refused.payload.rule) == ("delivering", rule)
    assert refused.payload.facts
    # and whoever presses "send again" asks the guard, too
    with reaching.database.write() as session:
        again = DeliveryRetried(sent.id, "email", "kim@example.com")
        retried = timeline.append(session, reaching.scope, NewEntry(maya, again, NOON, sent.conversation), NOON)
    deliver(reaching, retried)
    assert post.taken == []


def test_a_channel_that_keeps_us_waiting_is_no_way_around_the_guard(
    reaching: Parts, post: Post, maya: CustomerId, sent: Entry
) -> None:
    post.busy = 1
    with pytest.raises(NotTaken):
        deliver(reaching, sent)
    deliver(replace(reaching, clock=lambda: NOON + timedelta(hours=11)), sent)
    assert post.taken == []
    (failed,) = of(reaching, maya, "delivery_failed")
    assert isinstance(failed.payload, DeliveryFailed)
    assert "[quiet_hours]" in failed.payload.reason


def test_what_may_leave_leaves_once_with_the_way_to_stop_it(
    reaching: Parts, post: Post, maya: CustomerId, sent: Entry
) -> None:
    for _ in range(2):
        deliver(reaching, sent)
    (outgoing,) = post.taken
    assert outgoing.stop.startswith(f"https://support.example.org/stop/{maya}.")
    # the mail program's one click: no page before, no cookie, the body of RFC 8058
    with TestClient(create_app(reaching), base_url="https://support.example.org") as door:
        answer = door.post(outgoing.stop, data={"List-Unsubscribe": "One-Click"}, follow_redirects=False)
    assert answer.status_code == 200
    with reaching.database.read() as session:
        assert consent.consents_of(session, reaching.scope, [maya]).objects("outreach", "email")


def test_an_answer_of_a_colleague_is_asked_about_by_nobody(
    reaching: Parts, post: Post, maya: CustomerId, sent: Entry
) -> None:
    stop_all(reaching, maya)
    assert sent.conversation is not None
    with reaching.database.write() as session:
        reply = inbox.Reply(sent.conversation, "We have found your parcel.", "kim@example.com")
        answer = inbox.reply(session, reaching.scope, reply, NOON)
    deliver(reaching, answer)
    (outgoing,) = post.taken
    assert outgoing.stop == ""
