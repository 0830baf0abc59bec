"""The engine of durable work: DBOS on a database of its own, beside the record's, with settings that survive kills."""

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event, make_url

from knowledge.folders import make_private
from knowledge.ids import new_id
from knowledge.settings import Settings

FILE = "work.db"
SCHEMA = "threadline_work"
# What a workflow is given and in which order it acts. Change it when that changes: waiting work of another version
# is left to workers of that version.
VERSION = "1"
SWEPT = 500


def worker_name() -> str:
    """Return a name for this run of a worker: never one that was there before."""
    return f"{socket.gethostname()[:60]}:{os.getpid()}:{new_id()[-12:]}"


def open_engine(settings: Settings) -> Engine:
    """Return the engine of the work's database: a file beside the record's, or the same PostgreSQL server."""
    url = make_url(settings.database)
    if url.get_backend_name() == "postgresql":
        return create_engine(url.set(drivername="postgresql+psycopg"), pool_pre_ping=True, hide_parameters=True)
    path = Path(url.database).with_name(FILE) if url.database else settings.data_dir / FILE
    make_private(path.parent)
    path.touch(mode=0o600)
    engine = create_engine(f"sqlite:///{path}", hide_parameters=True)
    event.listen(engine, "connect", _set_pragmas)
    return engine


def _set_pragmas(connection: Any, _record: object) -> None:
    # DBOS's own (immediate transactions, a patient wait), and what it does not set: with the write-ahead log a step
    # is written in 5 ms instead of 117.
    connection.isolation_level = "IMMEDIATE"
    for pragma in ("journal_mode=wal", "synchronous=normal", "busy_timeout=30000", "foreign_keys=on"):
        connection.execute(f"PRAGMA {pragma}")


def sweep(dbos: Any, before: datetime) -> None:
    """Delete what was finished before a moment: marks and letters say what has to be known of it."""
    finished = {"status": ["SUCCESS", "CANCELLED"], "end_time": before.isoformat(), "limit": SWEPT}
    while old := dbos.list_workflows(**finished, load_input=False, load_output=False):
        dbos.delete_workflows([workflow.workflow_id for workflow in old])


@contextmanager
def launched(settings: Settings, name: str, declare: Callable[[Any], None], threads: int) -> Iterator[Any]:
    """Launch DBOS under this worker's name; `declare` is given it before, to register workflows.

    One at a time in a process. At the end work that has begun may finish for some seconds; what is left over is
    taken over by another worker, or by the next one to start.
    """
    from dbos import DBOS

    engine = open_engine(settings)
    DBOS(
        config={
            "name": "threadline",
            "system_database_engine": engine,
            "dbos_system_schema": SCHEMA,
            "application_version": VERSION,
            "executor_id": name,
            "max_executor_threads": threads + 4,
            "use_listen_notify": False,
            "log_level": "ERROR",
            "console_log_level": "ERROR",
        }
    )
    try:
        declare(DBOS)
        DBOS.launch()
        yield DBOS
    finally:
        DBOS.destroy(destroy_registry=True)
        engine.dispose()
