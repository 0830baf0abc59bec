"""Judges against people."""

from collections.abc import Iterable

from evals.datasets.grounding import read_begin, read_mtrag
from evals.figures import Figure
from evals.judges.claim_check import claim_check_figures
from evals.registry import Asked, part


@part("judges", seconds=20)
def judges(asked: Asked) -> Iterable[Figure]:
    """The offline judge: agreement of the claim check with people."""
    return (one for read in (read_begin, read_mtrag) for one in claim_check_figures(read(asked.data)))
