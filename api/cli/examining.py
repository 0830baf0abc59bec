"""The command `doctor`: is this installation well, and what to do where it is not."""

from dataclasses import asdict

import typer

from api.cli.checks import Check, examine
from api.cli.failing import FAILED
from api.cli.output import AsJson, write, write_json

_SIGNS = {"ok": "ok  ", "warn": "warn", "fail": "FAIL"}


def doctor(as_json: AsJson = False) -> None:
    """Check this installation.

    It looks at settings, disk, database, logins, library, embedder, index, models, chat endpoint and port.
    Every line says ok, warn or FAIL, with the remedy; the exit code is 1 when something fails.

    \b
    Example:
      threadline doctor
    """
    checks: list[Check] = []
    for check in examine():
        checks.append(check)
        if not as_json:
            _show(check)
    if as_json:
        write_json([asdict(check) for check in checks])
    if any(check.state == "fail" for check in checks):
        raise typer.Exit(FAILED)


def _show(check: Check) -> None:
    write(f"{_SIGNS[check.state]}  {check.part}: {check.message}")
    if check.remedy:
        write(f"      {check.remedy}")
