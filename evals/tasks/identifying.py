"""Identifying: the written cases of who is who, by proof alone."""

from functools import cache

from evals.core.cases import Answer, Case, Metric, Task
from evals.core.registry import task
from evals.core.stage import Stage
from evals.figures import digest
from evals.identity.cases import CASES, read_cases, wrongly_joined
from knowledge.database import Database


@task("identity/written", gate=True)
def written(stage: Stage) -> Task:
    """Households, shared and recycled addresses, namesakes: strangers joined, records of one person joined."""
    written_cases = {one.id: one for one in read_cases()}

    @cache
    def database() -> Database:
        return stage.database("identity")

    def answer(case: Case) -> Answer:
        outcome = wrongly_joined(database(), written_cases[case.id], stage.now)
        return Answer({"wrong": len(outcome.wrong), "same": outcome.same, "rightly": outcome.rightly})

    def mark(_: Case, given: Answer) -> dict[str, float]:
        joined = {"joined": given.output["rightly"] / given.output["same"]} if given.output["same"] else {}
        return {"strangers_joined": float(given.output["wrong"])} | joined

    metrics = (Metric("joined"), Metric("strangers_joined", higher_is_better=False, never=True))
    cases = tuple(Case(one.id, {"steps": len(one.steps)}, slices={"kind": one.kind}) for one in written_cases.values())
    return Task("identity/written", cases, answer, mark, metrics, digest([CASES]), stage.told)
