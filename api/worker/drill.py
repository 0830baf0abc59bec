"""A drill: `python -m api.worker.drill` kills a worker with SIGKILL at every step boundary of a delivery, and tells.

A boundary is a commit that writes, in the record or in the database of the work, and the moments before and after the
provider takes the message. Each run begins with a message that waits; the worker is killed at one boundary, another
worker goes on, and what the provider was given is counted. Written as one JSON object a line.
"""

import json
import os
import shutil
import signal
import sys
import tempfile
import threading
import time
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, event

from api.channels.channel import Ignored, Outgoing, Unsure
from api.channels.delivering import DELIVER
from api.parts import Parts
from api.worker.work import Retries, Works
from api.worker.worker import Pace, open_worker
from knowledge.customers import inbox, outbox
from knowledge.customers.entries import Handle
from knowledge.customers.inbox import Incoming, Reply
from knowledge.database import Database, open_database
from knowledge.ids import EntryId
from knowledge.scope import Scope
from knowledge.settings import Settings

SCOPE = Scope()
PACE = Pace(look=0.02, poll=0.05, beat=0.1, dead_after=0.5, grace=1.0, threads=2)
SOON = Retries(attempts=50, first=timedelta(milliseconds=50), factor=1.0)
PATIENCE = 30.0
MOST = 200
HEART = "work-heart"
WRITES = ("INSERT", "UPDATE", "DELETE")


class Provider:
    """A provider in a file: each message it takes is a line, on disk before it answers. It can be asked.

    `mumbles`: its first answer is lost, though it took the message (as a time-out after a 200).
    """

    name = "email"
    settles_after = timedelta(0)

    def __init__(self, taken: Path, boundary: "Boundary", mumbles: bool) -> None:
        self._taken, self._boundary, self._mumbles = taken, boundary, mumbles

    def parse(self, raw: object, now: datetime) -> Ignored:  # noqa: ARG002 - nothing comes in here
        """Pass over what arrives: a drill only sends."""
        return Ignored("a drill only sends")

    def deliver(self, outgoing: Outgoing) -> str:
        """Take a message."""
        self._boundary.pass_by("before it is taken")
        first = not self._taken.exists()
        with self._taken.open("a", encoding="ascii") as stream:
            stream.write(f"{outgoing.message}\n")
            stream.flush()
            os.fsync(stream.fileno())
        self._boundary.pass_by("after it was taken")
        if self._mumbles and first:
            raise Unsure("The answer was lost.")
        return outgoing.message

    def find(self, outgoing: Outgoing) -> bool:
        """Tell whether a message was taken."""
        return self._taken.exists() and outgoing.message in self._taken.read_text(encoding="ascii").split()


@dataclass
class Boundary:
    """Counts boundaries in this process and dies at the one it is told."""

    at: int
    passed: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)
    writing: set[int] = field(default_factory=set)

    def pass_by(self, _where: str) -> None:
        """Count one more; the end, when it is the one."""
        with self.lock:
            self.passed += 1
            if self.passed == self.at:
                os.kill(os.getpid(), signal.SIGKILL)

    def watch(self) -> None:
        """Count every commit that writes, of every engine."""

        def executed(connection: Connection, cursor: Any, statement: str, *_rest: Any) -> None:
            if statement.lstrip().upper().startswith(WRITES) and cursor.rowcount != 0:
                self.writing.add(id(connection))

        def committed(connection: Connection) -> None:
            if id(connection) in self.writing:
                self.writing.discard(id(connection))
                # Signs of life are no step of a delivery: on a slow machine they would be most of what is counted.
                if threading.current_thread().name != HEART:
                    self.pass_by("commit")

        event.listen(Engine, "after_cursor_execute", executed)
        event.listen(Engine, "commit", committed)


def work(folder: Path, message: EntryId, at: int, mumbles: bool) -> int:
    """Work until the message is settled, or die at a boundary (0: none); returns how many boundaries passed."""
    boundary = Boundary(at)
    boundary.watch()
    nothing: Any = None
    with closing(open_database(_url(folder))) as database:
        boundary.passed = 0  # opening it is no step of a delivery
        channels = {"email": Provider(folder / "taken", boundary, mumbles)}
        settings = Settings(data_dir=folder, database_url=_url(folder))
        parts = Parts(settings, database, SCOPE, nothing, nothing, channels=channels)
        works = Works(reactions=[replace(DELIVER, retries=SOON)])
        with open_worker(parts, works, PACE):
            _until_settled(database, message)
        return boundary.passed


def _until_settled(database: Database, message: EntryId) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with database.read() as session:
            if outbox.waiting_of(session, SCOPE, message).state != "queued":
                return
        time.sleep(0.02)


def prepare(folder: Path) -> EntryId:
    """Lay out a record with one message that waits."""
    now = datetime.now(UTC)
    with closing(open_database(_url(folder))) as database, database.write() as session:
        asked = inbox.receive(session, SCOPE, Incoming("email", Handle("email", "a@mail.example"), "Hi?", now), now)
        assert asked.conversation is not None
        return inbox.reply(session, SCOPE, Reply(asked.conversation, "Hello!", "kim@example.com"), now).id


def judge(folder: Path, message: EntryId) -> dict[str, int]:
    """Count what the provider was given and whether the record knows it."""
    taken = (folder / "taken").read_text(encoding="ascii").split() if (folder / "taken").exists() else []
    with closing(open_database(_url(folder))) as database, database.read() as session:
        state = outbox.waiting_of(session, SCOPE, message).state
    return {"lost": int(not taken or state != "delivered"), "doubled": max(0, len(taken) - 1)}


def drill(stride: int, mumbles: bool) -> None:
    """Kill at every `stride`-th boundary until a worker gets through, and tell of each."""
    with tempfile.TemporaryDirectory(prefix="threadline-drill-") as place:
        template = Path(place) / "template"
        template.mkdir()
        message = prepare(template)
        for at in range(1, MOST, stride):
            folder = Path(place) / f"run-{at}"
            shutil.copytree(template, folder)
            killed = _apart(folder, message, at, mumbles)
            _apart(folder, message, 0, mumbles) if killed else None
            sys.stdout.write(json.dumps({"at": at, "killed": killed, **judge(folder, message)}) + "\n")
            sys.stdout.flush()
            shutil.rmtree(folder, ignore_errors=True)
            if not killed:
                return


def _apart(folder: Path, message: EntryId, at: int, mumbles: bool) -> bool:
    """Work in a process of its own; returns whether it was killed."""
    child = os.fork()
    if child == 0:
        with suppress(BaseException):
            work(folder, message, at, mumbles)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def _url(folder: Path) -> str:
    return f"sqlite:///{folder / 'threadline.db'}"


if __name__ == "__main__":
    drill(int(sys.argv[1]), sys.argv[2] == "mumbles")
