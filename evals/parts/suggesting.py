"""Suggestions: what they take, and whether they are in the customer's language."""

from collections.abc import Iterable

from evals.answering.hostile_drafts import draft_figures
from evals.answering.language import language_figures
from evals.answering.suggesting import suggestion_figures
from evals.core.stage import Stage
from evals.datasets import prompt_injection
from evals.figures import Figure
from evals.registry import Asked, part


@part("language", seconds=15, never=r"^language/.*/automatic_answers_outside$", own=True)
def language(_asked: Asked) -> Iterable[Figure]:
    """Short messages in 30 languages: the reply's language, and no automatic answer where the bot is not at home."""
    return language_figures()


@part("hostile_drafts", seconds=25)
def hostile_drafts(asked: Asked) -> Iterable[Figure]:
    """Prompt injection through public articles and customers' mails against drafts."""
    return draft_figures(prompt_injection.read(asked.data), asked.quick)


@part("suggestion", seconds=20, own=True, alone=True)
def suggestion(asked: Asked) -> Iterable[Figure]:
    """Latency and tokens of a suggestion on the demo company."""
    with Stage(asked.examples, asked.data, asked.now) as stage:
        return list(suggestion_figures(stage))
