"""Fixtures every test can use: a real database on both engines, a closed network."""

import json
import os
import shutil
import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import psycopg
import pytest
from hypothesis import settings
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from knowledge.database import Database, open_database
from knowledge.scope import Scope

LOOPBACK = ("127.0.0.1", "::1", "localhost", "0.0.0.0")
LONG = frozenset({"browser", "recovery", "peak"})
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Options of the suite; the long ones are for `make test-full` and continuous integration."""
    parser.addoption("--full", action="store_true", help="long property and recovery tests")
    parser.addoption("--screenshots", action="store_true", help="renew docs/images from the browser journey")
    parser.addoption("--require-system", action="store_true", help="fail where a Debian program is missing")


def pytest_configure(config: pytest.Config) -> None:
    """Choose the size of property tests: small by default, the same examples each time."""
    settings.register_profile("small", max_examples=25, derandomize=True, deadline=None)
    settings.register_profile("full", max_examples=500, deadline=None)
    settings.load_profile("full" if config.getoption("--full") else "small")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip tests whose Debian program is absent, naming the package; with --require-system refuse to begin.

    Whole systems go first, long files of few tests: what is short at the end keeps all processes busy.
    """
    items.sort(key=lambda item: item.path.parent.name not in LONG)
    for item in items:
        for mark in item.iter_markers("system"):
            (program,) = mark.args
            if shutil.which(program) is None:
                reason = f"needs {program}: apt-get install {program}"
                if config.getoption("--require-system"):
                    raise pytest.UsageError(f"{item.nodeid} {reason}")
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(autouse=True)
def closed_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse every connection that leaves this machine."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in LOOPBACK:
            raise OSError(f"a test tried to reach {address[0]}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """A PostgreSQL server of the tests' own, or the one named by THREADLINE_TEST_POSTGRESQL."""
    given = os.environ.get("THREADLINE_TEST_POSTGRESQL")
    if given:
        yield given
        return
    from evals.durability import own_postgresql

    with own_postgresql() as url:
        _hurry(url)
        yield url


def _hurry(url: str) -> None:
    """Let a server of the tests' own not wait for the disk: nobody cuts its power."""
    with psycopg.connect(url, autocommit=True) as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(f"ALTER SYSTEM SET {setting} = off")
        connection.execute("SELECT pg_reload_conf()")


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty SQLite database with every table, to be copied: the migrations take longer than most tests."""
    path = tmp_path_factory.mktemp("migrated") / "threadline.db"
    open_database(f"sqlite:///{path}").close()
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty, migrated database; the same tests run on both engines."""
    if request.param == "sqlite":
        path = shutil.copy(request.getfixturevalue("migrated"), tmp_path / "threadline.db")
        url = f"sqlite:///{path}"
    else:
        url = request.getfixturevalue("postgresql_url")
    opened = open_database(url)
    if request.param == "postgresql":
        empty(opened)
    yield opened
    opened.close()


# Only what was used: to truncate a table takes a millisecond, to see that it is empty nothing.
_EMPTY = """
DO $$
DECLARE one record; used text[] := '{}'; filled boolean;
BEGIN
  FOR one IN
    SELECT tables.tablename, bool_or(sequences.last_value IS NOT NULL) AS counted
    FROM pg_tables tables LEFT JOIN pg_sequences sequences
      ON sequences.schemaname = 'public' AND sequences.sequencename LIKE tables.tablename || '\\_%\\_seq'
    WHERE tables.schemaname = 'public' AND tables.tablename <> 'alembic_version' GROUP BY tables.tablename
  LOOP
    EXECUTE format('SELECT EXISTS (SELECT FROM %I)', one.tablename) INTO filled;
    IF filled OR one.counted THEN used := used || quote_ident(one.tablename); END IF;
  END LOOP;
  IF used <> '{}' THEN EXECUTE 'TRUNCATE ' || array_to_string(used, ', ') || ' RESTART IDENTITY CASCADE'; END IF;
END $$
"""


def empty(opened: Database) -> None:
    """Delete every row of a PostgreSQL database and start its numbering anew.

    A reader that the test before left behind may be in the way for a moment: PostgreSQL stops one of the two then.
    """
    for tries_left in (2, 1, 0):
        try:
            with opened.engine.begin() as connection:
                connection.execute(text(_EMPTY))
                connection.execute(text("DROP SCHEMA IF EXISTS threadline_work CASCADE"))
        except OperationalError as error:
            if not (tries_left and isinstance(error.orig, psycopg.errors.DeadlockDetected)):
                raise
        else:
            return


@pytest.fixture
def scope() -> Scope:
    """The scope of most tests."""
    return Scope()


@pytest.fixture
def now() -> datetime:
    """The time at which most tests happen."""
    return NOW


class ChatServer(ThreadingHTTPServer):
    """An OpenAI-compatible server on loopback: says what `script` makes of each prompt, or answers with `status`.

    What the script gives back is said as it is, or as JSON when it is no text. `seen` are the bodies that came in.
    """

    daemon_threads = True

    def __init__(self, script: Callable[[str], object], status: int = 200) -> None:
        super().__init__(("127.0.0.1", 0), Chatting)
        self.script, self.status = script, status
        self.seen: list[dict[str, Any]] = []

    @property
    def url(self) -> str:
        """The address to give to a client."""
        return f"http://127.0.0.1:{self.server_address[1]}/v1"

    def say(self, asked: dict[str, Any]) -> dict[str, Any]:
        """The body of an answer."""
        self.seen.append(asked)
        if self.status != 200:
            return {"error": {"message": "no"}}
        said = self.script("\n".join(str(message["content"]) for message in asked["messages"]))
        message = {"role": "assistant", "content": said if isinstance(said, str) else json.dumps(said)}
        choices = [{"index": 0, "finish_reason": "stop", "message": message}]
        usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
        body = {"id": "x", "object": "chat.completion", "created": 1, "model": asked["model"]}
        return {**body, "choices": choices, "usage": usage}


class Chatting(BaseHTTPRequestHandler):
    """One request to a `ChatServer`."""

    def do_POST(self) -> None:
        server = self.server
        assert isinstance(server, ChatServer)
        body = json.dumps(server.say(json.loads(self.rfile.read(int(self.headers["content-length"]))))).encode()
        self.send_response(server.status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Stay quiet."""


@pytest.fixture
def chat_server() -> Iterator[Callable[..., ChatServer]]:
    """Start chat servers; each is stopped after the test."""
    servers: list[ChatServer] = []

    def start(script: Callable[[str], object], status: int = 200) -> ChatServer:
        servers.append(ChatServer(script, status))
        Thread(target=servers[-1].serve_forever, args=(0.02,), daemon=True).start()
        return servers[-1]

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()
