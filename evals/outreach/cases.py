"""Cases for the guard, drawn near every edge it has: consents, zones, clock changes, caps, words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TypeVar

from assistant.outreach.facts import Content, Facts, Policy
from knowledge.customers import consent
from knowledge.customers.entries import Entry
from knowledge.customers.privacy_entries import ConsentGiven, ConsentWithdrawn
from knowledge.ids import CustomerId, EntryId

T = TypeVar("T")
CHANNELS = ("email", "sms", "whatsapp", "x", "facebook")
PURPOSES = ("service", "survey", "marketing", "prize_draw")
STOPS = ("open_issue", "complaint", "bereavement", "vulnerable")
# Summer time in both halves of the world, half and quarter hours, a change of half an hour, days that do not exist.
ZONES = (
    "Europe/London", "America/New_York", "Asia/Kolkata", "Asia/Kathmandu", "Australia/Lord_Howe", "America/St_Johns",
    "Pacific/Chatham", "Pacific/Kiritimati", "Africa/Casablanca", "America/Santiago", "UTC",
)  # fmt: skip
# Around clock changes of 2026, and plain days.
DAYS = ((3, 29), (3, 8), (10, 25), (11, 1), (4, 5), (10, 4), (9, 27), (1, 1), (2, 28), (7, 15), (12, 31), (2, 18))


@dataclass(frozen=True)
class Saying:
    """One word on consent: about which purpose and channel (`""`: all), what, and how long before the moment."""

    purpose: str
    channel: str
    what: str  # given, withdrawn, objected
    ago: timedelta


@dataclass(frozen=True)
class Case:
    """A message that would be sent first, and all that bears on it, as plain as the world has it."""

    at: datetime
    purpose: str
    channel: str
    certainty: float
    erased: bool
    suppressed: bool
    held: bool
    sayings: tuple[Saying, ...]
    verified: bool
    stops: tuple[str, ...]
    zones: tuple[str, ...]
    inbound_ago: timedelta | None
    attempts_ago: tuple[timedelta, ...]
    content: Content
    held_out: bool


def draw_case(random: Random) -> Case:
    """Draw a case. Most of what it holds is in order, so that each rule is often the only one that can say no."""
    purpose = _mostly(random, ("service", "survey", "marketing"), PURPOSES)
    channel = _mostly(random, ("email", "sms"), CHANNELS)
    return Case(
        at=_moment(random),
        purpose=purpose,
        channel=channel,
        certainty=_mostly(random, (1.0, 0.99), (0.0, 0.98, 0.9899999, float("nan"))),
        erased=_rarely(random),
        suppressed=_rarely(random),
        held=_rarely(random),
        sayings=_sayings(random, purpose, channel),
        verified=not _rarely(random),
        stops=tuple(random.sample(STOPS, random.randint(1, 2))) if _rarely(random) else (),
        zones=_zones(random),
        inbound_ago=random.choice((None, *_around(random, timedelta(days=1)))),
        attempts_ago=_attempts(random),
        content=_content(random),
        held_out=random.random() < 0.1,
    )


def facts_of(case: Case) -> Facts:
    """Return what the guard is given of a case; consents go through the fold of the timeline, as they do in life."""
    return Facts(
        at=case.at,
        purpose=case.purpose,
        channel=case.channel,
        certainty=case.certainty,
        erased=case.erased,
        suppressed=case.suppressed,
        held=case.held,
        consents=consent.fold(_entries(case)),
        verified=case.verified,
        stops=case.stops,
        zones=case.zones,
        last_inbound=case.at - case.inbound_ago if case.inbound_ago is not None else None,
        attempts=tuple(case.at - ago for ago in case.attempts_ago),
        content=case.content,
        held_out=case.held_out,
    )


def _entries(case: Case) -> list[Entry]:
    found = []
    for number, one in enumerate(case.sayings):
        said: ConsentGiven | ConsentWithdrawn
        if one.what == "given":
            said = ConsentGiven(one.purpose, one.channel, "v1", "form", "customer")
        else:
            said = ConsentWithdrawn(one.purpose, one.channel, "mail", "customer", objection=one.what == "objected")
        at = case.at - one.ago
        found.append(Entry(number, EntryId(f"{number:032x}"), at, at, said.kind, CustomerId("c" * 32), None, said))
    return found


def _rarely(random: Random) -> bool:
    return random.random() < 0.06


def _mostly(random: Random, good: Sequence[T], other: Sequence[T]) -> T:
    return random.choice(other if random.random() < 0.12 else good)


def _moment(random: Random) -> datetime:
    month, day = random.choice(DAYS)
    # On the hour and half hour, a second before, or anywhere: edges of windows are hit in every zone.
    minutes = random.randrange(0, 24 * 60, 15)
    shift = random.choice((0, 0, -1, 1, random.randrange(900)))
    return datetime(2026, month, day, tzinfo=UTC) + timedelta(minutes=minutes, seconds=shift)


def _zones(random: Random) -> tuple[str, ...]:
    if _rarely(random):
        return random.choice(((), ("",), ("Mars/Olympus",), ("UTC", "../etc")))
    return tuple(random.choice(ZONES) for _ in range(1 if random.random() < 0.8 else 2))


def _around(random: Random, edge: timedelta) -> tuple[timedelta, ...]:
    second = timedelta(seconds=1)
    return (edge, edge - second, edge + second, edge * random.random(), edge * (1 + random.random()), -second)


def _attempts(random: Random) -> tuple[timedelta, ...]:
    edges = [timedelta(days=days) for days in (1, 7, 30)]
    count = random.choice((0, 0, 0, 1, 1, 2, 3, 4, 5))
    return tuple(random.choice(_around(random, random.choice((*edges[1:], *edges)))) for _ in range(count))


def _sayings(random: Random, purpose: str, channel: str) -> tuple[Saying, ...]:
    agreed = [Saying(purpose, random.choice(("", channel)), "given", _ago(random))] if random.random() < 0.8 else []
    more = random.choice((0, 0, 0, 1, 2))
    what = ("given", "withdrawn", "objected")
    about = (purpose, purpose, "outreach", random.choice(PURPOSES))
    agreed += [
        Saying(random.choice(about), random.choice(("", channel, "email")), random.choice(what), _ago(random))
        for _ in range(more)
    ]
    random.shuffle(agreed)
    return tuple(agreed)


def _ago(random: Random) -> timedelta:
    year = timedelta(days=365)
    far = _around(random, timedelta(days=730))
    return random.choice((*far, timedelta(0), timedelta(hours=1), year, year, year * random.random()))


def _content(random: Random) -> Content:
    return Content(
        chars=_mostly(random, (80, 2_000), (0, 2_001, -1)),
        cited=not _rarely(random),
        footer=not _rarely(random),
        sensitive=random.random() < 0.2,
        template=random.random() < 0.3,
    )


def policy() -> Policy:
    """The policy the cases are drawn for: the one that is shipped."""
    return Policy()
