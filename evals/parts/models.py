"""What calls a language model: run by `make evals-models` alone."""

from collections.abc import Iterable

from evals.figures import Figure
from evals.judging import judged_figures
from evals.registry import Asked, part


@part("judged", seconds=3_600, models=True)
def judged(asked: Asked) -> Iterable[Figure]:
    """The demo company's answers, judged by a model apart from the one that writes."""
    return judged_figures(asked.examples, asked.build, asked.now, 5 if asked.quick else asked.cases)
