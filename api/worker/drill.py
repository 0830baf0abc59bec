"""A drill: `python -m api.worker.drill` kills a worker with SIGKILL at every step boundary of a delivery, and tells.

A boundary is a commit that writes, in the record or in the database of the work, and the moments before and after the
provider takes the message. Each run begins with a message that waits; the worker is killed at one boundary, another
worker goes on, and what the provider was given is counted. Runs go on side by side: they mostly wait. Written as one
JSON object a line.
"""

import json
import os
import shutil
import signal
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text

from api.channels.channel import Ignored, Outgoing, Unsure
from api.channels.delivering import DELIVER
from api.parts import Parts
from api.worker.work import Retries, Works
from api.worker.worker import Pace, open_worker
from knowledge.customers import inbox, outbox
from knowledge.customers.entries import Handle
from knowledge.customers.inbox import Incoming, Reply
from knowledge.database import Database, open_database
from knowledge.driver import Driver
from knowledge.ids import EntryId
from knowledge.scope import Scope
from knowledge.settings import Settings

SCOPE = Scope()
PACE = Pace(look=0.02, poll=0.05, beat=0.1, dead_after=0.5, grace=1.0, threads=2)
SOON = Retries(attempts=50, first=timedelta(milliseconds=50), factor=1.0)
PATIENCE = 30.0
MOST = 200
AT_ONCE = 4
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
        """Count every commit that writes: of every engine, and of units of work that run on the driver alone."""

        def wrote(statement: str, cursor: Any, on: Any) -> None:
            if statement.lstrip().upper().startswith(WRITES) and cursor.rowcount != 0:
                self.writing.add(id(on))

        def committed(on: Any) -> None:
            if id(on) in self.writing:
                self.writing.discard(id(on))
                # Signs of life are no step of a delivery: on a slow machine they would be most of what is counted.
                if threading.current_thread().name != HEART:
                    self.pass_by("commit")

        def executed(connection: Connection, cursor: Any, statement: str, *_rest: Any) -> None:
            wrote(statement, cursor, connection.connection.driver_connection)

        event.listen(Engine, "after_cursor_execute", executed)
        event.listen(Engine, "commit", lambda one: committed(one.connection.driver_connection))
        _watch_drivers(wrote, committed)


def _watch_drivers(wrote: Callable[[str, Any, Any], None], committed: Callable[[Any], None]) -> None:
    """See what goes past SQLAlchemy's events; in this process alone, which ends with the drill."""
    run, run_many, commit = Driver.run, Driver.run_many, Driver.commit

    def watched_run(self: Driver, statement: str, parameters: Any = ()) -> Any:
        cursor = run(self, statement, parameters)
        wrote(statement, cursor, self.connection)
        return cursor

    def watched_many(self: Driver, statement: str, rows: Any) -> None:
        run_many(self, statement, rows)
        wrote(statement, self.cursor(), self.connection)

    def watched_commit(self: Driver) -> None:
        committed(self.connection)
        commit(self)

    for name, watched in (("run", watched_run), ("run_many", watched_many), ("commit", watched_commit)):
        setattr(Driver, name, watched)


def work(ground: "Ground", message: EntryId, at: int, mumbles: bool) -> int:
    """Work until the message is settled, or die at a boundary (0: none); returns how many boundaries passed."""
    boundary = Boundary(at)
    boundary.watch()
    nothing: Any = None
    folder, url = ground.folder, ground.url
    with closing(open_database(url)) as database:
        boundary.passed = 0  # opening it is no step of a delivery
        channels = {"email": Provider(folder / "taken", boundary, mumbles)}
        settings = Settings(data_dir=folder, database_url=url)
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


def prepare(ground: "Ground") -> EntryId:
    """Lay out a record with one message that waits."""
    now = datetime.now(UTC)
    with closing(open_database(ground.url)) as database, database.write() as session:
        asked = inbox.receive(session, SCOPE, Incoming("email", Handle("email", "a@mail.example"), "Hi?", now), now)
        assert asked.conversation is not None
        message = inbox.reply(session, SCOPE, Reply(asked.conversation, "Hello!", "kim@example.com"), now).id
    _in_a_child(lambda: _first_start(ground))
    return message


def _first_start(ground: "Ground") -> None:
    """Start a worker that knows no work: making the tables of DBOS is no step of a delivery."""
    nothing: Any = None
    with closing(open_database(ground.url)) as database:
        settings = Settings(data_dir=ground.folder, database_url=ground.url)
        with open_worker(Parts(settings, database, SCOPE, nothing, nothing, channels={}), Works(), PACE):
            return


def judge(ground: "Ground", message: EntryId) -> dict[str, int]:
    """Count what the provider was given and whether the record knows it."""
    folder = ground.folder
    taken = (folder / "taken").read_text(encoding="ascii").split() if (folder / "taken").exists() else []
    with closing(open_database(ground.url)) as database, database.read() as session:
        state = outbox.waiting_of(session, SCOPE, message).state
    return {"lost": int(not taken or state != "delivered"), "doubled": max(0, len(taken) - 1)}


def drill(stride: int, provider: str, server: str = "") -> None:
    """Kill at every `stride`-th boundary until a worker gets through, and tell of each; `provider` speaks or mumbles.

    `server` is the URL of a PostgreSQL server on which databases may be made; empty: SQLite files.
    """
    with tempfile.TemporaryDirectory(prefix="threadline-drill-") as place:
        grounds = Grounds(Path(place), server)
        template = grounds.begin()
        message = prepare(template)
        for first in range(1, MOST, stride * AT_ONCE):
            rows = _side_by_side(grounds, message, range(first, first + stride * AT_ONCE, stride), provider)
            for row in rows:
                sys.stdout.write(json.dumps({"provider": provider, **row}) + "\n")
            sys.stdout.flush()
            if not rows[-1]["killed"]:
                grounds.clear(template)
                return


def _side_by_side(grounds: "Grounds", message: EntryId, places: range, provider: str) -> list[dict[str, Any]]:
    """Kill one worker at each of these boundaries and let another go on; return what came of each."""
    runs = [(at, grounds.copy(at)) for at in places]
    children = [_fork(lambda at=at, ground=ground: _one(ground, message, at, provider)) for at, ground in runs]  # type: ignore[misc]
    broken = [child for child in children if _ended(child)]
    if broken:
        raise RuntimeError("A run of the drill was killed itself.")
    rows = [json.loads((ground.folder / "told").read_text(encoding="ascii")) for _, ground in runs]
    for _, ground in runs:
        grounds.clear(ground)
    return rows


def _one(ground: "Ground", message: EntryId, at: int, provider: str) -> None:
    """Work, be killed at a boundary, let another worker go on, and write down what came of it."""
    mumbles = provider == "mumbles"
    killed = _in_a_child(lambda: work(ground, message, at, mumbles))
    if killed:
        _in_a_child(lambda: work(ground, message, 0, mumbles))
    row = {"at": at, "killed": killed, **judge(ground, message)}
    (ground.folder / "told").write_text(json.dumps(row), encoding="ascii")


@dataclass(frozen=True)
class Ground:
    """Where one run happens: a folder for the provider's file, and the record's database."""

    folder: Path
    url: str


@dataclass(frozen=True)
class Grounds:
    """Lays out a record once and copies it for each run: a file, or a database of a PostgreSQL server."""

    place: Path
    server: str = ""

    def begin(self) -> Ground:
        """Return an empty ground: what is laid out there is copied later."""
        return self._made("template", "")

    def copy(self, number: int) -> Ground:
        """Return a copy of what was laid out."""
        return self._made(f"run{number}", "template")

    def clear(self, ground: Ground) -> None:
        """Throw a ground away."""
        shutil.rmtree(ground.folder, ignore_errors=True)
        if self.server:
            self._say(f"DROP DATABASE IF EXISTS {self._name(ground.folder.name)} WITH (FORCE)")

    def _made(self, name: str, like: str) -> Ground:
        folder = self.place / name
        if not self.server:
            shutil.copytree(self.place / like, folder) if like else folder.mkdir()
            return Ground(folder, f"sqlite:///{folder / 'threadline.db'}")
        folder.mkdir()
        self._say(f"CREATE DATABASE {self._name(name)}" + (f" TEMPLATE {self._name(like)}" if like else ""))
        url = make_url(self.server).set(database=self._name(name))
        return Ground(folder, url.render_as_string(hide_password=False))

    def _name(self, name: str) -> str:
        return f"drill_{self.place.name.rpartition('-')[2].lower()}_{name}"

    def _say(self, statement: str) -> None:
        url = make_url(self.server).set(drivername="postgresql+psycopg")
        engine = create_engine(url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(statement))
        engine.dispose()


def _in_a_child(do: Callable[[], object]) -> bool:
    """Do something in a process of its own; returns whether it was killed."""
    return _ended(_fork(do))


def _fork(do: Callable[[], object]) -> int:
    child = os.fork()
    if child == 0:
        try:
            do()
        except BaseException:  # noqa: BLE001 - a child must end here, whatever happened, and say it
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    return child


def _ended(child: int) -> bool:
    """Wait for a process; returns whether it was killed."""
    _, status = os.waitpid(child, 0)
    if os.WIFEXITED(status) and os.WEXITSTATUS(status):
        raise RuntimeError("A process of the drill broke; what it said stands above.")
    return os.WIFSIGNALED(status)


if __name__ == "__main__":
    import dbos  # noqa: F401 - once, for all the processes that are forked here

    for named in sys.argv[2].split(","):
        drill(int(sys.argv[1]), named, sys.argv[3] if len(sys.argv) > 3 else "")
