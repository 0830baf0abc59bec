"""The driver underneath: one cursor of a connection, for what SQLAlchemy would take longer about than the database."""

from collections.abc import Sequence
from select import POLLIN, poll
from typing import Any, NoReturn

from sqlalchemy import Connection, Dialect
from sqlalchemy.exc import DBAPIError


def is_quiet(connection: Any) -> bool:
    """Whether nothing came from PostgreSQL on an idle connection: a server that goes away says so, or hangs up."""
    if connection.closed:
        return False
    waiting = poll()
    waiting.register(connection, POLLIN)
    return not waiting.poll(0)


class Driver:
    """A driver's connection with one cursor. Errors are SQLAlchemy's and show no values."""

    __slots__ = ("_connection", "_cursor", "_errors", "dialect", "sqlite")

    def __init__(self, connection: Connection) -> None:
        self.dialect: Dialect = connection.dialect
        self.sqlite = connection.dialect.name == "sqlite"
        self._connection: Any = connection.connection.driver_connection
        self._cursor: Any = None
        self._errors: Any = connection.dialect.loaded_dbapi.Error

    @property
    def connection(self) -> Any:
        """The driver's own connection."""
        return self._connection

    def cursor(self) -> Any:
        """Return the cursor that all statements share, for what only this driver can."""
        if self._cursor is None:
            self._cursor = self._connection.cursor()
        return self._cursor

    def run(self, statement: str, parameters: Any = ()) -> Any:
        """Run a statement and return the cursor, good until the next one."""
        try:
            return self.cursor().execute(statement, parameters)
        except self._errors as error:
            self._refuse(statement, error)

    def run_many(self, statement: str, rows: Sequence[Any]) -> None:
        """Run a statement for each row of parameters."""
        try:
            self.cursor().executemany(statement, rows)
        except self._errors as error:
            self._refuse(statement, error)

    def begin(self, *, reading: bool = False) -> None:
        """Begin a transaction unless one has begun. PostgreSQL's driver does so by itself at the first statement.

        A writer takes the lock at once: upgrading a read lock later can fail with "database is locked".
        """
        if self.sqlite and not self._connection.in_transaction:
            self.run("BEGIN" if reading else "BEGIN IMMEDIATE")

    def commit(self) -> None:
        """Commit. The cursor is done with: what it had left to read would keep the snapshot."""
        try:
            if self._cursor is not None:
                self._cursor.close()
                self._cursor = None
            self._connection.commit()
        except self._errors as error:
            self._refuse("COMMIT", error)

    def is_quiet(self) -> bool:
        """Whether an idle connection is as it was left; SQLite's is a file and always is."""
        return self.sqlite or is_quiet(self._connection)

    def _refuse(self, statement: str, error: Exception) -> NoReturn:
        raise DBAPIError.instance(
            statement, None, error, self._errors, hide_parameters=True, dialect=self.dialect
        ) from error
