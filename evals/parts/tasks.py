"""Tasks of the gate as figures: the product's own functions on the demo company and on written cases."""

from collections.abc import Iterator
from dataclasses import replace

from evals.checking import gate_tasks, run_task
from evals.core.stage import Stage
from evals.core.summary import run_figures
from evals.figures import Figure
from evals.registry import Asked, part

# Its figures are made by the part `answers`, on the half that no rule was made on.
REPORTED_APART = ("answers/demo",)


@part("tasks", seconds=30, never=r"^(privacy/demo/others_told|identity/written/strangers_joined)$", own=True)
def tasks(asked: Asked) -> Iterator[Figure]:
    """Retrieval, prompting, parity over channels, privacy and identity, each metric with what failed."""
    with Stage(asked.examples, asked.data, asked.now) as stage:
        for offered in gate_tasks():
            if offered.name not in REPORTED_APART:
                for one in run_figures(run_task(offered, stage)):
                    yield replace(one, settings={**one.settings, "label": "demo"})
