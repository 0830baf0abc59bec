"""How far back a trigger looks, and at what: whom it cannot have gone off for is never read."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from assistant.outreach import whens
from assistant.outreach.triggers import Trigger

# An order may be on the record before it is placed: written down early, or booked in advance.
EARLY = timedelta(days=31)
HIT = ("account_recorded", "order_recorded", "product_event")
# Everything that some trigger looks at.
EVERYTHING = (
    *HIT,
    "page_viewed",
    "survey_answered",
    "message_received",
    "message_sent",
    "mood_noted",
)


@dataclass(frozen=True)
class Look:
    """What a trigger reads of a person (`kinds`), and whose: who has an entry of `among` since a moment."""

    kinds: tuple[str, ...]
    among: tuple[str, ...]
    back: timedelta = timedelta(0)


_LOOKS: Mapping[type, Callable[[Any], Look]] = {
    whens.DeliveryLate: lambda when: Look(
        ("order_recorded",), ("order_recorded",), timedelta(days=when.days) + EARLY if when.days else timedelta(0)
    ),
    whens.PaymentFailed: lambda _: Look(("product_event", "account_recorded"), ("product_event", "account_recorded")),
    whens.PageVisits: lambda _: Look(("page_viewed",), ("page_viewed",)),
    whens.PromiseDue: lambda when: Look(("message_sent",), ("message_sent",), timedelta(days=when.days)),
    whens.SurveyUnhappy: lambda _: Look(("survey_answered",), ("survey_answered",)),
    whens.Incident: lambda _: Look(HIT, HIT),
    whens.HealthFalling: lambda _: Look(EVERYTHING, EVERYTHING),
    whens.SameProblem: lambda when: Look(
        ("product_event", "message_received"), ("product_event",), timedelta(days=when.days)
    ),
}


@dataclass(frozen=True)
class Reading:
    """What a run reads: entries of `kinds` of every person who has one of a kind in `since` after its moment.

    `None` stands for any time.
    """

    kinds: tuple[str, ...]
    since: Mapping[str, datetime | None]


def reading(triggers: Iterable[Trigger], now: datetime, window: timedelta | None = None) -> Reading:
    """Return what has to be read to find every firing of the last `window` (each trigger's own hours without one)."""
    kinds: set[str] = set()
    since: dict[str, datetime | None] = {}
    for trigger in triggers:
        fresh = window if window is not None else timedelta(hours=trigger.fresh_hours)
        when, look = trigger.when, _LOOKS[type(trigger.when)](trigger.when)
        if isinstance(when, whens.Incident) and not now - fresh < when.began <= now:
            continue  # it goes off when it began, and at no other time
        kinds.update(look.kinds)
        begin = None if isinstance(when, whens.Incident) else now - fresh - look.back
        for kind in look.among:
            since[kind] = _earlier(begin, since.get(kind, begin))
    return Reading(tuple(sorted(kinds)), since)


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    return None if one is None or other is None else min(one, other)
