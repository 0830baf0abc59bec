"""The claim check against people: AUC and rank correlation with their judgements."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from operator import mul
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.brief import Context
from assistant.checking.claims import check_claims
from evals.datasets.grounding import Judged, JudgedReplies
from evals.figures import Figure, figure
from evals.halves import is_tuning
from evals.intervals import Interval
from evals.metrics.calibration import brier, error_of_true, expected_error
from evals.metrics.telling import roc_area, spearman
from knowledge.customers.entries import Claim, PassageUsed
from knowledge.ids import ArticleId, PassageId

SEED = 20261122
DRAWS = 2_000
# People's mean rating (1 to 4) from which a reply counts as faithful.
FAITHFUL = 4.0
# Parts of equal size in which the chances are compared with what people said.
PARTS = 10
Values = NDArray[np.float64]


def claims_of(reply: Judged) -> tuple[Claim, ...]:
    """Return what the product's claim check finds in the reply, every sentence resting on all of its texts."""
    passages = [_passage(number, text) for number, text in enumerate(reply.texts, start=1)]
    marks = "".join(f"[{passage.number}]" for passage in passages)
    text = "\n".join(f"{line} {marks}" for line in reply.reply.splitlines() if line.strip())
    return check_claims(text, passages, Context())


def support(reply: Judged) -> float:
    """Return how well the product's claim check finds the reply borne out, 0 to 1; .5 when it states nothing.

    The mean of its sentences' chances, long ones counting more.
    """
    claims = claims_of(reply)
    weights = [len(claim.text.split()) for claim in claims]
    chances = [claim.signals["chance"] for claim in claims]
    return sum(map(mul, weights, chances)) / sum(weights) if claims else 0.5


def is_faithful(judged: JudgedReplies, reply: Judged) -> bool:
    """Tell whether people found the reply borne out."""
    return reply.rating >= (FAITHFUL if judged.name == "mtrag" else 1.0)


def word_overlap(reply: Judged) -> float:
    """Return the simplest baseline: the share of the reply's words that stand in its texts."""
    said = reply.reply.lower().split()
    known = set(" ".join(reply.texts).lower().split())
    return sum(word in known for word in said) / len(said) if said else 1.0


def grounding_figures(judged: JudgedReplies) -> Iterator[Figure]:
    """Report the half the limits were not chosen on; generic replies are left out."""
    rest = [one for one in judged.replies if not one.generic and not is_tuning(one.group)]
    started = perf_counter()
    ours = np.array([support(one) for one in rest])
    seconds = perf_counter() - started
    words = np.array([word_overlap(one) for one in rest])
    rating = np.array([one.rating for one in rest])
    faithful = np.array([is_faithful(judged, one) for one in rest])
    groups = [one.group for one in rest]
    measures: dict[str, Callable[[Values, NDArray[np.intp]], float]] = {
        "auc": lambda score, rows: told_apart(score[rows], faithful[rows]),
        "spearman": lambda score, rows: spearman(score[rows], rating[rows]),
    }
    settings: dict[str, Any] = {
        "faithful": int(faithful.sum()),
        "generic_left_out": sum(one.generic for one in judged.replies),
        "brier": round(brier(ours.tolist(), faithful.tolist()), 4),
        "calibration_error": round(expected_error(ours.tolist(), faithful.tolist(), PARTS), 4),
        "calibration_error_if_chances_were_true": round(error_of_true(ours.tolist(), PARTS, seed=SEED), 4),
        "ms_per_claim": round(1_000 * seconds / max(1, sum(len(claims_of(one)) for one in rest)), 2),
    }
    for name, measure in measures.items():
        interval = drawn(partial(measure, ours), groups)
        baseline = {"words in common": measure(words, np.arange(len(rest)))}
        more: dict[str, Any] = {"baseline": baseline, "data": judged.digest, "settings": settings, "seed": SEED}
        yield figure(f"grounding/{judged.name}/{name}", interval, "", **more)


def told_apart(score: Values, positive: NDArray[np.bool_]) -> float:
    """Return the ROC area; .5 where a draw has only one kind."""
    return roc_area(score, positive) if 0 < positive.sum() < len(positive) else 0.5


def drawn(measure: Callable[[NDArray[np.intp]], float], groups: Sequence[str]) -> Interval:
    """Return the measure with its percentile bootstrap interval; whole groups are drawn."""
    members: dict[str, list[int]] = {}
    for row, group in enumerate(groups):
        members.setdefault(group, []).append(row)
    every = [np.array(rows) for rows in members.values()]
    random = np.random.default_rng(SEED)
    picks = (random.integers(0, len(every), len(every)) for _ in range(DRAWS))
    drawn = [measure(np.concatenate([every[at] for at in pick])) for pick in picks]
    low, high = np.quantile(drawn, [0.025, 0.975])
    return Interval(measure(np.arange(len(groups))), float(low), float(high), len(groups))


def _passage(number: int, text: str) -> PassageUsed:
    return PassageUsed(number, PassageId(str(number)), ArticleId(str(number)), "", "", "", text, "public", 1.0)
