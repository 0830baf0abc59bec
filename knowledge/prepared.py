"""Prepared statements: compiled once for each dialect and run on the driver, for what happens at every append."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from sqlalchemy import ARRAY, JSON, Boolean, ColumnElement, Dialect, Insert, Select, String, Update, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session

from knowledge.driver import Driver
from knowledge.units import Unit

Parameters = Mapping[str, Any]
Processes = tuple[tuple[int, Callable[[Any], Any]], ...]


@dataclass(frozen=True)
class _Compiled:
    """A statement's text, how its parameters are taken out of a row, and conversions by place of both directions."""

    text: str
    take: Callable[[Parameters], Sequence[Any]]
    binds: Processes
    literals: Parameters
    columns: Processes


class Prepared:
    """A statement with named parameters: `bindparam`s, or one for each of the `columns` of an INSERT.

    SQLAlchemy looks a statement up and wraps its result at every call, which takes longer than the database does.
    Types convert in both directions, and errors are SQLAlchemy's, as in `Session.execute`. `numbered` is the column
    that the database counts up, for `number`.
    """

    def __init__(
        self,
        statement: Select[*tuple[Any, ...]] | Insert | Update,
        *columns: str,
        numbered: ColumnElement[int] | None = None,
    ) -> None:
        self._statement = statement
        self._columns = list(columns) or None
        self._numbered = numbered
        self._compiled: dict[bool, _Compiled] = {}  # by whether it is SQLite

    def run(self, session: Session, *rows: Parameters) -> None:
        """Run it for each row of parameters."""
        compiled, driver = self._of(session)
        if len(rows) == 1:
            driver.run(compiled.text, _bind(compiled, rows[0]))
        elif rows:
            driver.run_many(compiled.text, [_bind(compiled, row) for row in rows])

    def changed(self, session: Session, parameters: Parameters) -> int:
        """Run it and return how many rows it changed."""
        compiled, driver = self._of(session)
        return int(driver.run(compiled.text, _bind(compiled, parameters)).rowcount)

    def number(self, session: Session, parameters: Parameters) -> int:
        """Run an INSERT and return the number that the database gave the row."""
        compiled, driver = self._of(session)
        cursor = driver.run(compiled.text, _bind(compiled, parameters))
        return int(cursor.lastrowid if driver.sqlite else cursor.fetchone()[0])

    def first(self, session: Session, parameters: Parameters) -> tuple[Any, ...] | None:
        """Run it and return the first row it yields, if any."""
        compiled, driver = self._of(session)
        row = driver.run(compiled.text, _bind(compiled, parameters)).fetchone()
        return None if row is None else tuple(_convert(row, compiled.columns))

    def all(self, session: Session, parameters: Parameters) -> list[tuple[Any, ...]]:
        """Run it and return the rows it yields."""
        compiled, driver = self._of(session)
        return [
            tuple(_convert(row, compiled.columns))
            for row in driver.run(compiled.text, _bind(compiled, parameters)).fetchall()
        ]

    def _of(self, session: Session) -> tuple[_Compiled, Driver]:
        driver = driver_of(session)
        compiled = self._compiled.get(driver.sqlite)
        if compiled is None:
            compiled = self._compiled[driver.sqlite] = self._compile(driver.dialect)
        return compiled, driver

    def _compile(self, dialect: Dialect) -> _Compiled:
        statement: Any = self._statement
        if self._numbered is not None and dialect.name != "sqlite":
            statement = statement.returning(self._numbered)
        if not dialect.positional:
            dialect = type(dialect)(paramstyle="format")  # type: ignore[call-arg]
        compiled = statement.compile(dialect=dialect, column_keys=self._columns)
        kinds = {name: bind.type.dialect_impl(dialect) for bind, name in compiled.bind_names.items()}
        names = compiled.positiontup
        given = {name for bind, name in compiled.bind_names.items() if bind.required}
        returned = [column.type.dialect_impl(dialect) for column in statement.exported_columns]
        return _Compiled(
            text=str(compiled),
            take=_taker(names),
            binds=_places(kinds[name].bind_processor(dialect) for name in names),
            literals={name: value for name, value in compiled.params.items() if name not in given},
            columns=_places(kind.result_processor(dialect, None) for kind in returned),
        )


class among(ColumnElement[bool]):  # noqa: N801 - reads as a function of SQL
    """The condition that a column is one of the strings of a parameter: one parameter, however many they are."""

    type = Boolean()
    inherit_cache = False
    # Otherwise SQLite, which knows no boolean, would be asked for `… = 1`, which no index serves.
    _is_implicitly_boolean = True

    def __init__(self, column: Any, name: str) -> None:
        self.column = column
        self.name = name


@compiles(among, "sqlite")
def _among_on_sqlite(element: among, compiler: Any, **more: Any) -> str:
    given = compiler.process(bindparam(element.name, type_=JSON()), **more)
    column = compiler.process(element.column, **more)
    return f"{column} IN (SELECT value FROM json_each({given}))"  # noqa: S608 - both are of the compiler's making


@compiles(among)
def _among(element: among, compiler: Any, **more: Any) -> str:
    given = compiler.process(bindparam(element.name, type_=ARRAY(String())), **more)
    return f"{compiler.process(element.column, **more)} = ANY({given})"


def driver_of(session: Session) -> Driver:
    """Return the driver's connection of the session's transaction, which begins here if it has not."""
    return session.driver() if isinstance(session, Unit) else Driver(session.connection())


def _taker(names: Sequence[str]) -> Callable[[Parameters], Sequence[Any]]:
    if len(names) > 1:
        return itemgetter(*names)
    return lambda row: [row[name] for name in names]


def _places(processes: Iterable[Callable[[Any], Any] | None]) -> Processes:
    return tuple((place, process) for place, process in enumerate(processes) if process)


def _bind(compiled: _Compiled, row: Parameters) -> list[Any]:
    return _convert(compiled.take({**compiled.literals, **row} if compiled.literals else row), compiled.binds)


def _convert(row: Sequence[Any], processes: Processes) -> list[Any]:
    values = list(row)
    for place, process in processes:
        values[place] = process(values[place])
    return values
