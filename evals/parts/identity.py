"""Identity: what is suggested as one person's, and what proof alone joins."""

from collections.abc import Iterable

from evals.figures import Figure
from evals.identity.linking import automatic_figures, suggestion_figures
from evals.registry import Asked, part


@part("identity", seconds=60)
def identity(asked: Asked) -> Iterable[Figure]:
    """Pairs of records suggested as one person's."""
    return suggestion_figures(asked.data, asked.now, asked.say)


@part("automatic_links", seconds=5, never=r"/wrong_links$", own=True)
def automatic_links(asked: Asked) -> Iterable[Figure]:
    """Records of different people joined by proof; must be 0."""
    return automatic_figures(asked.now)
