"""`python -m evals.retrieval.rerank_training`: train the reranker's weights on halves of public collections.

For every query of a tuning half each relevant document is set against the fusion's best that are not, both as their
best passage's features; a logistic regression on the differences gives the weights (RankNet with a linear scorer).
Every collection weighs the same, every query of it too. The penalty pulls towards the plain fusion, not towards
nothing, so what the data does not tell stays as it was.
"""

import json
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from evals.datasets import aws_docs_qa, dstc11_track5, flodial, mtrag, tau_banking_kb
from evals.datasets.collections import Collection
from evals.halves import is_tuning
from evals.ranking import best_of_each, ndcg, recall
from evals.registry import say
from evals.retrieval.library import Library, open_library
from evals.retrieval.quality import asked_text, making
from retrieval.rerank import FEATURES, features

SETS: tuple[Callable[[Path], Collection], ...] = tuple(
    module.read for module in (mtrag, tau_banking_kb, aws_docs_qa, dstc11_track5, flodial)
)
# Not relevant documents that a relevant one is set against.
AGAINST = 20
# Chosen on the tuning halves, see docs/decisions/0032-a-small-reranker.md.
PENALTY = 0.01
FUSION = {"words": 12.0, "meaning": 8.0}
FILE = Path("retrieval") / "rerank.json"
Rows = NDArray[np.float64]


@dataclass(frozen=True)
class Ranked:
    """A query's candidates: their documents and features, in the fusion's order."""

    group: str
    relevant: Mapping[str, int]
    documents: Sequence[str]
    rows: Rows


def read_candidates(collection: Collection) -> list[Ranked]:
    """Search as the product does, and keep what its reranker would be given."""
    with (
        tempfile.TemporaryDirectory() as folder,
        open_library(Path(folder), collection.documents, making(collection), datetime.now(UTC)) as library,
    ):
        return [
            _ranked(library, query.group, asked_text(library, query), collection.qrels[query.id])
            for query in collection.queries
            if query.id in collection.qrels
        ]


def _ranked(library: Library, group: str, text: str, relevant: Mapping[str, int]) -> Ranked:
    search = library.search
    found = search.candidates(text, search.vector(text), "agent")
    rows = np.array(features(text, found, search.lexical), dtype=np.float64)
    return Ranked(group, relevant, [library.keys[one.passage.article] for one in found], rows)


def differences(queries: Iterable[Ranked]) -> tuple[Rows, Rows]:
    """Return features of relevant less those of not relevant documents, and what each row weighs; weights sum to 1."""
    rows, weights = [], []
    for one in queries:
        first = {document: place for place, document in reversed([*enumerate(one.documents)])}
        good = [place for document, place in first.items() if one.relevant.get(document, 0) > 0]
        bad = sorted(place for document, place in first.items() if one.relevant.get(document, 0) <= 0)[:AGAINST]
        made = [one.rows[a] - one.rows[b] for a in good for b in bad]
        rows += made
        weights += [1 / len(made) for _ in made]
    weighed = np.array(weights)
    return np.array(rows), weighed / weighed.sum()


def fit(
    sets: Sequence[Iterable[Ranked]], penalty: float = PENALTY, fusion: Mapping[str, float] = FUSION
) -> dict[str, float]:
    """Return the weight of each feature."""
    from scipy.optimize import minimize  # type: ignore[import-untyped]

    made = [differences(one) for one in sets]
    rows, weights = np.vstack([one for one, _ in made]), np.concatenate([one for _, one in made]) / len(made)
    scale = rows.std(axis=0) + 1e-9
    start = np.array([fusion.get(name, 0.0) for name in FEATURES]) * scale
    unit = rows / scale

    def loss(at: Rows) -> tuple[float, Rows]:
        margin = unit @ at
        pull = -(unit.T @ (weights / (1 + np.exp(margin)))) + 2 * penalty * (at - start)
        return float(weights @ np.logaddexp(0, -margin) + penalty * ((at - start) ** 2).sum()), pull

    found = minimize(loss, start, jac=True, method="L-BFGS-B")
    return {name: round(float(one), 3) for name, one in zip(FEATURES, found.x / scale, strict=True)}


def quality(queries: Iterable[Ranked], weights: Mapping[str, float]) -> dict[str, float]:
    """Mean recall and nDCG of the candidates in the order of the weights."""
    by = np.array([weights[name] for name in FEATURES])
    scored = []
    for one in queries:
        order = np.argsort(-(one.rows @ by), kind="stable")
        ranked = best_of_each([one.documents[place] for place in order])
        scored.append(
            (
                recall(ranked, one.relevant, 5),
                recall(ranked, one.relevant, 10),
                ndcg(ranked, one.relevant, 5),
                ndcg(ranked, one.relevant, 10),
                ndcg(ranked, one.relevant, 1),
            )
        )
    names = ("recall@5", "recall@10", "ndcg@5", "ndcg@10", "ndcg@1")
    return {name: round(float(np.mean(some)), 3) for name, some in zip(names, zip(*scored, strict=True), strict=True)}


def halves(queries: Sequence[Ranked]) -> tuple[list[Ranked], list[Ranked]]:
    """The tuning half and the reporting half."""
    return [one for one in queries if is_tuning(one.group)], [one for one in queries if not is_tuning(one.group)]


def main(data: Path) -> None:
    """Train on all tuning halves, say what it does on both halves and on sets left out, and write the file."""
    collections = [read(data) for read in SETS]
    plain = dict.fromkeys(FEATURES, 0.0) | {"words": 0.5, "meaning": 0.5}
    split = {}
    for one in collections:
        split[one.name] = halves(read_candidates(one))
        say(f"{one.name}: {len(split[one.name][0])} queries to learn from, {len(split[one.name][1])} to report on")
    weights = fit([tuning for tuning, _ in split.values()])
    told = {
        name: {
            half: {
                "fusion": quality(some, plain),
                "reranked": quality(some, weights),
                "never seen": quality(some, fit([tuning for other, (tuning, _) in split.items() if other != name])),
            }
            for half, some in zip(("tuning", "reporting"), both, strict=True)
        }
        for name, both in split.items()
    }
    model = {
        "weights": weights,
        "penalty": PENALTY,
        "fusion": FUSION,
        "data": {one.name: one.digest for one in collections},
        "measured": told,
    }
    FILE.write_text(json.dumps(model, indent=1) + "\n", encoding="utf-8")
    say(json.dumps(told, indent=1))
    say(f"{FILE}: {weights}")


if __name__ == "__main__":
    import argparse

    parser = argparse.ArgumentParser(prog="python -m evals.retrieval.rerank_training", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="the folder of public data")
    main(parser.parse_args().data)
