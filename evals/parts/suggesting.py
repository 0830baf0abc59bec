"""Suggestions: what they take, and whether they are in the customer's language."""

from collections.abc import Iterable

from evals.core.stage import Stage
from evals.figures import Figure
from evals.language import language_figures
from evals.registry import Asked, part
from evals.suggesting import suggestion_figures


@part("language", seconds=15, never=r"^language/.*/automatic_answers_outside$", own=True)
def language(_asked: Asked) -> Iterable[Figure]:
    """Short messages in 30 languages: the reply's language, and no automatic answer where the bot is not at home."""
    return language_figures()


@part("suggestion", seconds=20, own=True, alone=True)
def suggestion(asked: Asked) -> Iterable[Figure]:
    """Latency and tokens of a suggestion on the demo company."""
    with Stage(asked.examples, asked.data, asked.now) as stage:
        return list(suggestion_figures(stage))
