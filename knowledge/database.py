"""The database: one engine, transactions at the edge, a bell that rings after each commit."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import lru_cache, partial
from pathlib import Path
from time import monotonic
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import (
    BigInteger,
    Connection,
    DateTime,
    Dialect,
    Engine,
    Integer,
    MetaData,
    PoolProxiedConnection,
    TypeDecorator,
    create_engine,
    event,
    make_url,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, DisconnectionError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.pool import ConnectionPoolEntry

from knowledge.bell import Bell
from knowledge.driver import Driver, is_quiet
from knowledge.failures import Rejected, Unavailable
from knowledge.folders import make_private
from knowledge.units import IDLE_SECONDS, Units

BigId = BigInteger().with_variant(Integer, "sqlite")


class Base(DeclarativeBase):
    """Every table's base, with constraint names that migrations can rely on."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Utc(TypeDecorator[datetime]):
    """A point in time. Naive values are refused going in; UTC comes out. SQLite keeps it as text, in UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Refuse a naive time; store UTC."""
        return None if value is None else _to_utc(value)

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], Any]:
        """Return what a value becomes for the driver; on SQLite the text that SQLAlchemy would write."""
        return _to_text if dialect.name == "sqlite" else lambda value: None if value is None else _to_utc(value)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None]:  # noqa: ARG002
        """Return how a value of the driver becomes a time in UTC."""
        return _from_text if dialect.name == "sqlite" else _from_driver


def _to_utc(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("a time needs its zone")
    return value.astimezone(UTC)


# A row says the same moment in several columns, and many rows say when they were recorded.
@lru_cache(maxsize=4_096)
def _to_text(value: datetime | None) -> str | None:
    return None if value is None else _to_utc(value).isoformat(" ", "microseconds")[: -len("+00:00")]


@lru_cache(maxsize=4_096)
def _from_text(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(f"{text}+00:00")


def _from_driver(value: datetime | None) -> datetime | None:
    return value if value is None or value.tzinfo is UTC else value.astimezone(UTC)


class Database:
    """One engine and its sessions. `write` commits or rolls back as a whole, then rings `bell`."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.bell = Bell()
        self._units = Units(engine)
        self._reader = engine.execution_options(threadline_read=True)

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""
        return self.engine.dialect.name

    @contextmanager
    def write(self) -> Iterator[Session]:
        """One unit of work: commit at the end, wake the readers after it."""
        unit = self._units.take()
        try:
            yield unit
            unit.finish()
        except BaseException:
            unit.give_up()
            raise
        self._units.put_back(unit)
        self.bell.ring()

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A consistent snapshot to read from."""
        with Session(self._reader, expire_on_commit=False) as session:
            yield session

    def scrub(self, tables: Iterable[str] = ()) -> None:
        """Make what was deleted unreadable on disk: no word of it stays in free pages or the write-ahead log.

        SQLite writes its file anew, which takes about as long as copying it, and empties the log. PostgreSQL is asked
        to vacuum these tables (none named: all); its own log, replicas and backups are its administrator's.

        Raises:
            Unavailable: another connection is in the middle of reading or writing; the deletion itself is done.
        """
        connection = self.engine.raw_connection()
        try:
            _rewrite(connection) if self.dialect == "sqlite" else _vacuum(connection, sorted(tables))
        except sqlite3.OperationalError as error:
            raise Unavailable(f"The database file cannot be written anew: {error}.", _SCRUB_LATER) from error
        finally:
            connection.close()

    def close(self) -> None:
        """Give the connections back."""
        self._units.close()
        self.engine.dispose()


def open_database(url: str) -> Database:
    """Open (and for SQLite create) the database and bring its tables up to date.

    Raises:
        Rejected: the URL is malformed or of another database than SQLite or PostgreSQL.
        Unavailable: the server does not answer, or something else writes to the file for too long.
    """
    database = Database(_engine(url))
    try:
        migrate(database)
    except OperationalError as error:
        if _is_busy(error):
            raise away(error) from error
        raise Unavailable(
            f"The database does not answer: {str(error.orig).splitlines()[0]}.",
            "Check THREADLINE_DATABASE_URL and that the server runs.",
        ) from error
    return database


def away(error: OperationalError) -> Unavailable:
    """Return what to tell of a database that is busy, full or gone; where it is and what was asked stays untold."""
    if _is_busy(error):
        return Unavailable("The database is busy: something else writes to it for too long.", "Try again in a moment.")
    return Unavailable("The database does not answer.", "Try again; see that it runs and has room: threadline doctor.")


def _is_busy(error: OperationalError) -> bool:
    return "locked" in str(error.orig)


def migrate(database: Database) -> None:
    """Run the migrations that this database has not seen; safe when several processes start at once."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    if _is_current(database, ScriptDirectory.from_config(config).get_current_head()):
        return
    with database.engine.begin() as connection:
        if database.dialect == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(7460001)"))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _is_current(database: Database, head: str | None) -> bool:
    """Whether there is nothing to run: a reader does not wait for who writes."""
    with database.engine.connect().execution_options(threadline_read=True) as connection:
        return MigrationContext.configure(connection).get_current_revision() == head


def insert_into(session: Session, table: type[Base]) -> "sqlite.Insert | postgresql.Insert":
    """Return the INSERT that can say what happens where a row is there already, of the database at hand."""
    return sqlite.insert(table) if session.get_bind().dialect.name == "sqlite" else postgresql.insert(table)


def _engine(url: str) -> Engine:
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise Rejected("THREADLINE_DATABASE_URL is no database URL.", _URL_HELP) from error
    backend = parsed.get_backend_name()
    if backend == "postgresql":
        engine = create_engine(parsed.set(drivername="postgresql+psycopg"), hide_parameters=True)
        event.listen(engine, "checkin", _note_use)
        event.listen(engine, "checkout", partial(_look_whether_alive, engine.dialect))
        return engine
    if backend != "sqlite":
        raise Rejected(f"Threadline does not run on {backend}.", _URL_HELP)
    if parsed.database:
        make_private(Path(parsed.database).parent)
        # The folder may be shared; what SQLite lays beside the file is as private as the file.
        with suppress(OSError):  # SQLite says itself what is wrong with the place
            Path(parsed.database).touch(mode=0o600)
    # What people wrote is no matter for error messages and logs.
    engine = create_engine(parsed, hide_parameters=True)
    event.listen(engine, "connect", _set_pragmas)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _note_use(_connection: object, record: ConnectionPoolEntry) -> None:
    record.info["used"] = monotonic()


def _look_whether_alive(dialect: Dialect, connection: Any, record: ConnectionPoolEntry, _proxy: object) -> None:
    """Refuse a connection that has gone. A look costs nothing; only one that rested long is asked and has to answer."""
    used = record.info.get("used")
    if used is None:
        return
    alive = is_quiet(connection)
    if alive and monotonic() - used > IDLE_SECONDS:
        with suppress(dialect.loaded_dbapi.Error):
            dialect.do_ping(connection)
        alive = not connection.closed
    if not alive:
        raise DisconnectionError("The connection has gone.")


def _rewrite(connection: PoolProxiedConnection) -> None:
    cursor = connection.cursor()
    # As large as the database: in a file, not in memory.
    for statement in ("PRAGMA temp_store=file", "VACUUM", "PRAGMA temp_store=memory"):
        cursor.execute(statement)
    busy, _, _ = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    cursor.close()
    if busy:
        raise Unavailable("A reader keeps the write-ahead log from being emptied.", _SCRUB_LATER)


def _vacuum(connection: PoolProxiedConnection, tables: list[str]) -> None:
    driver: Any = connection.driver_connection
    driver.autocommit = True
    try:
        driver.execute(f"VACUUM {', '.join(tables)}")
    finally:
        driver.autocommit = False


_SCRUB_LATER = "What was deleted is deleted; run `threadline privacy scrub` when nothing else is at work."
_URL_HELP = "Write sqlite:////path/to/file.db or postgresql://user:password@host/name."


def _set_pragmas(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver must not begin transactions by itself
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=wal",
        "synchronous=normal",
        "busy_timeout=10000",
        "foreign_keys=on",
        "temp_store=memory",
        "cache_size=-16000",  # KiB, taken as needed: in the 2,000 by default an import's indexes find no room
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    reading = connection.get_execution_options().get("threadline_read", False)
    Driver(connection).begin(reading=reading)
