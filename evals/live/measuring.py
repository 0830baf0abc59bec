"""Every live measure of a period, in the order a manager reads them."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from assistant.answering.outcomes import Outcome
from evals.live.bot import bot_resolution
from evals.live.drafts import drafts
from evals.live.handovers import handovers
from evals.live.journeys import journeys
from evals.live.measures import Measure, Period
from evals.live.resolution import resolution
from evals.live.social import social
from evals.live.stories import Story
from evals.live.times import Working, calendar, times
from evals.live.voices import voices
from evals.live.work import Costs, work


@dataclass(frozen=True)
class Told:
    """What the record tells besides the stories: how the bot's conversations ended, costs, working hours."""

    outcomes: Sequence[Outcome] = ()
    costs: Costs = field(default_factory=Costs)
    working: Working = calendar


def measure_all(stories: Sequence[Story], period: Period, told: Told | None = None) -> list[Measure]:
    """Measure a period; speed never stands without repeats, which come first."""
    told = told or Told()
    return [
        *resolution(stories, period),
        *handovers(stories, period),
        *journeys(stories, period),
        *voices(stories, period),
        *times(stories, period, told.working),
        *bot_resolution(told.outcomes, period),
        *drafts(stories, period),
        *social(stories, period),
        *work(stories, period, told.costs),
    ]
