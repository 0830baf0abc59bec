"""Retrieving: does the search find the articles that answer?"""

import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from evals.answering.answers import has_fact
from evals.core.cases import Answer, Case, Metric, Task
from evals.core.registry import task
from evals.core.stage import Stage
from evals.datasets import aws_docs_qa, dstc11_track5, flodial, mtrag, tarnfell, tau_banking_kb
from evals.datasets.collections import Collection
from evals.ranking import best_of_each, hit, ndcg, recall, reciprocal_rank
from evals.retrieval.library import Library, Making, open_library
from evals.retrieval.quality import DEPTH, making

# Passages a drafter would read first: the facts must stand in them.
PASSAGES = 3
METRICS = (Metric("ndcg@10"), Metric("recall@5"), Metric("mrr@10"), Metric("hit@1"))


def marks(case: Case, answer: Answer) -> dict[str, float]:
    """Every measure of one ranking; an article of several right ones is as good as the others."""
    ranked, wanted = answer.output["ranked"], case.wanted["relevance"]
    return {
        "ndcg@10": ndcg(ranked, wanted, 10),
        "recall@5": recall(ranked, wanted, 5),
        "mrr@10": reciprocal_rank(ranked, wanted, 10),
        "hit@1": hit(ranked, wanted, 1),
    }


@task("retrieval/demo", gate=True)
def demo(stage: Stage) -> Task:
    """The demo company's answerable questions: is an article of the key found, and its facts in the first passages?"""
    key = tarnfell.read(stage.examples)

    def answer(case: Case) -> Answer | None:
        company = stage.company
        hits = company.search.search(case.given["query"], audience="customer", limit=DEPTH)
        ranked = best_of_each([company.paths[one.passage.article] for one in hits])
        read = "\n".join(one.passage.text for one in hits[:PASSAGES])
        return Answer({"ranked": ranked[:10], "read": read}) if ranked else None

    def mark(case: Case, given: Answer) -> dict[str, float]:
        facts = case.wanted["facts"]
        found = sum(has_fact(given.output["read"], fact) for fact in facts)
        return marks(case, given) | {f"facts@{PASSAGES}": found / len(facts)}

    cases = tuple(
        Case(
            one.id,
            {"query": one.text},
            {
                "relevance": {path.partition("#")[0]: 1 for path in sorted(one.articles)},
                "facts": list(one.facts),
            },
            slices={"language": one.language},
        )
        for one in key.questions
        if one.kind == "answerable" and one.articles and one.facts
    )
    metrics = (*METRICS, Metric(f"facts@{PASSAGES}"))
    return Task("retrieval/demo", cases, answer, mark, metrics, key.digest, stage.told, stage.models)


def _public(name: str, read: Callable[[Path], Collection], about: str) -> None:
    """Register the task of one public collection; `about` says what it asks."""

    def make(stage: Stage) -> Task:
        return _asked(read(stage.data), stage)

    make.__doc__ = about
    task(f"retrieval/{name}")(make)


def _asked(collection: Collection, stage: Stage) -> Task:
    opened = ExitStack()
    libraries: list[Library] = []

    def library() -> Library:
        if not libraries:
            folder = Path(opened.enter_context(tempfile.TemporaryDirectory()))
            how = making(collection)
            how = Making(stage.settings.embedder, int(stage.changes.get("passage_chars", how.passage_chars)))
            libraries.append(opened.enter_context(open_library(folder, collection.documents, how, stage.now)))
        return libraries[0]

    def answer(case: Case) -> Answer | None:
        found = library()
        ranked = found.documents(found.search.search(case.given["query"], audience="agent", limit=DEPTH))
        return Answer({"ranked": ranked[:10]}) if ranked else None

    stage.at_the_end(opened.close)
    cases = tuple(
        Case(one.id, {"query": one.text}, {"relevance": dict(collection.qrels[one.id])}, one.group)
        for one in collection.queries
        if one.id in collection.qrels
    )
    name = f"retrieval/{collection.name}"
    return Task(name, cases, answer, marks, METRICS, collection.digest, stage.told, stage.models)


_public("mtrag", mtrag.read, "MTRAG-UN's conversations over pooled passages.")
_public("tau_banking_kb", tau_banking_kb.read, "A bank's customer scenarios over its articles.")
_public("dstc11_track5", dstc11_track5.read, "Dialogue turns over questions and reviews.")
_public("aws_docs_qa", aws_docs_qa.read, "Questions over technical guides.")
_public("flodial", flodial.read, "Troubleshooting questions over the nodes and FAQs of twelve flowcharts.")
