"""How a customer feels about us: the trend of their messages' mood, and their answers to surveys."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from knowledge.customers.entries import Entry, SurveyAnswered
from knowledge.customers.record_entries import MoodNoted
from knowledge.customers.survey_entries import Survey
from knowledge.ids import EntryId

KINDS = frozenset({"mood_noted", "survey_answered"})
# Lowest and highest answer of each survey.
SCALES: dict[Survey, tuple[int, int]] = {"csat": (1, 5), "ces": (1, 7), "nps": (0, 10), "fcr": (0, 1)}
# A message counts half as much as the one three after it.
_FADES = 0.5 ** (1 / 3)


@dataclass(frozen=True)
class MoodTrend:
    """The mood of the latest messages, the newest weighing most: `level` and `change` lie between -1 and 1 (-2 and 2).

    `change` is the mean of the last three less the mean of those before, 0 while there are fewer than four. `known` of
    `messages` could be judged.
    """

    level: float
    change: float
    known: int
    messages: int


@dataclass(frozen=True)
class Satisfaction:
    """Answers to one survey: how many, the latest, their mean, and the figure that is reported of it.

    CSAT: percent of 4 and 5. CES: the mean. NPS: percent of 9–10 less percent of 0–6. FCR: percent of yes.
    """

    survey: Survey
    answers: int
    last: int
    last_at: datetime
    mean: float
    figure: float


def fold_mood(entries: Iterable[Entry]) -> MoodTrend | None:
    """Return the trend over moods in whatever order they came, `None` where no message was judged.

    A message that was judged again counts once, as it was judged last.
    """
    latest: dict[EntryId, tuple[datetime, int, MoodNoted]] = {}
    for entry in entries:
        if isinstance(entry.payload, MoodNoted):
            found = (entry.at, entry.seq, entry.payload)
            known = latest.get(entry.payload.message, found)
            latest[entry.payload.message] = max(known, found, key=lambda one: one[1])
    told = [said.score for _, _, said in sorted(latest.values(), key=lambda one: one[:2]) if said.score is not None]
    if not told:
        return None
    weights = [_FADES**age for age in range(len(told) - 1, -1, -1)]
    level = sum(weight * score for weight, score in zip(weights, told, strict=True)) / sum(weights)
    before, last = told[:-3], told[-3:]
    change = sum(last) / len(last) - sum(before) / len(before) if before else 0.0
    return MoodTrend(round(level, 4), round(change, 4), len(told), len(latest))


def fold_surveys(entries: Iterable[Entry]) -> dict[Survey, Satisfaction]:
    """Return what the answers come to, by survey; those without an answer are left out."""
    given: dict[Survey, list[tuple[datetime, int, int]]] = {}
    for entry in entries:
        if isinstance(entry.payload, SurveyAnswered):
            given.setdefault(entry.payload.survey, []).append((entry.at, entry.seq, entry.payload.score))
    return {survey: _satisfaction(survey, sorted(answers)) for survey, answers in sorted(given.items())}


def _satisfaction(survey: Survey, answers: list[tuple[datetime, int, int]]) -> Satisfaction:
    scores = [score for _, _, score in answers]
    mean = sum(scores) / len(scores)
    figures = {
        "csat": 100 * sum(score >= 4 for score in scores) / len(scores),
        "ces": mean,
        "nps": 100 * (sum(score >= 9 for score in scores) - sum(score <= 6 for score in scores)) / len(scores),
        "fcr": 100 * mean,
    }
    last_at, _, last = answers[-1]
    return Satisfaction(survey, len(scores), last, last_at, round(mean, 4), round(figures[survey], 4))
