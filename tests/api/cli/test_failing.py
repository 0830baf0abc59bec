import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from api.cli.failing import Commands

PROGRAM = str(Path(sys.executable).with_name("threadline"))


def test_a_misspelt_setting_stops_with_the_nearest_name(run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THREADLINE_DATA_DR", "/tmp")
    done = run("conversations")
    assert done.exit_code == 1
    assert done.stdout == ""
    assert done.stderr.splitlines() == [
        "error: THREADLINE_DATA_DR in the environment is no setting.",
        "  Did you mean THREADLINE_DATA_DIR?",
    ]


def test_a_misspelt_line_in_env_stops_too(run, folder: Path) -> None:
    (folder / ".env").write_text("THREADLINE_PROT=1\n")
    done = run("users", "list")
    assert done.exit_code == 1
    assert "Did you mean PORT?" in done.stderr or "Did you mean THREADLINE_PORT?" in done.stderr


def test_a_bad_value_names_the_setting(run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THREADLINE_PORT", "many")
    done = run("users", "list")
    assert done.exit_code == 1
    assert done.stderr.startswith("error: THREADLINE_PORT: ")
    assert "Traceback" not in done.stderr


def test_what_cannot_be_reached_exits_with_3(run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THREADLINE_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    done = run("conversations")
    assert done.exit_code == 3
    assert done.stderr.startswith("error: The database does not answer")
    assert len(done.stderr.splitlines()) == 2


def test_a_database_that_fails_in_the_middle_exits_with_3(run, folder: Path) -> None:
    assert run("conversations").exit_code == 0
    with closing(sqlite3.connect(folder / ".threadline" / "threadline.db")) as database:
        database.execute("DROP TABLE conversations")
    done = run("conversations")
    assert done.exit_code == 3
    assert done.stderr.startswith("error: The database does not answer.")
    assert "Traceback" not in done.stderr


def test_a_file_that_cannot_be_used_is_named(run, folder: Path) -> None:
    done = run("report", "--out", "nowhere/report.html")
    assert (done.exit_code, done.stderr.splitlines()[0]) == (1, "error: There is no folder nowhere.")
    some = typer.Typer(cls=Commands)
    some.command("write")(lambda: (folder / "none" / "x").write_text(""))
    some.command("fail")(lambda: os.kill(2**31 - 1, 0))
    done = CliRunner().invoke(some, ["write"])
    assert done.exit_code == 1
    assert done.stderr.splitlines()[0] == f"error: {folder / 'none' / 'x'}: No such file or directory."
    assert isinstance(CliRunner().invoke(some, ["fail"]).exception, ProcessLookupError)  # no file's fault is not hidden


def test_a_closed_pipe_is_no_failure(run, folder: Path) -> None:
    rows = [f'{{"type": "customer", "id": "c{n}", "name": "N{n}"}}' for n in range(3)]
    (folder / "rows.jsonl").write_text("\n".join(rows))
    assert run("import", "rows.jsonl").exit_code == 0
    reader = f"{PROGRAM} users list --json; {PROGRAM} conversations --json | true; {PROGRAM} --help | head -1"
    done = subprocess.run(["bash", "-c", reader], capture_output=True, text=True, cwd=folder, check=False)
    assert done.stderr == ""
    assert "Broken pipe" not in done.stderr


def test_ctrl_c_ends_without_a_traceback(folder: Path) -> None:
    # A suite that was started in the background of a shell hands on that the signal is ignored.
    command = ["env", "--default-signal=INT", PROGRAM, "import", "-"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=folder
    ) as running:
        deadline = time.monotonic() + 30
        while not (folder / ".threadline" / "threadline.db").exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        time.sleep(0.7)
        os.kill(running.pid, signal.SIGINT)
        _, err = running.communicate(timeout=20)
    assert running.returncode == 130
    assert b"Traceback" not in err
    assert b"interrupted" in err
