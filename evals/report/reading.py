"""What the report is made from, read from the record in one go."""

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from datetime import datetime

from sqlalchemy.orm import Session

from assistant.answering.judging import labels
from assistant.answering.outcomes import read_outcomes
from evals.live.measuring import Told
from evals.live.reading import read_stories
from evals.live.times import Working, calendar
from evals.live.work import Costs
from evals.report.building import WEEK, WEEKS, Source
from evals.report.judged import Judged
from knowledge.customers.entries import SuggestionShown
from knowledge.customers.tables import EntryRow
from knowledge.customers.timeline import ENTRIES, read_row
from knowledge.failures import Rejected
from knowledge.scope import Scope, within

_AMOUNTS = tuple(field.name for field in fields(Costs) if field.name != "currency")


@dataclass(frozen=True)
class Given:
    """What the record does not hold: costs, and what counts as working time."""

    costs: Costs = field(default_factory=Costs)
    working: Working = calendar


def read_source(session: Session, scope: Scope, since: datetime, now: datetime, given: Given) -> Source:
    """Read everything that happened from `since` on (and the eight weeks of the trends before `now`)."""
    begin = min(since, now - WEEK * WEEKS)
    told = Told(read_outcomes(session, scope, now), given.costs, given.working)
    return Source(
        stories=read_stories(session, scope, begin),
        told=told,
        judged=[Judged(one.chance, one.right) for one in labels(session, scope)],
        unanswered=list(_unanswered(session, scope, begin)),
    )


def _unanswered(session: Session, scope: Scope, since: datetime) -> Iterator[tuple[datetime, str]]:
    """Questions for which a suggestion was asked and none could be made."""
    shown = (within(scope, EntryRow), EntryRow.kind == "suggestion_shown", EntryRow.at >= since)
    for row in session.execute(ENTRIES.where(*shown).order_by(EntryRow.seq)):
        entry = read_row(row)
        if isinstance(entry.payload, SuggestionShown) and entry.payload.decision == "abstain":
            yield entry.at, entry.payload.question


def read_costs(text: str) -> Costs:
    """Read costs such as `agent_hour=34, platform=900, currency=EUR`.

    Raises:
        Rejected: a part is no `name=amount`, or names nothing that costs.
    """
    told: dict[str, float] = {}
    currency = ""
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        name, _, value = (piece.strip() for piece in part.partition("="))
        if name == "currency":
            currency = value[:8]
        elif name in _AMOUNTS:
            told[name] = _amount(name, value)
        else:
            raise Rejected(f"{name} is no cost.", f"One of {', '.join(_AMOUNTS)}, currency.")
    return Costs(**told, currency=currency)


def _amount(name: str, value: str) -> float:
    try:
        amount = float(value)
    except ValueError:
        amount = -1.0
    if not 0 <= amount < 1e12:
        raise Rejected(f"{name} is no amount: {value!r}.", "Write it as agent_hour=34.50.")
    return amount
