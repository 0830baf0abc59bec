"""What agents do with drafts: taken as they are, changed (by how much), turned down, left."""

from collections.abc import Iterator, Sequence

from evals.live.measures import Measure, Period, mean, median, rate, share
from evals.live.stories import Draft, Story


def drafts(stories: Sequence[Story], period: Period) -> Iterator[Measure]:
    """Acceptance of the drafts that were judged, likeness of what was sent (1 − Levenshtein / longer length)."""
    shown = [(one, draft) for one in stories for draft in one.drafts if period.holds(draft.at)]
    judged = [(one, draft) for one, draft in shown if draft.verdict != "ignored"]
    verdicts = [draft.verdict for _, draft in shown]
    parts = {name: share(verdicts.count(name), len(verdicts)) for name in ("accepted", "edited", "rejected", "ignored")}
    yield rate(
        "draft_acceptance",
        "Drafts sent as they were, of those judged",
        [draft.verdict == "accepted" for _, draft in judged],
        parts=parts,
    )
    used = [(one, draft) for one, draft in judged if draft.sent]
    yield mean(
        "draft_likeness",
        "How much of a used draft was sent unchanged",
        [likeness(draft.text, draft.sent) for _, draft in used],
        "",
        [one.issue for one, _ in used],
        parts={"words kept (F1)": _mean([kept_words(draft.text, draft.sent) for _, draft in used])},
    )


def draft_times(stories: Sequence[Story], period: Period) -> Iterator[Measure]:
    """From when a draft was shown until the reply that came of it went out."""
    shown = [draft for one in stories for draft in one.drafts if period.holds(draft.at)]
    taken = [seconds for seconds in map(seconds_to_send, shown) if seconds is not None]
    yield median("draft_seconds", "From a draft to the reply", taken, "s", good=-1)


def likeness(draft: str, sent: str) -> float:
    """1 − Levenshtein distance / length of the longer text; 1 of two empty texts."""
    from rapidfuzz.distance import Levenshtein

    return float(Levenshtein.normalized_similarity(draft, sent))


def kept_words(draft: str, sent: str) -> float:
    """F1 of the words of both texts, each as often as it stands there."""
    from collections import Counter

    one, two = Counter(draft.lower().split()), Counter(sent.lower().split())
    both = sum((one & two).values())
    total = sum(one.values()) + sum(two.values())
    return 2 * both / total if total else 1.0


def seconds_to_send(draft: Draft) -> float | None:
    """From when the draft was shown until the reply went out."""
    return None if draft.sent_at is None else (draft.sent_at - draft.at).total_seconds()


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None
