"""Fusion: one ranking out of the lexical and the dense one."""

from collections.abc import Sequence
from dataclasses import dataclass

# Cormack, Clarke, Buettcher (2009), "Reciprocal rank fusion outperforms Condorcet".
RRF_K = 60
LEXICAL_WEIGHT = 0.5


@dataclass(frozen=True)
class Fused:
    """A passage in the fused ranking; ranks start at 1, `None` = not found that way."""

    id: str
    score: float
    lexical_rank: int | None
    dense_rank: int | None
    similarity: float | None


def fuse(lexical: Sequence[tuple[str, float]], dense: Sequence[tuple[str, float]], limit: int) -> list[Fused]:
    """Fuse two rankings of (id, score), best first, by weighted reciprocal rank."""
    lexical_rank = {key: rank for rank, (key, _) in enumerate(lexical, start=1)}
    dense_rank = {key: rank for rank, (key, _) in enumerate(dense, start=1)}
    similarity = dict(dense)
    scores = {
        key: _share(LEXICAL_WEIGHT, lexical_rank.get(key)) + _share(1 - LEXICAL_WEIGHT, dense_rank.get(key))
        for key in lexical_rank | dense_rank
    }
    best = sorted(scores, key=lambda key: (-scores[key], key))[:limit]
    return [Fused(key, scores[key], lexical_rank.get(key), dense_rank.get(key), similarity.get(key)) for key in best]


def _share(weight: float, rank: int | None) -> float:
    return weight / (RRF_K + rank) if rank else 0.0
