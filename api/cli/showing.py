"""What a run says: `evals show`, and the lines under every run that was made."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.output import AsJson, write, write_json, write_table

if TYPE_CHECKING:
    from evals.core.repeating import Reliable
    from evals.core.runs import Run
    from evals.core.summary import Summary


def show(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="A run.", show_default=False)], as_json: AsJson = False
) -> None:
    """Show a run: what it was made with, every metric, by channel, language, topic and kind, and what failed.

    A slice of fewer than 10 independent cases says that they are too few.

    \b
    Example:
      threadline evals show before.json
    """
    from evals.core.runs import load

    made = load(run)
    show_run(made, run, as_json)
    if as_json:
        return
    with_what = {**made.settings, **made.models, "judge": made.judge, "data": made.data, "commit": made.commit}
    with_what |= {"machine": made.machine, "load": made.load, "at": made.at, "cost": made.cost}
    write("Made with " + ", ".join(f"{name} {value}" for name, value in with_what.items() if value not in ("", None)))
    for one in _summaries(made):
        for cut in one.slices:
            write(f"  {one.metric.name}, {cut.told}")


def show_run(made: "Run", path: Path, as_json: bool) -> None:
    """Show what a run says, and where it lies."""
    told, reliable = _summaries(made), _reliable(made)
    if as_json:
        shown: dict[str, Any] = {
            "task": made.task,
            "file": str(path),
            "cost": made.cost,
            "tokens": made.tokens,
            "seconds": made.seconds,
            "metrics": [asdict(one) for one in told],
            "failed": len(made.failures),
        }
        write_json(shown | ({"reliability": [asdict(one) for one in reliable]} if reliable else {}))
        return
    known = [(one.metric.name, one.interval) for one in told if one.interval is not None]
    known += [(f"{one.metric.name}, pass^{one.k}", one.interval) for one in reliable]
    rows = [(name, f"{one.value:.3f}", f"{one.low:.3f} to {one.high:.3f}", one.n) for name, one in known]
    write_table(("metric", "mean", "95 % interval", "n"), rows)
    write(
        f"{len(made.failures)} of {len(made.results)} cases failed; {made.seconds:.1f} s; {made.tokens} tokens. {path}"
    )
    for failure in made.failures[:5]:
        write(f"  {failure.case}: {failure.reason}")


def _summaries(made: "Run") -> "tuple[Summary, ...]":
    from evals.core.summary import summarise

    return summarise(made)


def _reliable(made: "Run") -> "list[Reliable]":
    """pass^k of a run whose cases were asked several times."""
    from evals.core.repeating import reliability

    times = made.settings.get("times", 1)
    return list(reliability(made, times)) if isinstance(times, int) and times > 1 else []
