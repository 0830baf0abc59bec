"""Personal data: how much of it is found before a text leaves."""

from collections.abc import Iterable

from evals.datasets import pii_presidio
from evals.figures import Figure
from evals.personal_data import personal_figures
from evals.registry import Asked, part


@part("pii_presidio", seconds=15)
def pii(asked: Asked) -> Iterable[Figure]:
    """Precision and recall on the templates that the tagger did not learn from."""
    return personal_figures(pii_presidio.read(asked.data))
