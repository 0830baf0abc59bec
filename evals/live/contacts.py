"""Contacts: where one ends and the next begins, channel by channel (METRICS: contact sessionisation)."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from itertools import pairwise

from evals.live.stories import Contact, Message

LIVE = timedelta(minutes=30)
MESSENGER = timedelta(hours=24)
# Channels where people sit and wait for the answer, and those where they put the phone away.
PAUSES = {
    "chat": LIVE,
    "web": LIVE,
    "app": LIVE,
    "whatsapp": MESSENGER,
    "sms": MESSENGER,
    "instagram": MESSENGER,
    "facebook": MESSENGER,
    "x": MESSENGER,
    "telegram": MESSENGER,
}
CALLS = ("phone", "call", "voice", "video")


def contacts(messages: Iterable[Message]) -> tuple[Contact, ...]:
    """Return the contacts of an issue's messages, in the order of their beginning.

    A call or video is one contact for each conversation. On e-mail a customer's message after our answer begins a new
    one. Elsewhere a pause does: 30 minutes where people wait, 24 hours on messengers.
    """
    threads: dict[tuple[str, str], list[Message]] = {}
    for message in sorted(messages, key=lambda one: one.at):
        threads.setdefault((message.channel, message.conversation), []).append(message)
    found = [
        Contact(channel, conversation, tuple(run))
        for (channel, conversation), said in threads.items()
        for run in _runs(channel, said)
    ]
    return tuple(sorted(found, key=lambda one: one.start))


def _runs(channel: str, said: Sequence[Message]) -> list[list[Message]]:
    runs = [[said[0]]]
    for before, message in pairwise(said):
        if _begins(channel, before, message):
            runs.append([])
        runs[-1].append(message)
    return runs


def _begins(channel: str, before: Message, message: Message) -> bool:
    if channel in CALLS:
        return False
    if channel == "email":
        return message.speaker == "customer" and before.speaker != "customer"
    return message.at - before.at > PAUSES.get(channel, MESSENGER)
