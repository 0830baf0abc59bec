"""A message leaves once: whatever the provider answers, and wherever the worker ends."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from api.channels.channel import NotTaken, Outgoing, Refused, Unsure
from api.channels.delivering import DELIVER, deliver, give_up
from api.channels.web_chat import WebChat, Written
from api.parts import Parts
from api.worker.work import Works
from api.worker.worker import open_worker
from knowledge.customers import inbox, outbox, remaining, timeline
from knowledge.customers.entries import Entry, Handle
from knowledge.customers.inbox import Reply
from knowledge.customers.timeline import NewEntry
from knowledge.failures import Unavailable
from tests.api.worker.conftest import QUICK, until

__all__ = ["until"]
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


class Provider:
    """A provider in this process: takes messages under their key, and answers as it is told."""

    name = "email"
    settles_after = timedelta(minutes=2)

    def __init__(self, *answers: Exception | None, asks: bool = True) -> None:
        self.taken: list[str] = []
        self._answers, self._asks = list(answers), asks

    def deliver(self, outgoing: Outgoing) -> str:
        answer = self._answers.pop(0) if self._answers else None
        if answer is None or isinstance(answer, Unsure):
            self.taken.append(outgoing.message)
        if answer is not None:
            raise answer
        return f"<{outgoing.message}@shop.example>"

    def find(self, outgoing: Outgoing) -> bool | None:
        return outgoing.message in self.taken if self._asks else None


@pytest.fixture
def sent(parts: Parts, arrive: Callable[..., Entry]) -> Entry:
    asked = arrive("Where is it?")
    with parts.database.write() as session:
        return inbox.reply(session, parts.scope, Reply(asked.conversation, "On its way", "kim@example.com"), NOW)


def at(parts: Parts, provider: Provider, moment: datetime = NOW) -> Parts:
    return replace(parts, channels={"email": provider}, clock=lambda: moment)


def state(parts: Parts, sent: Entry) -> tuple[str, bool]:
    with parts.database.read() as session:
        found = outbox.waiting_of(session, parts.scope, sent.id)
    return found.state, found.unsure


def kinds(parts: Parts, sent: Entry) -> list[str]:
    with parts.database.read() as session:
        entries = remaining.of_conversation(session, sent.conversation)
    return [entry.kind for entry in entries if entry.seq > sent.seq]


def test_it_leaves_once_however_often_it_is_asked(parts: Parts, sent: Entry) -> None:
    provider = Provider()
    for _ in range(3):
        deliver(at(parts, provider), sent)
    assert provider.taken == [sent.id]
    assert state(parts, sent) == ("delivered", False)
    assert kinds(parts, sent) == ["message_delivered"]


def test_not_now_is_tried_again_and_never_is_said(parts: Parts, sent: Entry) -> None:
    provider = Provider(NotTaken("Greylisted."), Refused("No such user."))
    with pytest.raises(NotTaken):
        deliver(at(parts, provider), sent)
    assert state(parts, sent) == ("queued", False)
    deliver(at(parts, provider), sent)
    assert (state(parts, sent), provider.taken) == (("failed", False), [])
    assert kinds(parts, sent) == ["delivery_failed"]


def test_an_answer_that_was_lost_is_found_out(parts: Parts, sent: Entry) -> None:
    provider = Provider(Unsure("The connection broke."))
    with pytest.raises(Unsure):
        deliver(at(parts, provider), sent)
    deliver(at(parts, provider), sent)
    assert (provider.taken, state(parts, sent)) == ([sent.id], ("delivered", False))


def test_killed_before_it_left_it_leaves_after_the_provider_had_time(parts: Parts, sent: Entry) -> None:
    provider = Provider()
    with parts.database.write() as session:
        outbox.begin(session, parts.scope, sent.id, NOW)  # and here it was killed
    with pytest.raises(Unavailable, match="not known yet"):
        deliver(at(parts, provider, NOW + timedelta(seconds=30)), sent)
    assert provider.taken == []
    deliver(at(parts, provider, NOW + timedelta(minutes=3)), sent)
    assert provider.taken == [sent.id]


def test_a_clock_set_back_holds_nothing_up_for_good(parts: Parts, sent: Entry) -> None:
    provider = Provider()
    with parts.database.write() as session:
        outbox.begin(session, parts.scope, sent.id, NOW)
    deliver(at(parts, provider, NOW - timedelta(days=1)), sent)
    assert provider.taken == [sent.id]


def test_where_nobody_can_tell_it_is_not_sent_twice_and_said(parts: Parts, sent: Entry) -> None:
    provider = Provider(Unsure("lost"), asks=False)
    with pytest.raises(Unsure):
        deliver(at(parts, provider), sent)
    for _ in range(2):
        deliver(at(parts, provider, NOW + timedelta(minutes=3)), sent)
    assert (provider.taken, state(parts, sent)) == ([sent.id], ("failed", True))
    with parts.database.write() as session:  # an agent decides
        wish = outbox.ask_again(session, parts.scope, sent.id, "kim@example.com")
        again = timeline.append(session, parts.scope, NewEntry(sent.customer, wish, NOW, sent.conversation), NOW)
    deliver(at(parts, provider), again)
    assert (provider.taken, state(parts, sent)) == ([sent.id, sent.id], ("delivered", False))


def test_who_gives_up_says_so(parts: Parts, sent: Entry) -> None:
    give_up(at(parts, Provider()), sent, "The provider does not answer.")
    give_up(at(parts, Provider()), sent, "The provider does not answer.")
    assert kinds(parts, sent) == ["delivery_failed"]


def test_a_channel_without_connector_waits(parts: Parts, sent: Entry) -> None:
    deliver(replace(parts, channels={}), sent)
    assert state(parts, sent) == ("queued", False)


def test_a_worker_delivers_what_waited_before_it_began(
    parts: Parts, sent: Entry, until: Callable[[Callable[[], object]], None]
) -> None:
    provider = Provider()
    with open_worker(replace(parts, channels={"email": provider}), Works(reactions=[DELIVER]), QUICK):
        until(lambda: state(parts, sent) == ("delivered", False))
    assert provider.taken == [sent.id]


def test_the_web_chat_is_a_channel_too(parts: Parts, arrive: Callable[..., Entry]) -> None:
    here = Handle("chat", "s1")
    customer = arrive("x").customer
    said = WebChat().parse(Written(here, customer, here, "Hello", "k1"), NOW)
    assert (said.channel, said.external_id, said.customer) == ("chat", "s1:k1", customer)
    assert said.verified
