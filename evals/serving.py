"""The product's own server for measurements: started on a prepared folder, its timelines read back as entries."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from knowledge.customers.entries import Entry, load
from knowledge.failures import Unavailable
from knowledge.ids import ConversationId, CustomerId, EntryId


@contextmanager
def running(folder: Path, settings: Mapping[str, str]) -> Iterator[str]:
    """Start `threadline serve` on a data folder, a worker inside; yields its address and stops it at the end.

    `settings` are THREADLINE_* variables; those of the environment do not count.

    Raises:
        Unavailable: it does not come up.
    """
    environ = {name: value for name, value in os.environ.items() if not name.startswith("THREADLINE_")}
    environ |= {"THREADLINE_DATA_DIR": str(folder), **settings}
    program = str(Path(sys.executable).with_name("threadline"))
    with (
        (folder / "server.log").open("w") as log,
        subprocess.Popen(  # noqa: S603 - our own program
            [program, "serve", "--port", "0"], stdout=subprocess.PIPE, stderr=log, text=True, env=environ, cwd=folder
        ) as process,
    ):
        try:
            yield _address(process)
        finally:
            process.terminate()


def _address(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    for line in process.stdout:
        for word in line.split():
            if word.startswith("http://"):
                return word.rstrip("/.,")
    raise Unavailable("The server did not come up.", "Run `threadline doctor`.")


def entry_of(row: Mapping[str, Any]) -> Entry:
    """Return an entry that the API told as JSON."""
    return Entry(
        row["seq"],
        EntryId(row["id"]),
        datetime.fromisoformat(row["at"]),
        datetime.fromisoformat(row["recorded_at"]),
        row["kind"],
        CustomerId(row["customer"]),
        ConversationId(row["conversation"]) if row["conversation"] else None,
        load(json.dumps(row["payload"])) if row["payload"] else None,
    )
