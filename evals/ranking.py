"""How good a ranking is: nDCG, recall, reciprocal rank and hit, each at a depth k."""

from collections.abc import Mapping, Sequence
from math import log2
from typing import Protocol

Relevance = Mapping[str, int]
Qrels = Mapping[str, Relevance]
Run = Mapping[str, Sequence[str]]


class Measure(Protocol):
    """Scores one ranking, best id first and no id twice, against the relevance of ids; 0 to 1."""

    def __call__(self, ranked: Sequence[str], relevance: Relevance, k: int) -> float:
        """Return the score of the first k ids."""
        ...


def ndcg(ranked: Sequence[str], relevance: Relevance, k: int) -> float:
    """Discounted gain over the best possible one; gain = relevance, discount log2(rank + 1).

    Järvelin & Kekäläinen 2002 with linear gain, as trec_eval computes it.
    """
    ideal = _gain(sorted((max(0, grade) for grade in relevance.values()), reverse=True)[:k])
    return _gain([max(0, relevance.get(name, 0)) for name in ranked[:k]]) / ideal if ideal else 0.0


def recall(ranked: Sequence[str], relevance: Relevance, k: int) -> float:
    """Share of the relevant ids that are among the first k."""
    relevant = _relevant(relevance)
    return len(relevant.intersection(ranked[:k])) / len(relevant) if relevant else 0.0


def reciprocal_rank(ranked: Sequence[str], relevance: Relevance, k: int) -> float:
    """1 / rank of the first relevant id among the first k, 0 without one."""
    relevant = _relevant(relevance)
    return next((1 / rank for rank, name in enumerate(ranked[:k], start=1) if name in relevant), 0.0)


def hit(ranked: Sequence[str], relevance: Relevance, k: int) -> float:
    """1 when a relevant id is among the first k, else 0."""
    return float(bool(_relevant(relevance).intersection(ranked[:k])))


def score(measure: Measure, run: Run, qrels: Qrels, k: int) -> list[float]:
    """Score every query of `qrels`, in its order. A query that the run does not answer scores 0.

    Raises:
        ValueError: a ranking names an id twice (it would be counted twice).
    """
    for query, ranked in run.items():
        if len(set(ranked)) != len(ranked):
            raise ValueError(f"the ranking of {query} names an id twice")
    return [measure(run.get(query, ()), relevance, k) for query, relevance in qrels.items()]


def best_of_each(ids: Sequence[str]) -> list[str]:
    """Each id once, where it came first: from ranked passages to ranked documents."""
    return list(dict.fromkeys(ids))


def _gain(grades: Sequence[int]) -> float:
    return sum(grade / log2(rank + 1) for rank, grade in enumerate(grades, start=1))


def _relevant(relevance: Relevance) -> set[str]:
    return {name for name, grade in relevance.items() if grade > 0}
