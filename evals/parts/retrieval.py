"""Retrieval: how well the search finds on four public collections."""

from collections.abc import Iterable

from evals.datasets import aws_docs_qa, dstc11_track5, flodial, mtrag, tau_banking_kb
from evals.figures import Figure
from evals.registry import Asked, part
from evals.retrieval.needs_kb import needs_kb_figures
from evals.retrieval.quality import search_figures


@part("mtrag", seconds=75)
def mtrag_figures(asked: Asked) -> Iterable[Figure]:
    """168 conversations over pooled passages, and what int8 costs against fp32."""
    return search_figures(mtrag.read(asked.data), asked.now, not asked.quick, asked.say)


@part("tau_banking_kb", seconds=25)
def banking_figures(asked: Asked) -> Iterable[Figure]:
    """Customer scenarios over a bank's articles."""
    return search_figures(tau_banking_kb.read(asked.data), asked.now, False, asked.say)


@part("dstc11_track5", seconds=75)
def dstc11_figures(asked: Asked) -> Iterable[Figure]:
    """Dialogue turns over questions and reviews, and whether a turn needs them."""
    collection = dstc11_track5.read(asked.data)
    yield from search_figures(collection, asked.now, False, asked.say)
    yield from needs_kb_figures(dstc11_track5.read_turns(asked.data), collection.digest)


@part("aws_docs_qa", seconds=60)
def aws_figures(asked: Asked) -> Iterable[Figure]:
    """Questions over technical guides."""
    return search_figures(aws_docs_qa.read(asked.data), asked.now, False, asked.say)


@part("flodial", seconds=40)
def flodial_figures(asked: Asked) -> Iterable[Figure]:
    """Troubleshooting questions over nodes and FAQs of flowcharts."""
    return search_figures(flodial.read(asked.data), asked.now, False, asked.say)
