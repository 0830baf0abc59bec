"""The gate: today's runs against the committed ones; a significant regression blocks and is explained."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from evals.core.cases import Failure, Result
from evals.core.comparing import LEVEL, Comparison, compare_all, told
from evals.core.registry import Offered, tasks
from evals.core.running import Running, run
from evals.core.runs import Run, load, save
from evals.core.stage import Stage
from evals.figures import circumstances
from knowledge.failures import NotFound, Rejected

BASELINES = Path(__file__).with_name("baselines")
ROOT = Path(__file__).parents[1]
# Cases named in an explanation.
NAMED = 5


@dataclass(frozen=True)
class Checked:
    """Today's run of a task against its baseline; `lost` names cases that got worse, most first."""

    task: str
    now: Run
    comparison: Comparison
    lost: Mapping[str, Sequence[str]]

    @property
    def blocks(self) -> bool:
        """Whether it regressed significantly, or cases of the baseline are gone."""
        return self.comparison.verdict == "worse" or self.comparison.only_before > 0

    @property
    def reasons(self) -> list[str]:
        """What blocks, with what is known about it."""
        gone = self.comparison.only_before
        missing = [f"{gone} cases of the baseline were not asked"] if gone else []
        return missing + [
            f"{told(one)}. Worse on: {', '.join(self.lost[one.metric.name]) or 'none alone'}"
            for one in self.comparison.compared
            if one.verdict == "worse"
        ]


def gate_tasks() -> list[Offered]:
    """The tasks that the gate runs: on cases from examples/ or written beside the code."""
    return [one for one in tasks().values() if one.gate]


def run_task(offered: Offered, stage: Stage, workers: int = 1) -> Run:
    """Run one task now, nothing kept: the gate measures this code and no other."""
    return run(offered.make(stage), Running(circumstances(ROOT, stage.now), workers=workers))


def check(
    stage: Stage, baselines: Path = BASELINES, say: Callable[[str], None] = lambda _: None, only: Sequence[str] = ()
) -> list[Checked]:
    """Run every gate task, or those of `only`, and compare it with its baseline; p is adjusted over all of them.

    Raises:
        NotFound: a task has no baseline.
        Rejected: a baseline cannot be read.
    """
    before, after = [], []
    for offered in _chosen(only):
        before.append(load(_path(baselines, offered.name)))
        say(f"{offered.name}: {len(before[-1].results)} cases in the baseline")
        after.append(run_task(offered, stage))
    compared = compare_all(list(zip(before, after, strict=True)))
    return [
        Checked(old.task, new, comparison, _lost(old, new))
        for old, new, comparison in zip(before, after, compared, strict=True)
    ]


def accept(stage: Stage, baselines: Path = BASELINES, only: Sequence[str] = ()) -> Iterator[Path]:
    """Run every gate task and write its run as the new baseline; yields the files.

    Raises:
        Rejected: a case failed; a baseline that could not be measured proves nothing.
    """
    for offered in _chosen(only):
        made = run_task(offered, stage)
        if made.failures:
            first = made.failures[0]
            raise Rejected(f"{made.task}: {len(made.failures)} cases failed, {first.case}: {first.reason}", "Mend it.")
        save(_bare(made), _path(baselines, offered.name))
        yield _path(baselines, offered.name)


def summary(checked: Sequence[Checked]) -> str:
    """One paragraph for a person: what blocks and why, else what moved."""
    blocking = [one for one in checked if one.blocks]
    lines = []
    for one in blocking:
        lines += [f"{one.task}: blocked", *(f"  {reason}" for reason in one.reasons)]
    if not blocking:
        moved = [f"{one.task} {told(c)}" for one in checked for c in one.comparison.compared if c.verdict != "same"]
        lines = [f"No significant regression (adjusted p < {LEVEL} over every metric of {len(checked)} tasks).", *moved]
    return "\n".join(lines)


def _chosen(only: Sequence[str]) -> list[Offered]:
    known = {one.name: one for one in gate_tasks()}
    for name in only:
        if name not in known:
            raise NotFound(f"The gate has no task {name}.", f"It has {', '.join(known)}.")
    return [known[name] for name in only or known]


def _path(baselines: Path, task: str) -> Path:
    return baselines / f"{task.replace('/', '-')}.json"


def _bare(made: Run) -> Run:
    """The run without what the product said and what the clock did: the scores are what is compared."""
    results: tuple[Result, ...] = tuple(
        one if isinstance(one, Failure) else replace(one, output={}, seconds=0.0) for one in made.results
    )
    return replace(made, results=results, machine="", load=0.0, seconds=0.0)


def _lost(before: Run, after: Run) -> dict[str, list[str]]:
    old, new = before.scores, after.scores
    lost: dict[str, list[str]] = {"failed": [name for name in old if name not in new][:NAMED]}
    for metric in after.metrics:
        sign = 1 if metric.higher_is_better else -1
        gaps = {
            name: sign * (new[name].values[metric.name] - old[name].values[metric.name])
            for name in old.keys() & new.keys()
            if metric.name in old[name].values and metric.name in new[name].values
        }
        lost[metric.name] = [name for name in sorted(gaps, key=lambda one: (gaps[one], one)) if gaps[name] < 0][:NAMED]
    return lost
