"""Every live measure of a period, in the order a manager reads them."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from assistant.answering.outcomes import Outcome
from evals.live.accounts import Account, churn
from evals.live.arms import Outreached
from evals.live.bot import bot_part, bot_resolution
from evals.live.consistency import consistency
from evals.live.drafts import draft_times, drafts
from evals.live.effects import Skilled, gained, outreach, routing, untold
from evals.live.handovers import handovers
from evals.live.joins import Join, joins
from evals.live.journeys import journeys
from evals.live.measures import Measure, Period
from evals.live.money import Costs, suggestions
from evals.live.resolution import Solvable, everything, resolution
from evals.live.social import social
from evals.live.staffing import Staffed, staffing
from evals.live.stories import Story
from evals.live.syncing import sync_lag
from evals.live.times import Hours, times
from evals.live.voices import voices
from evals.live.work import work
from knowledge.customers.lags import Counts


@dataclass(frozen=True)
class Told:
    """What the record tells besides the stories: how the bot's conversations ended, whom we wrote to first, accounts;
    costs, the hours of business, what policy lets be solved at once, and who has the skills that an issue takes."""

    outcomes: Sequence[Outcome] = ()
    costs: Costs = field(default_factory=Costs)
    hours: Hours = field(default_factory=Hours)
    outreached: Outreached = field(default_factory=Outreached)
    accounts: Sequence[Account] = ()
    solvable: Solvable = everything
    skilled: Skilled = untold
    joins: Sequence[Join] = ()
    lags: Counts = field(default_factory=dict)
    staffed: Staffed = field(default_factory=Staffed)


def measure_all(stories: Sequence[Story], period: Period, told: Told | None = None) -> list[Measure]:
    """Measure a period; speed never stands without repeats, which come first."""
    told = told or Told()
    worked = list(work(stories, period, told.costs))
    contact = next((one.value for one in worked if one.name == "cost_per_contact"), None) or 0.0
    return [
        *resolution(stories, period, told.solvable),
        *handovers(stories, period),
        *journeys(stories, period),
        *voices(stories, period),
        churn(told.accounts, period),
        joins(told.joins, period),
        *times(stories, period, told.hours),
        *consistency(stories, period, told.hours),
        sync_lag(told.lags, period),
        *bot_part(stories, period),
        *bot_resolution(told.outcomes, period),
        *drafts(stories, period),
        *draft_times(stories, period),
        *social(stories, period),
        *routing(stories, period, told.skilled),
        *outreach(told.outreached, period),
        *worked,
        *staffing(told.staffed, stories, period),
        *suggestions(stories, period),
        gained(stories, told.outreached, period, told.costs, contact),
    ]
