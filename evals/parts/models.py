"""What calls a language model: run by `make evals-models` alone."""

from collections.abc import Iterable

from evals.answering.hostile_model import model_figures
from evals.datasets import prompt_injection
from evals.datasets.grounding import read_begin
from evals.datasets.service_dialogues import read_star, read_tau
from evals.figures import Figure
from evals.handoff.summarising import Place, summary_figures
from evals.judges.labelled import endpoint_figures, wanted
from evals.judging import judged_figures
from evals.registry import Asked, part


@part("judged", seconds=3_600, models=True)
def judged(asked: Asked) -> Iterable[Figure]:
    """The demo company's answers, judged by a model apart from the one that writes."""
    return judged_figures(asked.examples, asked.build, asked.now, _count(asked))


@part("judge_agreement", seconds=1_800, models=True)
def judge_agreement(asked: Asked) -> Iterable[Figure]:
    """The judge's yes or no on replies that people rated: κ on at least 200, else it may block nothing."""
    return endpoint_figures(read_begin(asked.data), asked.build, asked.now, 5 if asked.quick else wanted(asked.cases))


@part("summarised_tau_airline", seconds=2_400, models=True)
def summarised_tau_airline(asked: Asked) -> Iterable[Figure]:
    """A model's plain summaries of cut airline conversations, beside the handoff package."""
    return summary_figures(read_tau(asked.data), _count(asked), _place(asked))


@part("summarised_star", seconds=1_200, models=True)
def summarised_star(asked: Asked) -> Iterable[Figure]:
    """A model's plain summaries of STAR's cut dialogues, beside the handoff package."""
    return summary_figures(read_star(asked.data), _count(asked), _place(asked))


@part("injected_model", seconds=3_600, models=True)
def injected_model(asked: Asked) -> Iterable[Figure]:
    """Attacks in articles and mails against a model's drafts."""
    return model_figures(prompt_injection.read(asked.data), _count(asked), _place(asked))


def _count(asked: Asked) -> int:
    return 5 if asked.quick else asked.cases


def _place(asked: Asked) -> Place:
    return Place(asked.build, asked.now, asked.say)
