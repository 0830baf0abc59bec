"""Contexts without a model: precision and recall of what was retrieved, by id or by likeness of text."""

from collections.abc import Sequence

from evals.metrics.texts import similarity

# A retrieved text holds a wanted one from this likeness on (ragas' default).
LIKE = 0.5


def id_precision(retrieved: Sequence[str], wanted: Sequence[str]) -> float:
    """Return the share of the retrieved ids that are wanted, each id once; 0 when nothing was retrieved."""
    found = set(retrieved)
    return len(found & set(wanted)) / len(found) if found else 0.0


def id_recall(retrieved: Sequence[str], wanted: Sequence[str]) -> float:
    """Return the share of the wanted ids that were retrieved.

    Raises:
        ValueError: nothing is wanted.
    """
    if not wanted:
        raise ValueError("nothing is wanted: recall is undefined")
    return len(set(retrieved) & set(wanted)) / len(set(wanted))


def text_recall(retrieved: Sequence[str], wanted: Sequence[str], like: float = LIKE) -> float:
    """Return the share of the wanted texts to which a retrieved one is more like than `like` (Levenshtein).

    Raises:
        ValueError: nothing is wanted.
    """
    if not wanted:
        raise ValueError("nothing is wanted: recall is undefined")
    found = [max((similarity(one, text) for one in retrieved), default=0.0) > like for text in wanted]
    return sum(found) / len(found)


def text_precision(retrieved: Sequence[str], wanted: Sequence[str], like: float = LIKE) -> float:
    """Return the average precision of the ranking, a text counting as right when it is like a wanted one.

    Σ P@k · right@k / number right (ragas' context precision); 0 when none is.
    """
    right = [max((similarity(text, one) for one in wanted), default=0.0) >= like for text in retrieved]
    gains = [sum(right[: place + 1]) / (place + 1) for place, one in enumerate(right) if one]
    return sum(gains) / len(gains) if gains else 0.0
