"""Blind review: two drafts side by side, which is which decided by a digest, people's verdicts on the timeline.

Pairs and verdicts are entries of the customer they are about: export shows them and erasure takes them.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from evals.core.comparing import LEVEL, Verdict
from evals.core.runs import Run
from evals.core.summary import SEED
from evals.intervals import Interval, mean_interval
from evals.replay.task import NAME
from knowledge.customers import timeline
from knowledge.customers.comparison_entries import ComparisonOffered, ComparisonRated, Preference
from knowledge.customers.entries import Entry
from knowledge.customers.record import get_customer
from knowledge.customers.timeline import NewEntry
from knowledge.failures import Conflict, NotFound, Rejected
from knowledge.ids import CustomerId
from knowledge.scope import Scope
from knowledge.staff.people import list_staff

MOST = 200
REVIEW = re.compile(r"^[a-z0-9][a-z0-9-]{0,39}$")
# What a replay keeps of each draft, as texts.
DRAFTED = ("customer", "conversation", "question", "text")
WORTH: dict[Preference, float] = {"one": -1.0, "other": 1.0, "tie": 0.0}


@dataclass(frozen=True)
class Pair:
    """A comparison as one person sees it: `left` and `right` are shown without their names."""

    number: int
    customer: CustomerId
    question: str
    left: str
    right: str
    done: int
    total: int


@dataclass(frozen=True)
class Result:
    """What people said: `preference` is −1 (always the first run) to 1 (always the second), a pair counting once.

    `wins`, `losses` and `ties` count pairs for the second run; `p` is the exact sign test over wins and losses.
    """

    review: str
    pairs: int
    verdicts: int
    wins: int
    losses: int
    ties: int
    preference: Interval | None
    p: float

    @property
    def verdict(self) -> Verdict:
        """Whether the second run is better in people's eyes."""
        if self.preference is None or self.p >= LEVEL or self.preference.low <= 0 <= self.preference.high:
            return "cannot tell"
        return "better" if self.preference.value > 0 else "worse"


def offer(session: Session, scope: Scope, review: str, runs: tuple[Run, Run], now: datetime) -> int:
    """Put up every moment where both runs drafted something and not the same; returns how many.

    Moments of customers who were forgotten since are left out.

    Raises:
        Rejected: the name is none, the runs are no replays, or they nowhere differ.
        Conflict: a review of that name is there.
    """
    if not REVIEW.match(review):
        raise Rejected("A review's name is of small letters, digits and hyphens, 40 at most.", "For example: spring-2")
    if {one.task for one in runs} != {NAME} or not all(map(_is_replay, runs)):
        raise Rejected("These are no replays.", "`threadline evals replay` makes them.")
    if timeline.find(session, scope, _offered(review, 0)) is not None:
        raise Conflict(f"There is a review {review}.", "Take another name.")
    news = list(_differing(session, scope, review, runs, now))[:MOST]
    if not news:
        raise Rejected("The two runs drafted nothing that differs.", "Compare another change.")
    timeline.append_many(session, scope, news, now)
    return len(news)


def next_pair(session: Session, scope: Scope, review: str, author: str) -> Pair | None:
    """Return the next pair this person has not rated, None when all are.

    Raises:
        NotFound: there is no such review.
    """
    entries = _entries(session, scope, review)
    rated = [
        timeline.find(session, scope, _rated(review, number, author)) is not None for number in range(len(entries))
    ]
    for number, (entry, done) in enumerate(zip(entries, rated, strict=True)):
        if not done and isinstance(entry.payload, ComparisonOffered):
            pair = entry.payload
            left, right = (pair.one, pair.other) if one_is_left(entry, author) else (pair.other, pair.one)
            return Pair(number, entry.customer, pair.question, left, right, sum(rated), len(entries))
    return None


def rate(
    session: Session, scope: Scope, review: str, number: int, choice: tuple[str, str], now: datetime
) -> ComparisonRated:
    """Keep a person's verdict; `choice` is (`left`, `right` or `tie`; who says so). The first verdict stands.

    Raises:
        NotFound: there is no such review or pair, or its customer was forgotten.
        Rejected: the side is none.
    """
    side, author = choice
    entries = _entries(session, scope, review)
    if not 0 <= number < len(entries) or entries[number].payload is None:
        raise NotFound("There is no such pair.", "Go on with the next.")
    if side not in ("left", "right", "tie"):
        raise Rejected("Say left, right or tie.")
    entry = entries[number]
    verdict: Preference = (
        "tie" if side == "tie" else "one" if (side == "left") == one_is_left(entry, author) else "other"
    )
    rated = ComparisonRated(review, entry.id, verdict, author)
    key = _rated(review, number, author)
    kept = timeline.append(session, scope, NewEntry(entry.customer, rated, now, dedupe_key=key), now).payload
    return kept if isinstance(kept, ComparisonRated) else rated


def result(session: Session, scope: Scope, review: str) -> Result:
    """Return what people said so far.

    Raises:
        NotFound: there is no such review.
    """
    entries = _entries(session, scope, review)
    people = [one.email for one in list_staff(session, scope)]
    by_pair: list[list[float]] = []
    for number in range(len(entries)):
        found = (timeline.find(session, scope, _rated(review, number, author)) for author in people)
        by_pair.append(
            [WORTH[one.payload.verdict] for one in found if one and isinstance(one.payload, ComparisonRated)]
        )
    return _result(review, by_pair)


def one_is_left(entry: Entry, author: str) -> bool:
    """Tell which draft stands left for this person: even odds, the same each time, unknown to them."""
    return hashlib.sha256(f"{entry.id}\0{author}".encode()).digest()[0] % 2 == 0


def _result(review: str, by_pair: Sequence[Sequence[float]]) -> Result:
    from scipy.stats import binomtest  # type: ignore[import-untyped]

    means = [sum(some) / len(some) for some in by_pair if some]
    wins, losses = sum(one > 0 for one in means), sum(one < 0 for one in means)
    return Result(
        review=review,
        pairs=len(by_pair),
        verdicts=sum(map(len, by_pair)),
        wins=wins,
        losses=losses,
        ties=len(means) - wins - losses,
        preference=mean_interval(means, seed=SEED) if means else None,
        p=float(binomtest(wins, wins + losses).pvalue) if wins + losses else 1.0,
    )


def _is_replay(run: Run) -> bool:
    """Whether what was drafted says for whom and about what."""
    outputs = [score.output for score in run.scores.values() if score.answered]
    return all(isinstance(output.get(name), str) for output in outputs for name in DRAFTED)


def _differing(session: Session, scope: Scope, review: str, runs: tuple[Run, Run], now: datetime) -> Iterator[NewEntry]:
    before, after = (run.scores for run in runs)
    number = 0
    for case in sorted(before.keys() & after.keys()):
        old, new = before[case].output, after[case].output
        if not old.get("text") or not new.get("text") or old["text"] == new["text"]:
            continue
        try:
            get_customer(session, scope, old["customer"])
        except NotFound:
            continue  # forgotten since the runs were made
        pair = ComparisonOffered(review, old["conversation"], old["question"], old["text"], new["text"])
        yield NewEntry(old["customer"], pair, now, dedupe_key=_offered(review, number))
        number += 1


def _entries(session: Session, scope: Scope, review: str) -> list[Entry]:
    found: list[Entry] = []
    while len(found) < MOST and (entry := timeline.find(session, scope, _offered(review, len(found)))) is not None:
        found.append(entry)
    if not found:
        raise NotFound(f"There is no review {review}.", "`threadline evals review` puts one up.")
    return found


def _offered(review: str, number: int) -> str:
    return f"comparison:{review}:{number}"


def _rated(review: str, number: int, author: str) -> str:
    return f"comparison-rated:{review}:{number}:{author}"
