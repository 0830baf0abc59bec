"""The report put together: measures now and before, what changed, the journey map, themes, gaps, what to do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from assistant.answering.outcomes import Outcome
from evals.live.bot import funnel
from evals.live.journeys import Way, ways
from evals.live.measures import Measure, Period
from evals.live.measuring import Told, measure_all
from evals.live.stories import Story
from evals.report.actions import Action, propose
from evals.report.changes import Change, changes
from evals.report.gaps import Gap, Unanswered, find_gaps
from evals.report.judged import Judged
from evals.report.reasons import reasons
from evals.report.themes import Embed, Theme, themes

WEEK = timedelta(days=7)
WEEKS = 8
# Drawn over the weeks, in the order they stand in the report.
TRENDS = (
    "issues_with_repeats",
    "resolution_without_repeats",
    "first_contact_resolution",
    "context_preservation",
    "first_response",
    "csat",
)


@dataclass(frozen=True)
class Source:
    """What the report is made from: the stories, how the bot's conversations ended, verdicts on stated chances,
    questions without an answer, costs and hours."""

    stories: Sequence[Story]
    told: Told
    judged: Sequence[Judged] = ()
    unanswered: Sequence[Unanswered] = ()

    @property
    def outcomes(self) -> Sequence[Outcome]:
        """How the bot's conversations ended."""
        return self.told.outcomes


@dataclass(frozen=True)
class Trend:
    """A measure week by week, the oldest first; `labels` are the days the weeks begin."""

    title: str
    labels: tuple[str, ...]
    measures: tuple[Measure, ...]


@dataclass(frozen=True)
class Report:
    """All of it. `headline` are at most three sentences on what changed; nothing to tell is said too."""

    period: Period
    before: Period
    headline: tuple[str, ...]
    measures: tuple[Measure, ...]
    changes: tuple[Change, ...]
    trends: tuple[Trend, ...]
    ways: tuple[Way, ...]
    funnel: dict[str, float]
    judged: tuple[Judged, ...]
    themes: tuple[Theme, ...]
    gaps: tuple[Gap, ...]
    actions: tuple[Action, ...]

    @property
    def change_of(self) -> dict[str, Change]:
        """The changes by the name of their measure."""
        return {one.now.name: one for one in self.changes}


def build(source: Source, period: Period, embed: Embed) -> Report:
    """Build the report of a period, beside the period of the same length before it."""
    before = Period(period.since - (period.until - period.since), period.since, period.now)
    now = measure_all(source.stories, period, source.told)
    earlier = measure_all(source.stories, before, source.told)
    compared = changes(now, earlier)
    journey = ways(source.stories, period)
    found = themes(source.stories, period, before, embed)
    gaps = find_gaps([one for one in source.unanswered if period.holds(one.at)], embed)
    begun = sum(period.holds(one.opened_at) for one in source.stories)
    return Report(
        period=period,
        before=before,
        headline=tuple(_with_reasons(compared, source, period, before)),
        measures=tuple(now),
        changes=tuple(compared),
        trends=tuple(_trends(source, period)),
        ways=tuple(journey),
        funnel=funnel(begun, source.outcomes, period),
        judged=tuple(source.judged),
        themes=tuple(found),
        gaps=tuple(gaps),
        actions=tuple(propose(now, journey, found, gaps)),
    )


def _with_reasons(compared: Sequence[Change], source: Source, period: Period, before: Period) -> list[str]:
    """The headline, each sentence with where most of the difference lies."""
    told = _surest(compared)
    found = reasons(told, source.stories, (period, before), source.told)
    lines = headline(compared)
    whys = [f" {found[one.now.name].sentence}" if one.now.name in found else "" for one in told]
    return [f"{line}{why}" for line, why in zip(lines, whys, strict=True)] if told else lines


def _surest(compared: Sequence[Change]) -> list[Change]:
    return sorted((one for one in compared if one.told), key=lambda one: (one.p or 0.0, one.now.name))[:3]


def headline(compared: Sequence[Change]) -> list[str]:
    """What changed beyond chance, the surest first; else that nothing can be told, and from how much."""
    told = _surest(compared)
    if told:
        return [_sentence(one) for one in told]
    enough = sum(one.direction == "cannot tell" for one in compared)
    if enough:
        return [f"Nothing changed beyond chance: {enough} measures had enough cases to compare."]
    return ["Too few cases to tell whether anything changed."]


def _sentence(change: Change) -> str:
    """In words: which way it went, the two values, and how sure the difference is."""
    now, before = change.now, change.before
    unit = {"%": " %", "points": " points", "": ""}.get(now.unit, f" {now.unit}")
    values = f"{now.value:.3g}{unit} instead of {before.value:.3g}{unit} (n {now.n} and {before.n})"
    sure = f"a difference of {change.difference:+.3g}, with 95 % certainty {change.low:+.3g} to {change.high:+.3g}"
    numbers = f"{values}; {sure}".replace("-", "−")
    return f"{change.direction.capitalize()}: {now.title}: {numbers}."


def _trends(source: Source, period: Period) -> list[Trend]:
    weeks = [
        Period(period.until - WEEK * (place + 1), period.until - WEEK * place, period.now) for place in range(WEEKS)
    ][::-1]
    measured = [{one.name: one for one in measure_all(source.stories, week, source.told)} for week in weeks]
    labels = tuple(f"{week.since:%d %b}" for week in weeks)
    return [Trend(measured[0][name].title, labels, tuple(week[name] for week in measured)) for name in TRENDS]
