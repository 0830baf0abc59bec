"""An import that was killed goes on where it stopped, and ends as one that was not."""

import json
import sqlite3
import subprocess
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from api.importers import importing, recording
from api.importers.batches import Batch
from api.importers.importing import BATCH_ROWS
from api.importers.rows import Row
from knowledge.customers.tables import ConversationRow, EntryRow, PayloadRow
from tests.api.cli.conftest import Execute, Run, program

COUNT = 4 * BATCH_ROWS
STATE = {
    EntryRow: (
        "SELECT c.external_key, o.external_key, e.at, e.kind, e.dedupe_key, p.body FROM entries e "
        "JOIN payloads p ON p.entry = e.id JOIN customers c ON c.id = e.customer "
        "LEFT JOIN conversations o ON o.id = e.conversation ORDER BY e.seq"
    ),
    ConversationRow: (
        "SELECT o.external_key, c.external_key, o.status, o.status_at, o.last_at, o.last_text, o.messages, "
        "o.opened_at, i.status, i.status_at, i.conversations FROM conversations o "
        "JOIN customers c ON c.id = o.customer JOIN issues i ON i.id = o.issue ORDER BY o.external_key"
    ),
}


def write_rows(target: Path, count: int) -> None:
    """Ten customers, then what happened to them; and a bad row."""
    rows: list[dict[str, Any]] = [
        {"type": "customer", "id": f"c{one}", "handles": [{"kind": "email", "value": f"p{one}@mail.example"}]}
        for one in range(10)
    ]
    for number in range(count - len(rows)):
        at = f"2026-11-20T{number // 3600:02}:{number // 60 % 60:02}:{number % 60:02}Z"
        row = {"id": f"e{number}", "customer": f"c{number % 10}", "at": at}
        said = {
            "type": "message",
            "conversation": f"k{number % 30}",
            "channel": "email",
            "text": f"No. {number}",
            **row,
        }
        rows.append({**said, "direction": "in"} if number % 4 else {"type": "page_view", "url": "/tent", **row})
    rows.insert(count // 2, {"type": "message", "id": "bad"})
    target.write_text("".join(json.dumps(row) + "\n" for row in rows))


def rows_of(database: Path, statement: str) -> list[Any]:
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        return connection.execute(statement).fetchall()


def stored(database: Path) -> int:
    """How many entries there are; none while the tables are being made."""
    try:
        return int(rows_of(database, f"SELECT count(*) FROM {PayloadRow.__tablename__}")[0][0])
    except sqlite3.OperationalError:
        return 0


def test_a_killed_import_goes_on_where_it_stopped(folder: Path, execute: Execute) -> None:
    write_rows(folder / "rows.jsonl", COUNT)
    cut, whole = (f"sqlite:///{folder}/{name}.db" for name in ("cut", "whole"))
    with subprocess.Popen(
        [program(), "import", "rows.jsonl"],
        cwd=folder,
        env={"PATH": "", "THREADLINE_DATABASE_URL": cut},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as importing_:
        while importing_.poll() is None and stored(folder / "cut.db") < BATCH_ROWS:
            time.sleep(0.002)
        importing_.kill()
    before = stored(folder / "cut.db")
    assert 0 < before < COUNT - 100
    for url in (cut, whole):
        done = execute("import", "rows.jsonl", "--json", env={"THREADLINE_DATABASE_URL": url})
        report = json.loads(done.stdout)
        assert (len(report["bad"]), sum(report["known"].values()) + sum(report["added"].values())) == (1, COUNT)
        if url == cut:
            assert sum(report["known"].values()) >= before - 30  # of what is stored, 30 opened a conversation
    for statement in STATE.values():
        assert rows_of(folder / "cut.db", statement) == rows_of(folder / "whole.db", statement)


def test_what_is_stored_is_passed_over(folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    write_rows(folder / "rows.jsonl", 200)
    assert run("import", "rows.jsonl").exit_code == 1  # one row is bad
    taken_up: list[str] = []

    def note(batch: Batch, row: Row) -> None:
        taken_up.append(row.type)
        recording.record_row(batch, row)

    monkeypatch.setattr(importing, "record_row", note)
    report = json.loads(run("import", "rows.jsonl", "--json").stdout)
    assert taken_up == ["customer"] * 10
    assert (sum(report["known"].values()), sum(report["added"].values())) == (200, 0)
