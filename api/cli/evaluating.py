"""The commands of evaluation: `evals list`, `run`, `compare`, `judge` and `check`."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.failing import FAILED
from api.cli.opening import load, now_utc
from api.cli.output import AsJson, counting, tell, write, write_json, write_table
from api.cli.showing import show_run
from knowledge.failures import Rejected

if TYPE_CHECKING:
    from evals.core.comparing import Comparison
    from evals.core.runs import Run
    from evals.judges.agreement import Validated

evals = typer.Typer(help="Is it better, worse, or can nobody tell?", no_args_is_help=True, rich_markup_mode=None)
Changes = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=VALUE", help="A setting to change for this run, as in passage_chars=600."),
]
Data = Annotated[Path, typer.Option(metavar="FOLDER", help="Where public data sets lie.")]
Only = Annotated[list[str] | None, typer.Option("--only", metavar="TASK", help="Only this task; may be repeated.")]


@evals.command("list")
def list_tasks(as_json: AsJson = False) -> None:
    """List the tasks that can be run.

    \b
    Example:
      threadline evals list
    """
    from evals.core.registry import tasks

    offered = tasks().values()
    if as_json:
        write_json([{"name": one.name, "about": one.about, "gate": one.gate} for one in offered])
        return
    write_table(
        ("task", "gate", "what is asked"), [(one.name, "yes" if one.gate else "", one.about) for one in offered]
    )


@evals.command("run")
def run(  # noqa: PLR0913, PLR0917 - each option of a command is an argument
    task: Annotated[str, typer.Argument(metavar="TASK", help="A name that `evals list` shows.", show_default=False)],
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Where the run goes; default: build/runs/.")] = None,
    changes: Changes = None,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Cases asked at once.")] = 1,
    times: Annotated[int, typer.Option(min=1, max=20, help="How often each case is asked, for pass^k.")] = 1,
    data: Data = Path("../shared/data"),
    as_json: AsJson = False,
) -> None:
    """Run a task and keep the run.

    What was asked before by the same code with the same settings is not asked again; cases that failed are.

    \b
    Example:
      threadline evals run answers/demo --out before.json
      threadline evals run answers/demo --set passage_chars=600 --out after.json
      threadline evals run answers/demo --times 4
    """
    from api.demo import company_folder
    from evals.checking import ROOT
    from evals.core.registry import tasks
    from evals.core.repeating import repeated
    from evals.core.running import Running
    from evals.core.running import run as run_task
    from evals.core.runs import save
    from evals.core.stage import Stage
    from evals.figures import circumstances
    from evals.suite import sources
    from knowledge.failures import NotFound

    offered = tasks().get(task)
    if offered is None:
        raise NotFound(f"There is no task {task}.", "`threadline evals list` lists them.")
    now = now_utc()
    with Stage(company_folder().parent, data, now, changed(changes)) as stage, counting(task) as progress:
        how = Running(circumstances(ROOT, now), Path("build/cache"), sources(), workers, progress)
        asked = offered.make(stage)
        made = run_task(repeated(asked, times) if times > 1 else asked, how)
    path = out or Path("build/runs") / f"{task.replace('/', '-')}-{now:%Y%m%dT%H%M%SZ}.json"
    save(made, path)
    show_run(made, path, as_json)


@evals.command("compare")
def compare(
    before: Annotated[Path, typer.Argument(metavar="BEFORE", help="A run.", show_default=False)],
    after: Annotated[Path, typer.Argument(metavar="AFTER", help="Another run of the same task.", show_default=False)],
    as_json: AsJson = False,
) -> None:
    """Say whether AFTER is better, worse, or nobody can tell, and by how much.

    Both are compared case by case; the chance of a false alarm is 5 % over all metrics together.

    \b
    Example:
      threadline evals compare before.json after.json
    """
    from evals.core.comparing import changed_between, told
    from evals.core.comparing import compare as compared
    from evals.core.runs import load as load_run

    runs = load_run(before), load_run(after)
    found = compared(*runs)
    if as_json:
        write_json(_comparison(found) | {"changed": changed_between(*runs)})
        return
    write(f"{found.task}: {found.verdict}")
    for name, old, new in changed_between(*runs):
        write(f"  {name}: {old} → {new}")
    for one in found.compared:
        write(f"  {told(one)}")
    if found.only_before or found.only_after:
        write(f"  Not compared: {found.only_before} cases of BEFORE alone, {found.only_after} of AFTER alone.")
    if not found.same_data:
        write("  The two were run on different data.")


@evals.command("judge")
def judge(
    labels: Annotated[Path, typer.Argument(metavar="LABELS", help="What people said, JSON lines.", show_default=False)],
    cases: Annotated[int, typer.Option(min=1, help="So many of them, drawn by a seed.")] = 1_000,
    as_json: AsJson = False,
) -> None:
    """Hold the judge against people: Cohen's kappa with its interval, and whether it may block anything.

    Each line has `reply`, `texts` (a list) and `faithful` (true or false). Exit code 1 when it may not block: below .6,
    or on fewer than 200 items. What was judged is not asked again; replies without a verdict are counted as failures.

    \b
    Example:
      threadline evals judge labels.jsonl
    """
    from evals.checking import ROOT
    from evals.core.running import Running
    from evals.core.running import run as run_task
    from evals.figures import circumstances
    from evals.judges.labelled import agreement, agreement_task, read_labels
    from evals.judges.opening import opened_judge
    from evals.suite import sources

    known = read_labels(labels)
    with opened_judge(load()) as opened, counting("judge") as progress:
        task = agreement_task(known, opened, cases)
        how = Running(circumstances(ROOT, now_utc()), Path("build/cache"), sources(), 1, progress)
        made = run_task(task, how)
    _show_agreement(made, agreement(made, task), as_json)


def _show_agreement(made: "Run", checked: "Validated | None", as_json: bool) -> None:
    reasons = sorted({one.reason for one in made.failures})[:5]
    told: dict[str, Any] = {"judge": made.judge, "failed": len(made.failures), "reasons": reasons, "may_block": False}
    if checked is not None:
        told |= {**vars(checked.kappa), "table": checked.table, "may_block": checked.may_block}
    if as_json:
        write_json(told)
    else:
        write(f"{made.judge}: {len(made.failures)} of {len(made.results)} without a verdict. {' '.join(reasons)}")
    if checked is None:
        raise Rejected("The judge gave no verdict at all.", "Look at the reasons; try another judge.")
    if not as_json:
        k = checked.kappa
        write(f"κ = {k.value:.2f} ({k.low:.2f} to {k.high:.2f}) on {k.n} items; people → judge: {checked.table}")
    checked.require()


@evals.command("check")
def check(
    accept: Annotated[
        bool, typer.Option("--accept", help="Write what is measured now as the new baselines, to be committed alone.")
    ] = False,
    only: Only = None,
    changes: Changes = None,
    baselines: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Where the baselines lie; default: those of this version.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Measure this installation against the committed baselines.

    Cases come from the demo company alone. The exit code is 1 when something became significantly worse, or when
    what must never happen happened.

    \b
    Example:
      threadline evals check
      threadline evals check --set passage_chars=200
    """
    from api.demo import company_folder
    from evals import checking
    from evals.core.stage import Stage

    where = baselines or checking.BASELINES
    with Stage(company_folder().parent, Path(), now_utc(), changed(changes)) as stage:
        if accept:
            for path in checking.accept(stage, where, only or ()):
                tell(f"wrote {path}")
            tell("Commit these files alone, and say in the message why the measure changed.")
            return
        found = checking.check(stage, where, tell, only or ())
    if as_json:
        write_json([_comparison(one.comparison) | {"blocks": one.blocks, "reasons": one.reasons} for one in found])
    else:
        write(checking.summary(found))
    if any(one.blocks for one in found):
        raise typer.Exit(FAILED)


def changed(given: list[str] | None) -> dict[str, str]:
    """Return the settings that `--set` names, as text.

    Raises:
        Rejected: one has no value.
    """
    for one in given or ():
        if "=" not in one:
            raise Rejected(f"{one} changes nothing.", "Write --set NAME=VALUE.")
    return {name: value for name, _, value in (one.partition("=") for one in given or ())}


def _comparison(found: "Comparison") -> dict[str, Any]:
    return asdict(found) | {"verdict": found.verdict}
