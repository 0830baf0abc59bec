"""Answering: the demo company's questions against their hand-written key."""

from assistant.suggest import ask
from evals.answering.answers import mark
from evals.core.cases import Answer, Case, Metric, Task
from evals.core.registry import task
from evals.core.stage import Stage
from evals.datasets import tarnfell


@task("answers/demo", gate=True)
def answers(stage: Stage) -> Task:
    """94 questions to the demo company: right decision, facts found, sources, secrets told."""
    key = tarnfell.read(stage.examples)
    questions = {one.id: one for one in key.questions}

    def answer(case: Case) -> Answer:
        company = stage.company
        shown = ask(company.assistant, case.given["question"], now=stage.now)
        marked = mark(questions[case.id], shown, dict(company.paths))
        values = {"right": float(marked.right), "secrets": float(marked.secrets)}
        if marked.question.kind in ("answerable", "partial"):
            values |= {"fact_recall": marked.recall, "cites_gold": float(marked.cites_gold)}
        tokens = sum(shown.tokens.values())
        return Answer({"decision": shown.decision, "text": shown.text, "values": values}, tokens=tokens)

    return Task(
        name="answers/demo",
        cases=tuple(
            Case(
                one.id,
                {"question": one.text},
                {"articles": sorted(one.articles), "facts": list(one.facts), "secrets": list(one.secrets)},
                slices={"language": one.language, "kind": one.kind},
            )
            for one in key.questions
        ),
        answer=answer,
        mark=lambda case, given: given.output["values"],  # noqa: ARG005
        metrics=(
            Metric("right"),
            Metric("fact_recall"),
            Metric("cites_gold"),
            Metric("secrets", higher_is_better=False, never=True),
        ),
        data=key.digest,
        settings=stage.told,
        models=stage.models,
    )
