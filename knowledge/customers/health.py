"""Customer health: 0 to 100 from five parts, each with its reason; what is not known does not count."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy.orm import Session

from knowledge.customers import feeling, persons, remaining
from knowledge.customers.conversations import Conversation
from knowledge.customers.entries import Entry
from knowledge.customers.feeling import SCALES
from knowledge.customers.issue_rows import Issue
from knowledge.customers.issues import Wanted, conversations_of, list_issues
from knowledge.customers.weighing import AS_SHIPPED, Part, Weighing
from knowledge.ids import CustomerId, IssueId
from knowledge.scope import Scope

Band = Literal["red", "amber", "green"]
_MONTH, _QUARTER, _YEAR = timedelta(days=30), timedelta(days=90), timedelta(days=365)
_USAGE = frozenset({"product_event", "page_viewed", "order_recorded"})
KINDS = _USAGE | feeling.KINDS


@dataclass(frozen=True)
class HealthPart:
    """One part: its value from 0 (bad) to 1, the share of the score that it has, and why."""

    name: str
    value: float
    weight: float
    reason: str


@dataclass(frozen=True)
class Health:
    """The score, its band and its parts; `unknown` names the parts of which nothing is known."""

    score: float
    band: Band
    parts: tuple[HealthPart, ...]
    unknown: tuple[str, ...]


@dataclass(frozen=True)
class Told:
    """What the score is made of: entries of `KINDS`, the issues with their conversations, and how it is weighed."""

    entries: Sequence[Entry]
    issues: Sequence[Issue]
    conversations: Mapping[IssueId, Sequence[Conversation]]
    weighing: Weighing = AS_SHIPPED


def measure(told: Told, now: datetime) -> Health | None:
    """Return `100·Σ w·s` over the parts that are known, their weights made to sum to 1.

    `None` when nothing is known, or nothing but usage: one old order makes nobody red.
    """
    weigh = told.weighing.weight
    found = {name: part(told, now) for name, part in _PARTS.items() if weigh(name)}
    known = {name: result for name, result in found.items() if result is not None}
    if known.keys() <= {"usage"}:
        return None
    total = sum(weigh(name) for name in known)
    parts = tuple(
        HealthPart(name, round(value, 4), round(weigh(name) / total, 4), reason)
        for name, (value, reason) in known.items()
    )
    score = 100 * sum(weigh(name) * value for name, (value, _) in known.items()) / total
    unknown = tuple(name for name in found if name not in known)
    return Health(round(score, 1), band_of(score, told.weighing), parts, unknown)


def band_of(score: float, weighing: Weighing = AS_SHIPPED) -> Band:
    """Return the band of a score."""
    return "red" if score < weighing.red_below else ("green" if score >= weighing.green_from else "amber")


def health_of(
    session: Session, scope: Scope, customer: CustomerId, now: datetime, weighing: Weighing = AS_SHIPPED
) -> Health | None:
    """Return the health of the person a record belongs to."""
    records = persons.records_of(session, scope, customer)
    return healths_of(session, scope, {customer: records}, now, weighing)[customer]


def healths_of(
    session: Session,
    scope: Scope,
    people: Mapping[CustomerId, tuple[CustomerId, ...]],
    now: datetime,
    weighing: Weighing = AS_SHIPPED,
) -> dict[CustomerId, Health | None]:
    """Return the health of several persons, each with all their records, by one read of each table."""
    owner = {record: person for person, records in people.items() for record in records}
    found = list_issues(session, scope, Wanted(customer=tuple(owner)), limit=500 * max(1, len(people)))
    members = conversations_of(session, scope, [issue.id for issue in found])
    issues: dict[CustomerId, list[Issue]] = {person: [] for person in people}
    for issue in found:
        for person in {owner[one.customer] for one in members[issue.id] if one.customer in owner}:
            issues[person].append(issue)
    entries: dict[CustomerId, list[Entry]] = {person: [] for person in people}
    for entry in remaining.of_kinds(session, scope, list(owner), KINDS):
        entries[owner[entry.customer]].append(entry)
    return {person: measure(Told(entries[person], issues[person], members, weighing), now) for person in people}


def _satisfaction(told: Told, now: datetime) -> tuple[float, str] | None:
    answers = feeling.fold_surveys(entry for entry in told.entries if now - entry.at <= _YEAR)
    answers.pop("fcr", None)  # whether one contact was enough is no satisfaction
    if not answers:
        return None
    values = [(one.mean - SCALES[name][0]) / (SCALES[name][1] - SCALES[name][0]) for name, one in answers.items()]
    said = ", ".join(f"{name.upper()} {one.mean:g} (n={one.answers})" for name, one in answers.items())
    return sum(values) / len(values), f"Mean answers of the last year: {said}."


def _usage(told: Told, now: datetime) -> tuple[float, str] | None:
    ages = [now - entry.at for entry in told.entries if entry.kind in _USAGE]
    if not ages:
        return None
    recent, before = sum(age <= _MONTH for age in ages), sum(_MONTH < age <= _QUARTER for age in ages) / 2
    value = min(1.0, recent / before) if before else float(recent > 0)
    return value, f"{recent} visits, orders and product events in 30 days; {before:g} a month in the 60 days before."


def _open_issues(told: Told, now: datetime) -> tuple[float, str] | None:
    if not told.issues:
        return None
    ages = [(now - issue.opened_at) / timedelta(days=1) for issue in told.issues if issue.status != "resolved"]
    if not ages:
        return 1.0, "No issue is open."
    oldest = max(ages)
    left = max(0.0, 1 - oldest / told.weighing.open_days)
    return left, f"The oldest of {len(ages)} open issues is {oldest:.0f} days old."


def _repeats(told: Told, now: datetime) -> tuple[float, str] | None:
    recent = [issue.id for issue in told.issues if now - issue.opened_at <= _QUARTER]
    if not recent:
        return None
    again = sum(max(0, len(told.conversations.get(issue, ())) - 1) for issue in recent)
    return max(0.0, 1 - again / told.weighing.repeats), f"{again} further contacts about the same problem in 90 days."


def _mood(told: Told, now: datetime) -> tuple[float, str] | None:
    trend = feeling.fold_mood(entry for entry in told.entries if now - entry.at <= _QUARTER)
    if trend is None:
        return None
    said = f"Mood {trend.level:+.2f} over {trend.known} of {trend.messages} messages in 90 days"
    return (trend.level + 1) / 2, f"{said}, change {trend.change:+.2f}."


_PARTS: Mapping[Part, Callable[[Told, datetime], tuple[float, str] | None]] = {
    "satisfaction": _satisfaction,
    "usage": _usage,
    "open issues": _open_issues,
    "repeats": _repeats,
    "mood": _mood,
}
