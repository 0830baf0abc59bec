"""Topics against public intents: how many are named right, and how much of what is out of scope is told apart."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.understanding.topics import Topics, fit
from evals.datasets.intents import NONE, Intents
from evals.figures import Figure, figure
from evals.intervals import rate_interval
from evals.retrieval.library import private_settings
from evals.vectors import KeptVectors
from retrieval.embedding import open_embedder

# In-scope accuracy that the limit must keep on the tuning part, a little above the wanted .90.
ACCURATE = 0.91


def topic_figures(intents: Intents) -> Iterator[Figure]:
    """Fit on the examples, choose the limit on the tuning part, report on the other.

    A message that is about an intent and is taken for none counts as wrong.
    """
    with TemporaryDirectory() as place:
        embedder = KeptVectors(open_embedder(private_settings(Path(place))))
    names = tuple(intents.examples)
    labels = np.repeat(np.arange(len(names)), [len(some) for some in intents.examples.values()])
    rows = embedder.embed([text for some in intents.examples.values() for text in some])
    counts = tuple(map(len, intents.examples.values()))
    topics = Topics(names, fit(rows, labels, len(names)), rows, counts, 1.0, -np.inf)
    topics = replace(topics, limit=limit_for(*_read(topics, intents.tuning, embedder)))
    fine, score, scope = _read(topics, intents.reporting, embedder)
    nearest = [names[labels[k]] for k in _nearest(embedder.embed([text for text, _ in intents.reporting]), rows)]
    plain = np.array([near == intent for near, (_, intent) in zip(nearest, intents.reporting, strict=True)])
    named = score >= topics.limit
    settings: dict[str, Any] = {
        "limit": round(topics.limit, 3),
        "topics": len(names),
        "examples": len(labels),
        "accuracy_without_refusing": round(float(fine[scope].mean()), 4),
        "embedder": embedder.id,
    }
    common: dict[str, Any] = {"data": intents.digest, "settings": settings}
    right = rate_interval(int((fine & named)[scope].sum()), int(scope.sum()))
    base = {"nearest example, nothing refused": float(plain[scope].mean())}
    yield figure(f"intent/{intents.name}/accuracy", right, "", baseline=base, **common)
    refused = rate_interval(int((~named)[~scope].sum()), int((~scope).sum()))
    yield figure(f"intent/{intents.name}/oos_recall", refused, "", **common)


def limit_for(fine: NDArray[np.bool_], score: NDArray[np.float32], scope: NDArray[np.bool_]) -> float:
    """Return the highest limit that keeps the in-scope accuracy; −∞ where none does."""
    kept = np.sort(score[scope & fine])[::-1]
    needed = int(np.ceil(ACCURATE * scope.sum()))
    return float(kept[needed - 1]) if 0 < needed <= len(kept) else float("-inf")


def _read(
    topics: Topics, said: Sequence[tuple[str, str]], embedder: KeptVectors
) -> tuple[NDArray[np.bool_], NDArray[np.float32], NDArray[np.bool_]]:
    best, _, score = topics.scores(embedder.embed([text for text, _ in said]))
    fine = np.array([topics.names[k] == intent for k, (_, intent) in zip(best, said, strict=True)])
    return fine, score, np.array([intent != NONE for _, intent in said])


def _nearest(rows: NDArray[np.float32], known: NDArray[np.float32]) -> NDArray[np.intp]:
    parts = [(rows[start : start + 500] @ known.T).argmax(axis=1) for start in range(0, len(rows), 500)]
    return np.concatenate(parts)
