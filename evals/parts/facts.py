"""Facts: what is found in what customers say, on data that was not made for them."""

from collections.abc import Iterable, Iterator

from evals.datasets import abcd, tau_support, tweetsumm
from evals.datasets.service_dialogues import read_star
from evals.datasets.utterances import read_nlupp
from evals.figures import Figure
from evals.handoff.facts_found import customer_figures, length_figures, needed_figures, slot_figures
from evals.registry import Asked, part

COMPANIES = ("retail", "airline")


@part("facts_nlupp", seconds=3)
def facts_nlupp(asked: Asked) -> Iterable[Figure]:
    """Dates, times, amounts, counts and names in banking and hotel questions."""
    return slot_figures(read_nlupp(asked.data))


@part("facts_tau_support", seconds=3)
def facts_tau_support(asked: Asked) -> Iterator[Figure]:
    """What a shop's and an airline's tasks need of what their customers know."""
    for name in COMPANIES:
        yield from needed_figures(tau_support.read(asked.data, name))


@part("facts_abcd", seconds=2)
def facts_abcd(asked: Asked) -> Iterable[Figure]:
    """What an online shop's customers say of themselves; three conversations, a hint."""
    return customer_figures(abcd.read(asked.data))


@part("summaries", seconds=5)
def summaries(asked: Asked) -> Iterable[Figure]:
    """How long people's summaries are, and our package."""
    return length_figures(tweetsumm.read(asked.data), read_star(asked.data))
