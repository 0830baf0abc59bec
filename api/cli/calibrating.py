"""The command that compares stated chances with what happened: `calibrate`."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.opening import open_record
from api.cli.output import AsJson, write, write_json, write_table

if TYPE_CHECKING:
    from assistant.gate.calibration import Calibration


def calibrate(
    file: Annotated[
        Path | None,
        typer.Argument(metavar="[FILE]", help="JSON lines with chance and right; default: agents' verdicts."),
    ] = None,
    risk: Annotated[float, typer.Option(min=0.001, max=0.5, help="The share of wrong answers to certify.")] = 0.05,
    confidence: Annotated[float, typer.Option(min=0.5, max=0.999, help="How surely.")] = 0.95,
    as_json: AsJson = False,
) -> None:
    """Compare the chances of drafts with what came of them, and say what error rate can be promised.

    Thresholds are chosen on one half of the labels and certified on the other. Without enough of them it says so.

    \b
    Example:
      threadline calibrate --risk 0.05
    """
    from assistant.gate.calibration import calibrate as compare
    from assistant.gate.calibration import read_labelled, verdicts

    if file is not None:
        labelled = read_labelled(file)
    else:
        with open_record() as record, record.database.read() as session:
            labelled = verdicts(session, record.scope)
    found = compare(labelled, risk, confidence)
    if as_json:
        write_json(asdict(found))
        return
    _show(found)


def _show(found: "Calibration") -> None:
    write(f"{found.labelled} labelled answers, {found.right} of them right.")
    if found.bins:
        rows = [(str(n), f"{stated:.0%}", f"{came:.0%}") for n, stated, came in found.bins]
        write_table(("answers", "chance stated", "came true"), rows)
        write(f"Calibration error {found.error:.3f}, Brier score {found.brier:.3f}.")
    write(str(found.certificate))
    if found.broken:
        write("The labels show that the risk is exceeded: do not rely on the certificate.")
    needed = ", ".join(f"{n} for {risk:.0%}" for risk, n in found.needed)
    write(f"Answers a bound needs when none is wrong: {needed}.")
