"""What the report is made from, read from the record in one go."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime

from sqlalchemy.orm import Session

from assistant.answering.judging import labels
from assistant.answering.outcomes import read_outcomes
from evals.live.accounts import read_accounts
from evals.live.arms import read_outreached
from evals.live.effects import Skilled
from evals.live.joins import read_joins
from evals.live.measuring import Told
from evals.live.money import Costs
from evals.live.reading import read_stories
from evals.live.resolution import Solvable, everything
from evals.live.staffing import read_staffed
from evals.live.times import Hours
from evals.report.building import WEEK, WEEKS, Source
from evals.report.gaps import read_unanswered
from evals.report.judged import Judged
from handoff.agents.agent import agent_of
from knowledge.customers.lags import lags_of
from knowledge.failures import Rejected
from knowledge.scope import Scope
from knowledge.staff.people import Staff, list_staff

_AMOUNTS = tuple(field.name for field in fields(Costs) if field.name != "currency")


@dataclass(frozen=True)
class Given:
    """What the record does not hold: costs, the hours of business with what is promised in them, what policy lets be
    solved at once, and which skills (any one will do) an issue takes."""

    costs: Costs = field(default_factory=Costs)
    hours: Hours = field(default_factory=Hours)
    solvable: Solvable = everything
    skills_for: Callable[[str], frozenset[str]] = lambda _text: frozenset()


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
            skilled=_skilled(given.skills_for, list_staff(session, scope)),
            joins=read_joins(session, scope, begin),
            lags=lags_of(session, scope),
            staffed=read_staffed(session, scope, begin, now),
        ),
        judged=[Judged(one.chance, one.right) for one in labels(session, scope)],
        unanswered=read_unanswered(session, scope, begin),
    )


def _skilled(skills_for: Callable[[str], frozenset[str]], staff: Sequence[Staff]) -> Skilled:
    """Whether a colleague has one of the skills that an issue takes, as their profile is now."""
    has = {one.email: agent_of(one).skills for one in staff}

    def skilled(text: str, colleague: str) -> bool | None:
        wanted = skills_for(text)
        return bool(wanted & has[colleague]) if wanted and colleague in has else None

    return skilled


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
