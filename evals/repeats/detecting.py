"""The repeat detector against its labelled set, on dialogues and wordings that its rules were not made on."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evals.datasets.service_dialogues import Dialogues, read_star, read_tau
from evals.figures import Figure, figure
from evals.handoff.context_preservation import is_tuning
from evals.handoff.cutting import SEED, cuts_of
from evals.intervals import Interval
from evals.repeats.cases import HALVES, Case, cases_of
from knowledge.customers.facts.repeats import repeats_in
from knowledge.failures import NotFound

DRAWS = 2_000
Counts = NDArray[np.float64]


def labelled(dialogues: Dialogues) -> list[Case]:
    """Return the labelled cases of the half that rules were not made on."""
    cuts = [cut for cut in cuts_of(dialogues) if not is_tuning(cut.dialogue.task)]
    return list(cases_of(dialogues, cuts, HALVES[1]))


def repeat_figures(data: Path) -> Iterator[Figure]:
    """Report F1, precision and recall over the cases of both data sets; dialogues are drawn whole.

    Raises:
        NotFound: a data set is not there, or gives no case.
    """
    sets = [read_tau(data), read_star(data)]
    cases = [case for one in sets for case in labelled(one)]
    if not cases:
        raise NotFound("No dialogue gives a case for the repeat detector.", "Look at the format of the data.")
    counts, kinds, elicited = _count(cases)
    settings: dict[str, Any] = {
        "right by kind": kinds,
        "elicited told right": round(elicited, 4),
        "repeats": sum(case.repeats for case in cases),
    }
    groups = [case.group for case in cases]
    for at, name in enumerate(("f1", "precision", "recall")):
        interval = _interval(counts, groups, at)
        digest = "+".join(one.digest for one in sets)
        baseline = {"the same words": _scores(_same_words(cases).sum(axis=0))[at]}
        yield figure(
            f"repeats/labelled/{name}", interval, "", baseline=baseline, data=digest, seed=SEED, settings=settings
        )


def _count(cases: Sequence[Case]) -> tuple[Counts, dict[str, str], float]:
    """Return hits, false alarms and misses of each case; right of all by kind; how often "elicited" was told right."""
    rows, right, every, asked = [], Counter[str](), Counter[str](), []
    for case in cases:
        found = repeats_in(case.before, case.after)
        rows.append(_row(bool(found), case.repeats))
        every[case.kind] += 1
        right[case.kind] += bool(found) == case.repeats
        if found and case.repeats:
            asked.append(any(one.elicited for one in found) == case.elicited)
    kinds = {kind: f"{right[kind]} of {count}" for kind, count in sorted(every.items())}
    return np.array(rows, dtype=np.float64), kinds, sum(asked) / max(1, len(asked))


def _row(found: bool, repeats: bool) -> tuple[bool, bool, bool]:
    return found and repeats, found and not repeats, repeats and not found


def _same_words(cases: Sequence[Case]) -> Counts:
    """The simplest detector: half of the words of the customer's message were said by them before."""
    rows = []
    for case in cases:
        said = {word for one in case.before if one.speaker == "customer" for word in one.text.lower().split()}
        words = case.after[-1].text.lower().split()
        rows.append(_row(sum(word in said for word in words) * 2 >= len(words), case.repeats))
    return np.array(rows, dtype=np.float64)


def _scores(counts: Counts) -> tuple[float, float, float]:
    """F1, precision and recall of hits, false alarms and misses."""
    hits, alarms, misses = counts
    precision = hits / (hits + alarms) if hits + alarms else 0.0
    recall = hits / (hits + misses) if hits + misses else 0.0
    f1 = 2 * hits / (2 * hits + alarms + misses) if hits + alarms + misses else 0.0
    return float(f1), float(precision), float(recall)


def _interval(counts: Counts, groups: Sequence[str], at: int) -> Interval:
    names = {group: place for place, group in enumerate(dict.fromkeys(groups))}
    sums = np.zeros((len(names), 3))
    np.add.at(sums, [names[group] for group in groups], counts)
    random = np.random.default_rng(SEED)
    drawn = [_scores(sums[random.integers(0, len(sums), len(sums))].sum(axis=0))[at] for _ in range(DRAWS)]
    low, high = np.quantile(drawn, [0.025, 0.975])
    return Interval(_scores(counts.sum(axis=0))[at], float(low), float(high), len(groups))
