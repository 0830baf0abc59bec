"""Answering: the demo company's questions, refusing, and the claim check against people."""

from collections.abc import Iterable

from evals.answering.answers import answer_figures
from evals.answering.selective import refusal_figures
from evals.datasets import tarnfell
from evals.datasets.grounding import read_begin, read_mtrag
from evals.figures import Figure
from evals.grounding.demo_claims import demo_claim_figures
from evals.grounding.people import grounding_figures
from evals.registry import Asked, part


@part("answers", seconds=15, never=r"^answers/.*/leaks$")
def answers(asked: Asked) -> Iterable[Figure]:
    """The demo company's questions against their hand-written key."""
    return answer_figures(tarnfell.read(asked.examples), asked.now, asked.say)


@part("refusal", seconds=90)
def refusal(asked: Asked) -> Iterable[Figure]:
    """What is refused, and what is still answered right."""
    return refusal_figures(asked.data, asked.build, asked.now, asked.say)


@part("grounding", seconds=15)
def grounding(asked: Asked) -> Iterable[Figure]:
    """The claim check against people's judgement."""
    return (one for read in (read_begin, read_mtrag) for one in grounding_figures(read(asked.data)))


@part("demo_claims", seconds=5, own=True)
def demo_claims(asked: Asked) -> Iterable[Figure]:
    """The claim check on sentences written over the demo company's articles."""
    return demo_claim_figures(asked.examples)
