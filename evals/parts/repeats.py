"""Repeats: does the detector find what customers say again after a handover?"""

from collections.abc import Iterable

from evals.figures import Figure
from evals.registry import Asked, part
from evals.repeats.detecting import repeat_figures


@part("repeats", seconds=20)
def repeats(asked: Asked) -> Iterable[Figure]:
    """The detector against repeats injected into recorded dialogues."""
    return repeat_figures(asked.data)
