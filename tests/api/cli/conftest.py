"""Fixtures of the command line: an empty folder to work in, and a way to run commands."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

Run = Callable[..., Result]
Execute = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder, with no settings of the machine's."""
    for name in [name for name in os.environ if name.startswith("THREADLINE_")]:
        monkeypatch.delenv(name)
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def run() -> Run:
    """Run a command in this process."""
    from api.cli.app import app

    def run(*words: str, stdin: str | None = None) -> Result:
        return CliRunner().invoke(app, list(words), input=stdin, prog_name="threadline")

    return run


@pytest.fixture
def imported(request: pytest.FixtureRequest, run: Run, folder: Path) -> Path:
    """Import the ROWS of the test's own module."""
    (folder / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in request.module.ROWS))
    assert run("import", "rows.jsonl").exit_code == 0
    return folder


@pytest.fixture
def execute(folder: Path) -> Execute:
    """Run the real program."""

    def execute(*words: str, **more: object) -> "subprocess.CompletedProcess[str]":
        environ = {**os.environ, **more.pop("env", {})}  # type: ignore[dict-item]
        return subprocess.run(
            [program(), *words],
            capture_output=True,
            text=True,
            timeout=60,
            cwd=folder,
            env=environ,
            check=False,
            **more,
        )  # type: ignore[call-overload, no-any-return]

    return execute


def program() -> str:
    """Return the path of the installed program."""
    return str(Path(sys.executable).with_name("threadline"))
