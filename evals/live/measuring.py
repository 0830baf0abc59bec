"""Every live measure of a period, in the order a manager reads them."""

from collections.abc import Sequence

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


def measure_all(
    stories: Sequence[Story], period: Period, costs: Costs | None = None, working: Working = calendar
) -> list[Measure]:
    """Measure a period; speed never stands without repeats, which come first."""
    return [
        *resolution(stories, period),
        *handovers(stories, period),
        *journeys(stories, period),
        *voices(stories, period),
        *times(stories, period, working),
        *bot_resolution(stories, period),
        *drafts(stories, period),
        *social(stories, period),
        *work(stories, period, costs or Costs()),
    ]
