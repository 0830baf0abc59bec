"""Moments at which a trigger goes off, found in one person's entries; the same for a preview and for the real run."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from assistant.outreach import whens
from knowledge.customers.entries import Entry, MessageReceived, MessageSent, OrderRecorded, PageViewed, SurveyAnswered
from knowledge.customers.facts.statements import promises_in
from knowledge.customers.health import Told, measure
from knowledge.customers.record_entries import AccountRecorded, ProductEvent
from knowledge.ids import EntryId


@dataclass(frozen=True)
class Fired:
    """A trigger went off: when, because of which entry, why in words, and what a text may name."""

    at: datetime
    evidence: EntryId | None
    why: str
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Others:
    """What happened to others: for each product event, when each person had it and then wrote to us."""

    wrote: Mapping[str, Mapping[str, datetime]] = field(default_factory=dict)


Entries = Sequence[Entry]


def firings(when: whens.When, person: str, entries: Entries, others: Others, until: datetime) -> list[Fired]:
    """Return the moments up to `until` at which a trigger goes off for a person, in order."""
    told = sorted((one for one in entries if one.payload is not None), key=lambda one: (one.at, one.seq))
    find = _FINDERS[type(when)]
    found = [one for one in find(when, person, told, others, until) if one.at <= until]
    return sorted(found, key=lambda one: one.at)


def _late(when: whens.DeliveryLate, _p: str, entries: Entries, _o: Others, _u: datetime) -> Iterator[Fired]:
    orders: dict[str, list[tuple[Entry, OrderRecorded]]] = {}
    for one in entries:
        if isinstance(one.payload, OrderRecorded):
            orders.setdefault(one.payload.order, []).append((one, one.payload))
    for order, told in orders.items():
        said = next((one for one, payload in told if payload.status in when.statuses), None)
        if said is not None:
            yield Fired(said.at, said.id, f"order {order} is late", {"order": order})
        else:
            yield from _overdue(when, order, told)


def _overdue(when: whens.DeliveryLate, order: str, told: list[tuple[Entry, OrderRecorded]]) -> Iterator[Fired]:
    placed = next((payload.placed_at for _, payload in told if payload.placed_at), None)
    due = placed + timedelta(days=when.days) if placed and when.days else None
    if due is None or any(payload.status in when.done and one.at <= due for one, payload in told):
        return
    before = [one for one, _ in told if one.at <= due]
    if before:
        yield Fired(due, before[-1].id, f"order {order} is not there after {when.days} days", {"order": order})


def _payment(when: whens.PaymentFailed, _p: str, entries: Entries, _o: Others, _u: datetime) -> Iterator[Fired]:
    for one in entries:
        said = one.payload
        if isinstance(said, ProductEvent) and said.name in when.events:
            yield Fired(one.at, one.id, f"{said.name} in the product")
        elif isinstance(said, AccountRecorded) and said.status in when.statuses:
            yield Fired(one.at, one.id, f"the account is {said.status}", {"plan": said.plan})


def _visits(when: whens.PageVisits, _p: str, entries: Entries, _o: Others, _u: datetime) -> Iterator[Fired]:
    within = timedelta(hours=when.within_hours)
    seen: list[Entry] = []
    for one in entries:
        if isinstance(one.payload, PageViewed) and when.url in one.payload.url:
            seen = [*(past for past in seen if one.at - past.at < within), one]
            if len(seen) == when.visits:
                title = one.payload.title or one.payload.url
                yield Fired(one.at, one.id, f"looked at it {when.visits} times", {"page": title})
                seen = []


def _promise(when: whens.PromiseDue, _p: str, entries: Entries, _o: Others, _u: datetime) -> Iterator[Fired]:
    for place, one in enumerate(entries):
        said = one.payload
        if not isinstance(said, MessageSent) or not promises_in(said.text):
            continue
        due = one.at + timedelta(days=when.days)
        later = (past for past in entries[place + 1 :] if past.conversation == one.conversation and past.at <= due)
        if not any(isinstance(past.payload, MessageSent) for past in later):
            yield Fired(due, one.id, f"promised {when.days} days ago, and nothing said since")


def _survey(when: whens.SurveyUnhappy, _p: str, entries: Entries, _o: Others, _u: datetime) -> Iterator[Fired]:
    for one in entries:
        said = one.payload
        if isinstance(said, SurveyAnswered) and said.survey == when.survey and said.score <= when.most:
            yield Fired(one.at, one.id, f"rated {said.survey} {said.score}")


def _incident(when: whens.Incident, _p: str, entries: Entries, _o: Others, _u: datetime) -> Iterator[Fired]:
    for one in reversed(entries):
        if one.at <= when.began and _is_hit(when, one):
            yield Fired(when.began, one.id, f"incident: {when.name}")
            return


def _is_hit(when: whens.Incident, entry: Entry) -> bool:
    match entry.payload:
        case AccountRecorded(plan=plan):
            return plan in when.plans
        case ProductEvent(name=name):
            return name in when.events
        case OrderRecorded(items=items):
            return any(item.sku in when.skus for item in items if item.sku)
    return False


def _health(when: whens.HealthFalling, _p: str, entries: Entries, _o: Others, until: datetime) -> Iterator[Fired]:
    for place, one in enumerate(entries):
        now = _score(entries[: place + 1], one.at)
        before = _score([past for past in entries[:place] if past.at <= one.at - timedelta(days=when.days)], one.at)
        if now is not None and before is not None and before - now >= when.points and one.at <= until:
            yield Fired(one.at, one.id, f"health fell from {before:.0f} to {now:.0f} in {when.days} days")
            return


def _score(entries: Entries, at: datetime) -> float | None:
    found = measure(Told(entries, (), {}), at)
    return found.score if found else None


def _similar(when: whens.SameProblem, person: str, entries: Entries, others: Others, _u: datetime) -> Iterator[Fired]:
    times = sorted(at for who, at in others.wrote.get(when.event, {}).items() if who != person)
    enough = times[when.customers - 1] if len(times) >= when.customers else None
    for one in entries:
        if enough is None or not isinstance(one.payload, ProductEvent) or one.payload.name != when.event:
            continue
        at = max(one.at, enough)
        wrote = any(isinstance(past.payload, MessageReceived) and one.at <= past.at <= at for past in entries)
        if not wrote and at - one.at <= timedelta(days=when.days):
            yield Fired(at, one.id, f"{when.event}, about which {len(times)} others wrote to us")
            return


_FINDERS: Mapping[type, Callable[..., Iterator[Fired]]] = {
    whens.DeliveryLate: _late,
    whens.PaymentFailed: _payment,
    whens.PageVisits: _visits,
    whens.PromiseDue: _promise,
    whens.SurveyUnhappy: _survey,
    whens.Incident: _incident,
    whens.HealthFalling: _health,
    whens.SameProblem: _similar,
}


def others_of(people: Iterable[tuple[str, Entries]], days: Mapping[str, int]) -> Others:
    """Return who had which product event and wrote within so many days of it; `days` by the event's name."""
    wrote: dict[str, dict[str, datetime]] = {name: {} for name in days}
    for person, entries in people:
        for one in entries:
            said: Any = one.payload
            if isinstance(said, ProductEvent) and said.name in days:
                at = _written_after(entries, one.at, days[said.name])
                if at is not None:
                    wrote[said.name].setdefault(person, at)
    return Others(wrote)


def _written_after(entries: Entries, at: datetime, days: int) -> datetime | None:
    times = (one.at for one in entries if isinstance(one.payload, MessageReceived) and one.at >= at)
    first = min(times, default=None)
    return first if first is not None and first - at <= timedelta(days=days) else None
