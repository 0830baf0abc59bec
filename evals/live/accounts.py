"""Who stays: customers with an account that runs at the start of a period, and who of them has none at its end."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time

from sqlalchemy.orm import Session

from evals.live.measures import Measure, Period, rate, share
from knowledge.customers import persons, timeline
from knowledge.customers.entries import Entry
from knowledge.customers.record_entries import AccountRecorded
from knowledge.customers.seldom import of_kinds
from knowledge.customers.tables import EntryRow
from knowledge.scope import Scope

# What billing systems call an account that has ended; any other word is one that runs.
ENDED = frozenset(
    {"cancelled", "canceled", "churned", "closed", "deactivated", "deleted", "ended", "expired"}
    | {"inactive", "lapsed", "terminated"}
)


@dataclass(frozen=True)
class Account:
    """Whose account it is, and from when on it ran or did not, in the order of time."""

    customer: str
    states: tuple[tuple[datetime, bool], ...]

    def runs(self, at: datetime) -> bool:
        """Whether it ran at that moment."""
        return next((running for since, running in reversed(self.states) if since <= at), False)


def read_accounts(session: Session, scope: Scope) -> list[Account]:
    """Return every account that billing ever told of, with the person whose it is."""
    query = timeline.ENTRIES.where(of_kinds(scope, "account_recorded"))
    entries = [timeline.read_row(row) for row in session.execute(query.order_by(EntryRow.at, EntryRow.seq))]
    whose = persons.persons_of(session, scope, {one.customer for one in entries})
    told: dict[tuple[str, str], list[Entry]] = {}
    for entry in entries:
        if isinstance(entry.payload, AccountRecorded):
            told.setdefault((whose[entry.customer], entry.payload.account), []).append(entry)
    return [Account(person, tuple(_states(own))) for (person, _), own in told.items()]


def _states(entries: Sequence[Entry]) -> Iterator[tuple[datetime, bool]]:
    """What was first told of an account says since when it ran before that."""
    first = entries[0]
    assert isinstance(first.payload, AccountRecorded)
    if first.payload.since is not None:
        begun = datetime.combine(first.payload.since, time(), UTC)
        if begun < first.at:
            yield begun, True
    for entry in entries:
        assert isinstance(entry.payload, AccountRecorded)
        yield entry.at, entry.payload.status.strip().lower() not in ENDED


def churn(accounts: Sequence[Account], period: Period) -> Measure:
    """Customers who had an account at the start and have none at the end, of those who had one (METRICS: churn).

    Who left and came back within the period has stayed.
    """
    end = min(period.until, period.now)
    began = {one.customer for one in accounts if one.runs(period.since)}
    ended = {one.customer for one in accounts if one.runs(end)}
    parts = {
        "retained": share(len(began & ended), len(began)),
        "with an account at the end": float(len(ended)),
        "new or back": float(len(ended - began)),
    }
    return rate(
        "churn",
        "Customers who left, of those with an account at the start",
        [one not in ended for one in sorted(began)],
        good=-1,
        parts=parts,
        note="accounts as billing told of them",
    )
