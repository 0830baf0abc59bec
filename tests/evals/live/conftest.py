"""Small stories with known answers."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from evals.live.contacts import contacts
from evals.live.measures import Period
from evals.live.stories import Change, Message, Story

MONDAY = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


def at(hours: float) -> datetime:
    """So many hours after Monday, nine o'clock."""
    return MONDAY + timedelta(hours=hours)


def told(script: str, issue: str = "i1", customer: str = "c1", **more: object) -> Story:
    """A story from lines "hours channel speaker text"; a speaker `=resolved` is a status by `text`."""
    said, changes = [], []
    for number, line in enumerate(script.strip().splitlines()):
        hours, channel, speaker, text = line.strip().split(" ", 3)
        if speaker.startswith("="):
            changes.append(Change(speaker[1:], at(float(hours)), text))  # type: ignore[arg-type]
            continue
        who, _, author = speaker.partition(":")
        name, public = channel.rstrip("!"), channel.endswith("!")
        entry = f"{issue}-{number}"
        said.append(Message(entry, who, author, text, at(float(hours)), name, f"{issue}-{name}", public))  # type: ignore[arg-type]
    return Story(issue, customer, "returns", contacts(said), tuple(changes), **more)  # type: ignore[arg-type]


@pytest.fixture
def tell() -> Callable[..., Story]:
    return told


@pytest.fixture
def when() -> Callable[[float], datetime]:
    return at


@pytest.fixture
def november() -> Period:
    return Period(MONDAY - timedelta(days=1), MONDAY + timedelta(days=27), MONDAY + timedelta(days=60))
