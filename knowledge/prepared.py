"""Prepared statements: compiled once for each dialect and run on the driver, for what happens at every append."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Dialect, Insert, Select, Update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

Parameters = Mapping[str, Any]
Process = Callable[[Any], Any] | None


@dataclass(frozen=True)
class _Compiled:
    """A statement's text; its parameters in the order of the text; conversions of those, and of columns by place."""

    text: str
    binds: tuple[tuple[str, Process], ...]
    literals: Parameters
    positional: bool
    columns: tuple[tuple[int, Callable[[Any], Any]], ...]


class Prepared:
    """A statement with named parameters: `bindparam`s, or one for each of the `columns` of an INSERT.

    SQLAlchemy looks a statement up and wraps its result at every call, which takes longer than the database does.
    Types convert in both directions, and errors are SQLAlchemy's, as in `Session.execute`.
    """

    def __init__(self, statement: Select[*tuple[Any, ...]] | Insert | Update, *columns: str) -> None:
        self._statement = statement
        self._columns = list(columns) or None
        self._compiled: dict[str, _Compiled] = {}

    def run(self, session: Session, *rows: Parameters) -> None:
        """Run it for each row of parameters."""
        compiled, connection = self._of(session)
        run_on_driver(connection, compiled.text, [_bind(compiled, row) for row in rows])

    def changed(self, session: Session, parameters: Parameters) -> int:
        """Run it and return how many rows it changed."""
        compiled, connection = self._of(session)
        return int(run_on_driver(connection, compiled.text, [_bind(compiled, parameters)], count=True))

    def first(self, session: Session, parameters: Parameters) -> tuple[Any, ...] | None:
        """Run it and return the first row it yields, if any."""
        compiled, connection = self._of(session)
        row = run_on_driver(connection, compiled.text, [_bind(compiled, parameters)], fetch=True)
        if row is None:
            return None
        values = list(row)
        for place, process in compiled.columns:
            values[place] = process(values[place])
        return tuple(values)

    def _of(self, session: Session) -> tuple[_Compiled, Connection]:
        connection = connection_of(session)
        dialect = connection.dialect
        if dialect.name not in self._compiled:
            self._compiled[dialect.name] = self._compile(dialect)
        return self._compiled[dialect.name], connection

    def _compile(self, dialect: Dialect) -> _Compiled:
        compiled: Any = self._statement.compile(dialect=dialect, column_keys=self._columns)
        kinds = {name: bind.type.dialect_impl(dialect) for bind, name in compiled.bind_names.items()}
        names = compiled.positiontup if compiled.positional else list(kinds)
        given = {name for bind, name in compiled.bind_names.items() if bind.required}
        returned = [column.type.dialect_impl(dialect) for column in self._statement.exported_columns]
        return _Compiled(
            text=str(compiled),
            binds=tuple((name, kinds[name].bind_processor(dialect)) for name in names),
            literals={name: value for name, value in compiled.params.items() if name not in given},
            positional=compiled.positional,
            columns=tuple(_converted(kind.result_processor(dialect, None) for kind in returned)),
        )


def connection_of(session: Session) -> Connection:
    """Return the connection of the session's transaction, which begins here if it has not."""
    bind = session.get_bind()
    if isinstance(bind, Connection) and bind.in_transaction() and session.is_active:
        return bind
    return session.connection()


def _converted(processes: Iterable[Process]) -> Iterator[tuple[int, Callable[[Any], Any]]]:
    return ((place, process) for place, process in enumerate(processes) if process)


def _bind(compiled: _Compiled, row: Parameters) -> Any:
    values = {**compiled.literals, **row} if compiled.literals else row
    bound = [process(values[name]) if process else values[name] for name, process in compiled.binds]
    return bound if compiled.positional else dict(zip([name for name, _ in compiled.binds], bound, strict=True))


def run_on_driver(
    connection: Connection,
    statement: str,
    rows: Sequence[Any] = ((),),
    *,
    fetch: bool = False,
    count: bool = False,
) -> Any:
    """Run a statement for each row of parameters in the driver's own form.

    Returns the first row of its result where it is to `fetch` it, or the `count` of rows that it changed.

    Raises:
        DBAPIError: what the driver raised, as SQLAlchemy would raise it.
    """
    driver: Any = connection.dialect.dbapi
    cursor = connection.connection.cursor()
    try:
        if len(rows) == 1:
            cursor.execute(statement, rows[0])
        else:
            cursor.executemany(statement, rows)
        if count:
            return cursor.rowcount
        return cursor.fetchone() if fetch else None
    except driver.Error as error:
        wrapped = DBAPIError.instance(
            statement, None, error, driver.Error, hide_parameters=True, dialect=connection.dialect
        )
        raise wrapped from error
    finally:
        cursor.close()
