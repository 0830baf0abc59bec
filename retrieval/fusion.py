"""Fusion: one ranking out of the lexical and the dense one."""

from collections.abc import Sequence, Set
from dataclasses import dataclass

# Chosen on one half of mtrag and confirmed on the other; see docs/retrieval.md.
LEXICAL_WEIGHT = 0.5
Ranking = Sequence[tuple[str, float]]


@dataclass(frozen=True)
class Fused:
    """A passage in the fused ranking; ranks start at 1, `None` = not found that way.

    `words` and `meaning` are the normalised scores of each way, 0 where it did not find the passage.
    """

    id: str
    score: float
    lexical_rank: int | None
    dense_rank: int | None
    similarity: float | None
    words: float = 0.0
    meaning: float = 0.0


def fuse(
    lexical: Ranking, dense: Ranking, depth: int, limit: int | None = None, among: Set[str] | None = None
) -> list[Fused]:
    """Fuse two rankings of (id, score), best first, each at most `depth` long.

    Returned are the best `limit` of those that are `among` the given ids; how they score rests on all.

    The score is a convex combination of the scores, each normalised to 0–1 between the best one and what did not
    make the list (Bruch, Gai, Ingber 2023, "An Analysis of Fusion Functions for Hybrid Retrieval").
    """
    lexical_rank = {key: rank for rank, (key, _) in enumerate(lexical, start=1)}
    dense_rank = {key: rank for rank, (key, _) in enumerate(dense, start=1)}
    # A lexical list that is not full holds every match: what is missing from it scored 0.
    words = _normalised(lexical, lexical[-1][1] if len(lexical) >= depth else 0.0)
    meaning = _normalised(dense, dense[-1][1] if dense else 0.0)
    found = lexical_rank.keys() | dense_rank.keys()
    scores = {
        key: LEXICAL_WEIGHT * words.get(key, 0.0) + (1 - LEXICAL_WEIGHT) * meaning.get(key, 0.0)
        for key in (found if among is None else found & among)
    }
    similarity = dict(dense)
    best = sorted(scores, key=lambda key: (-scores[key], key))[:limit]
    return [
        Fused(
            key,
            scores[key],
            lexical_rank.get(key),
            dense_rank.get(key),
            similarity.get(key),
            words.get(key, 0.0),
            meaning.get(key, 0.0),
        )
        for key in best
    ]


def _normalised(ranking: Ranking, lowest: float) -> dict[str, float]:
    if not ranking:
        return {}
    span = ranking[0][1] - lowest
    return {key: (score - lowest) / span if span > 0 else 1.0 for key, score in ranking}
