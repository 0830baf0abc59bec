"""Does a turn need the library at all? The product's topics, taught by turns of one half, asked about the other's."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from assistant.understanding.topics import fit_topics
from evals.datasets.dstc11_track5 import Turn
from evals.figures import Figure, figure
from evals.halves import is_tuning
from evals.metrics.resampling import resampled
from evals.metrics.telling import roc_area
from evals.retrieval.library import private_settings
from evals.vectors import KeptVectors
from retrieval.embedding import open_embedder

SEED = 20261125
NEEDS, ELSE = "needs the library", "does not"


def needs_kb_figures(turns: Sequence[Turn], digest: str) -> Iterator[Figure]:
    """F1 of "needs the library" and the area under the ROC curve, on dialogues that nothing was learnt from.

    The turn alone is read, as customers' messages are; a question mark alone and "always" are the baselines.
    """
    taught = [one for one in turns if is_tuning(one.group)]
    asked = [one for one in turns if not is_tuning(one.group)]
    true = [one.needs for one in asked]
    if len({one.needs for one in taught}) < 2 or len(set(true)) < 2:
        return
    with TemporaryDirectory() as place:
        embedder = KeptVectors(open_embedder(private_settings(Path(place))))
    examples = {name: [one.text for one in taught if one.needs is (name == NEEDS)] for name in (NEEDS, ELSE)}
    named = fit_topics(examples, embedder.embed).name(embedder.embed([one.text for one in asked]))
    chance = [one.chance if one.nearest == NEEDS else 1 - one.chance for one in named]
    asks = [float("?" in one.text) for one in asked]
    common: dict[str, Any] = {
        "seed": SEED,
        "data": digest,
        "settings": {"learnt_from": len(taught), "need_it": sum(true), "embedder": embedder.id},
    }

    def f1_at_half(scores: Sequence[float], wanted: Sequence[bool]) -> float:
        return f1([score >= 0.5 for score in scores], wanted)

    plain = {"a question mark": f1_at_half(asks, true), "always": f1([True] * len(true), true)}
    name = "retrieval/dstc11_track5/needs_kb"
    yield figure(f"{name}_f1", resampled(chance, true, f1_at_half, seed=SEED), "", baseline=plain, **common)
    plain = {"a question mark": roc_area(asks, true), "always": 0.5}
    yield figure(f"{name}_auc", resampled(chance, true, roc_area, seed=SEED), "", baseline=plain, **common)


def f1(said: Sequence[bool], true: Sequence[bool]) -> float:
    """Harmonic mean of precision and recall of what was said to be so."""
    both = float(np.logical_and(said, true).sum())
    return 2 * both / (float(np.sum(said)) + float(np.sum(true))) if both else 0.0
