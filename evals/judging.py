"""The demo company's answers judged by a model: a task for each of ragas' metrics, each failure with its reason."""

import random
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from assistant.citations import without
from assistant.suggest import ask
from evals.answering.answers import quoted
from evals.core.cases import Answer, Case, Metric, Task
from evals.core.running import Running, run
from evals.core.runs import Run, save
from evals.core.stage import Stage
from evals.core.summary import run_figures
from evals.datasets import tarnfell
from evals.figures import Figure, circumstances
from evals.judges.endpoint import JudgeEndpoint
from evals.judges.opening import opened_judge
from evals.metrics.judged import Sample, judged
from evals.suite import ROOT, sources
from knowledge.customers.entries import SuggestionShown
from knowledge.settings import load_settings

SEED = 20261125
# What can be judged of an answer with its passages and a key of facts.
METRICS = ("faithfulness", "answer_relevancy", "context_precision", "context_recall", "factual_correctness")
PASSAGES = 3


def judged_figures(examples: Path, build: Path, now: datetime, cases: int) -> Iterator[Figure]:
    """Judge a seeded sample of the demo's answers by every metric; rows are kept in `build`/models with their commit.

    Raises:
        NotFound: the demo company is not there, or no model to judge with.
    """
    with opened_judge(load_settings()) as judge, Stage(examples, Path(), now) as stage:
        for name in METRICS:
            made = judge_answers(stage, judge, name, cases, build)
            save(made, build / "models" / f"judged-demo-{name}-{made.commit}.json")
            yield from run_figures(made)


def judge_answers(stage: Stage, judge: JudgeEndpoint, name: str, cases: int, build: Path) -> Run:
    """Judge the answers by one metric; what was judged before by the same code and judge is not asked again."""
    how = Running(circumstances(ROOT, stage.now), build / "models", sources())
    return run(judged_task(stage, judge, name, cases), how)


def judged_task(stage: Stage, judge: JudgeEndpoint, name: str, cases: int) -> Task:
    """Return the task: the product answers, the judge marks; a question without an answer scores 0."""
    key = tarnfell.read(stage.examples)
    answerable = [one for one in key.questions if one.kind == "answerable" and one.language == "en"]
    chosen = random.Random(SEED).sample(answerable, min(cases, len(answerable)))  # noqa: S311  a sample, no secret

    def answer(case: Case) -> Answer | None:
        shown = ask(stage.company.assistant, case.given["question"], now=stage.now)
        text = without(quoted(shown.text))
        if shown.decision != "answer" or not text.strip():
            return None
        return Answer({"text": text, "passages": evidence(shown)})

    def mark(case: Case, given: Answer) -> dict[str, float]:
        passages = tuple(given.output["passages"])
        sample = Sample(case.given["question"], given.output["text"], passages, case.wanted["reference"])
        return {name: judged(name, sample, judge, stage.company.search.embedder)}

    return Task(
        name=f"judged/demo/{name}",
        cases=tuple(Case(one.id, {"question": one.text}, {"reference": ". ".join(one.facts)}) for one in chosen),
        answer=answer,
        mark=mark,
        metrics=(Metric(name),),
        data=key.digest,
        settings=stage.told | {"label": "demo", "seed": SEED, "passages": PASSAGES},
        models=stage.models,
        judge=judge.model,
    )


def evidence(shown: SuggestionShown) -> list[str]:
    """Return what an answer is judged by: the first public passages, and those that it cites, whole and by rank."""
    public = [one for one in shown.passages if one.visibility == "public"]
    cited = [one for one in public[PASSAGES:] if one.number in shown.citations]
    return [one.text for one in (*public[:PASSAGES], *cited)]
