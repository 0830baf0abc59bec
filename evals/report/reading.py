"""What the report is made from, read from the record in one go."""

from dataclasses import dataclass, field, fields
from datetime import datetime

from sqlalchemy.orm import Session

from assistant.answering.judging import labels
from assistant.answering.outcomes import read_outcomes
from evals.live.accounts import read_accounts
from evals.live.arms import read_outreached
from evals.live.measuring import Told
from evals.live.money import Costs
from evals.live.reading import read_stories
from evals.live.resolution import Solvable, everything
from evals.live.staffing import read_staffed
from evals.live.times import Hours
from evals.report.building import WEEK, WEEKS, Source
from evals.report.gaps import read_unanswered
from evals.report.judged import Judged
from knowledge.customers.lags import lags_of
from knowledge.failures import Rejected
from knowledge.scope import Scope

_AMOUNTS = tuple(field.name for field in fields(Costs) if field.name != "currency")


@dataclass(frozen=True)
class Given:
    """What the record does not hold: costs, the hours of business with what is promised in them, and what policy lets
    be solved at once."""

    costs: Costs = field(default_factory=Costs)
    hours: Hours = field(default_factory=Hours)
    solvable: Solvable = everything


def read_source(session: Session, scope: Scope, since: datetime, now: datetime, given: Given) -> Source:
    """Read everything that happened from `since` on (and the eight weeks of the trends before `now`)."""
    begin = min(since, now - WEEK * WEEKS)
    stories = read_stories(session, scope, begin)
    outreached = read_outreached(session, scope, stories, begin)
    return Source(
        stories=stories,
        told=Told(
            outcomes=read_outcomes(session, scope, now),
            costs=given.costs,
            hours=given.hours,
            outreached=outreached,
            accounts=read_accounts(session, scope),
            solvable=given.solvable,
            lags=lags_of(session, scope),
            staffed=read_staffed(session, scope, begin, now),
        ),
        judged=[Judged(one.chance, one.right) for one in labels(session, scope)],
        unanswered=read_unanswered(session, scope, begin),
    )


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
