"""The last step of a search: the best candidates of the fusion in a better order.

Five numbers of a candidate, each 0 to 1 and each cheap, are weighed by a small linear model that was trained on halves
of public data (`python -m evals.retrieval.rerank_training`; what it is and is not good for: docs/retrieval.md).
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Protocol

from retrieval.fusion import Fused
from retrieval.lexical import MAX_WORDS, LexicalIndex, query_words, stems
from retrieval.passages import Passage
from retrieval.query import last_turn

# How many of the fusion's best are put in a new order; what comes after stays behind them.
CANDIDATES = 50
FEATURES = ("words", "meaning", "title", "covered", "covered_last")


@dataclass(frozen=True)
class Candidate:
    """A passage in the fused ranking."""

    fused: Fused
    passage: Passage


class Reranker(Protocol):
    """Scores candidates for a query, the higher the better; `id` names model and version."""

    id: str

    def scores(self, query: str, candidates: Sequence[Candidate], lexical: LexicalIndex) -> Sequence[float]:
        """Return one number for each candidate."""
        ...


class Linear:
    """The weights that ship, or others of the same features."""

    def __init__(self, weights: Mapping[str, float]) -> None:
        self._weights = [weights[name] for name in FEATURES]
        self.id = "linear-" + "-".join(f"{weight:.2f}" for weight in self._weights)

    def scores(self, query: str, candidates: Sequence[Candidate], lexical: LexicalIndex) -> list[float]:
        """Return the weighted sum of each candidate's features."""
        rows = features(query, candidates, lexical)
        return [sum(weight * value for weight, value in zip(self._weights, row, strict=True)) for row in rows]


@cache
def open_linear() -> Linear:
    """Return the model that ships."""
    return Linear(json.loads(files("retrieval").joinpath("rerank.json").read_text("utf-8"))["weights"])


def features(query: str, candidates: Sequence[Candidate], lexical: LexicalIndex) -> list[tuple[float, ...]]:
    """Return, for each candidate, the numbers that `FEATURES` names.

    `words` and `meaning` are the fusion's two scores; `title` is how much of the title the query says, `covered` how
    much of the query the passage says, `covered_last` how much of its last turn; rare words count more in all three.
    """
    rare = _rarest(lexical.rarities(query_words(query)))
    said_last = stems(last_turn(query) or query)
    last = {word: weight for word, weight in rare.items() if word in said_last}
    ids = [one.fused.id for one in candidates]
    covered = _shares(lexical, rare, ids)
    covered_last = covered if last == rare else _shares(lexical, last, ids)
    titles = _titles({one.passage.title for one in candidates}, rare, lexical)
    return [
        (
            one.fused.words,
            one.fused.meaning,
            titles[one.passage.title],
            covered.get(one.fused.id, 0.0),
            covered_last.get(one.fused.id, 0.0),
        )
        for one in candidates
    ]


def in_order(query: str, found: Sequence[Candidate], reranker: Reranker, lexical: LexicalIndex) -> list[Candidate]:
    """Return the fused ranking with its best candidates in the reranker's order.

    The fusion's scores are handed out anew in that order: they go down, and mean as much as they did before.
    """
    head = found[:CANDIDATES]
    if len(head) < 2:
        return list(found)
    scores = reranker.scores(query, head, lexical)
    best = sorted(range(len(head)), key=lambda place: (-scores[place], place))
    ordered = [replace(head[place].fused, score=head[rank].fused.score) for rank, place in enumerate(best)]
    return [
        *(Candidate(fused, head[place].passage) for fused, place in zip(ordered, best, strict=True)),
        *found[CANDIDATES:],
    ]


def _rarest(rare: dict[str, float]) -> dict[str, float]:
    return rare if len(rare) <= MAX_WORDS else dict(sorted(rare.items(), key=lambda one: -one[1])[:MAX_WORDS])


def _shares(lexical: LexicalIndex, wanted: Mapping[str, float], ids: Sequence[str]) -> dict[str, float]:
    total = sum(wanted.values())
    return {key: one / total for key, one in lexical.covered(wanted, ids).items()} if total > 0 else {}


def _titles(titles: set[str], said: Mapping[str, float], lexical: LexicalIndex) -> dict[str, float]:
    words = {title: stems(title) for title in titles}
    rare = lexical.rarities({word for some in words.values() for word in some})
    shares = {}
    for title, some in words.items():
        total = sum(rare[word] for word in some)
        shares[title] = sum(rare[word] for word in some if word in said) / total if total > 0 else 0.0
    return shares
