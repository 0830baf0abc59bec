"""What customers say of us: satisfaction, effort, recommendation, each with how many were heard."""

from collections.abc import Iterator, Sequence

from evals.live.measures import Measure, Period, mean, rate, share
from evals.live.stories import Story, Survey


def voices(stories: Sequence[Story], period: Period) -> Iterator[Measure]:
    """CSAT (top two of five), CES 2.0 in three ways that are never mixed, NPS; coverage beside each."""
    answers = [(one, survey) for one in stories for survey in one.surveys if period.holds(survey.at)]
    done = [one for one in stories if period.holds(one.last_resolved_at)]
    yield _csat(answers, done)
    yield from _ces([survey.score for _, survey in answers if survey.kind == "ces"])
    yield _nps([survey.score for _, survey in answers if survey.kind == "nps"])
    yield _fcr(answers, done)


def _csat(answers: Sequence[tuple[Story, Survey]], done: Sequence[Story]) -> Measure:
    """Ratings of 4 or 5 of all ratings; by channel in the parts, and how many resolved issues were rated at all."""
    rated = [(story, survey) for story, survey in answers if survey.kind == "csat"]
    by_channel: dict[str, list[bool]] = {}
    for story, survey in rated:
        by_channel.setdefault(survey.channel or story.channels[-1], []).append(survey.score >= 4)
    heard = sum(any(survey.kind == "csat" for survey in one.surveys) for one in done)
    asked = sum(one.surveyed for one in done)
    parts = {channel: share(sum(good), len(good)) for channel, good in sorted(by_channel.items())}
    parts |= {"coverage of resolved issues": share(heard, len(done)), "response rate": share(heard, asked)}
    return rate("csat", "Satisfied customers (4 or 5 of 5)", [survey.score >= 4 for _, survey in rated], parts=parts)


def _fcr(answers: Sequence[tuple[Story, Survey]], done: Sequence[Story]) -> Measure:
    """% of yes to "was it solved the first time you contacted us?", beside the rate that the record tells."""
    told = [survey.score == 1 for _, survey in answers if survey.kind == "fcr"]
    heard = sum(any(survey.kind == "fcr" for survey in one.surveys) for one in done)
    parts = {"coverage of resolved issues": share(heard, len(done))}
    return rate("fcr_by_survey", "Say it was solved at the first contact", told, parts=parts)


def _ces(scores: Sequence[int]) -> Iterator[Measure]:
    """ "The company made it easy for me to handle my issue", 1 to 7 (CES 2.0, 2013)."""
    yield mean("ces_mean", "Effort score, mean (1–7, 7 is easy)", [float(one) for one in scores], "")
    yield rate("ces_agree", "Say it was easy (5–7)", [one >= 5 for one in scores])
    index = [100.0 * ((one >= 6) - (one <= 3)) for one in scores]
    yield mean("ces_index", "Effort index, %(6,7) − %(1,2,3)", index, "points")


def _nps(scores: Sequence[int]) -> Measure:
    """% 9–10 minus % 0–6 (Reichheld 2003), −100 to 100."""
    parts = {
        "promoters": share(sum(one >= 9 for one in scores), len(scores)),
        "detractors": share(sum(one <= 6 for one in scores), len(scores)),
    }
    net = [100.0 * ((one >= 9) - (one <= 6)) for one in scores]
    return mean("nps", "Net promoter score", net, "points", parts=parts)
