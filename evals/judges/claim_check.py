"""The offline judge: our own claim check as faithful or not, its threshold chosen on one half, κ told on the other."""

from collections.abc import Iterator, Sequence

import numpy as np

from evals.datasets.grounding import Judged, JudgedReplies
from evals.figures import Figure, figure
from evals.grounding.people import FAITHFUL, support, word_overlap
from evals.halves import is_tuning
from evals.judges.agreement import Validated, kappa, validate

NAMES = {True: "faithful", False: "not"}
# Thresholds tried on the tuning half.
STEPS = 50


def claim_check_figures(judged: JudgedReplies) -> Iterator[Figure]:
    """κ of the claim check with people on the half that no threshold was chosen on; plain word overlap beside it."""
    used = [one for one in judged.replies if not one.generic]
    faithful = [one.rating >= (FAITHFUL if judged.name == "mtrag" else 1.0) for one in used]
    ours, words = [support(one) for one in used], [word_overlap(one) for one in used]
    tuning = [is_tuning(one.group) for one in used]
    found = {}
    for name, scores in (("claim check", ours), ("words in common", words)):
        limit = threshold([s for s, t in zip(scores, tuning, strict=True) if t], _half(faithful, tuning, True))
        found[name] = limit, _validated(name, used, scores, faithful, tuning, limit)
    limit, checked = found["claim check"]
    settings = {
        "threshold": round(limit, 3),
        "people_to_judge": checked.table,
        "may_block": checked.may_block,
        "generic_left_out": sum(one.generic for one in judged.replies),
        "wrongly_faithful_by_length": _by_length(used, ours, faithful, tuning, limit),
    }
    baseline = {"words in common": found["words in common"][1].kappa.value}
    name = f"judge/claim_check_{judged.name}/kappa"
    yield figure(name, checked.kappa, "", baseline=baseline, data=judged.digest, settings=settings)


def threshold(scores: Sequence[float], faithful: Sequence[bool]) -> float:
    """Return the limit with the best κ, the lower one of equals; .5 without any score."""
    if not scores:
        return 0.5
    candidates = sorted(set(np.quantile(scores, np.linspace(0, 1, STEPS)).tolist()))
    people = [NAMES[one] for one in faithful]
    return float(max(candidates, key=lambda limit: kappa(people, [NAMES[score >= limit] for score in scores])))


def _half(values: Sequence[bool], tuning: Sequence[bool], which: bool) -> list[bool]:
    return [one for one, is_it in zip(values, tuning, strict=True) if is_it == which]


def _validated(
    name: str,
    used: Sequence[Judged],
    scores: Sequence[float],
    faithful: Sequence[bool],
    tuning: Sequence[bool],
    limit: float,
) -> Validated:
    rest = [place for place, is_it in enumerate(tuning) if not is_it]
    people = [NAMES[faithful[place]] for place in rest]
    judge = [NAMES[scores[place] >= limit] for place in rest]
    return validate(name, people, judge, [used[place].group for place in rest])


def _by_length(
    used: Sequence[Judged], scores: Sequence[float], faithful: Sequence[bool], tuning: Sequence[bool], limit: float
) -> dict[str, str]:
    """Where it fails: of the unfaithful replies, how many it took for faithful, by their length in words."""
    told: dict[str, list[bool]] = {"up to 10": [], "11 to 25": [], "longer": []}
    for one, score, fine, is_it in zip(used, scores, faithful, tuning, strict=True):
        if not is_it and not fine:
            words = len(one.reply.split())
            told["up to 10" if words <= 10 else "11 to 25" if words <= 25 else "longer"].append(score >= limit)
    return {name: f"{sum(wrong)} of {len(wrong)}" for name, wrong in told.items()}
