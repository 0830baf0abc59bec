"""Prepared statements: compiled once for each dialect and handed to the driver, for what runs at every append."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import CursorResult, Delete, Dialect, Insert, Select, Update
from sqlalchemy.orm import Session

Parameters = Mapping[str, Any]
Process = Callable[[Any], Any] | None


@dataclass(frozen=True)
class _Compiled:
    text: str
    # (name, conversion) of each parameter, in the order of the text; `given` are the values of its literals.
    binds: tuple[tuple[str, Process], ...]
    given: Parameters
    positional: bool
    columns: tuple[Process, ...]


class Prepared:
    """A statement with named parameters (`bindparam`), an INSERT with a parameter for each of its `columns`.

    SQLAlchemy looks a statement up and wraps its result anew at every call, which takes as long as the database
    itself takes. Column types convert in both directions here as they do there.
    """

    def __init__(self, statement: Select[*tuple[Any, ...]] | Insert | Update | Delete, *columns: str) -> None:
        self._statement = statement
        self._columns = columns
        self._compiled: dict[str, _Compiled] = {}

    def run(self, session: Session, *rows: Parameters) -> CursorResult[*tuple[Any, ...]]:
        """Run it for each row of parameters (a query: for one)."""
        connection = session.connection()
        compiled = self._of(connection.dialect)
        bound = [_bind(compiled, row) for row in rows]
        return connection.exec_driver_sql(compiled.text, bound[0] if len(bound) == 1 else bound)

    def first(self, session: Session, parameters: Parameters) -> tuple[Any, ...] | None:
        """Return the first row it yields, if any."""
        found = self.run(session, parameters).first()
        if found is None:
            return None
        columns = self._of(session.connection().dialect).columns
        return tuple(process(value) if process else value for process, value in zip(columns, found, strict=True))

    def _of(self, dialect: Dialect) -> _Compiled:
        known = self._compiled.get(dialect.name)
        if known is None:
            known = self._compiled[dialect.name] = self._compile(dialect)
        return known

    def _compile(self, dialect: Dialect) -> _Compiled:
        compiled: Any = self._statement.compile(dialect=dialect, column_keys=list(self._columns) or None)
        kinds = {name: bind.type.dialect_impl(dialect) for bind, name in compiled.bind_names.items()}
        names = compiled.positiontup if compiled.positional else list(kinds)
        returned = self._statement.exported_columns
        return _Compiled(
            text=str(compiled),
            binds=tuple((name, kinds[name].bind_processor(dialect)) for name in names),
            given=compiled.params,
            positional=compiled.positional,
            columns=tuple(column.type.dialect_impl(dialect).result_processor(dialect, None) for column in returned),
        )


def _bind(compiled: _Compiled, row: Parameters) -> Any:
    values = {**compiled.given, **row}
    if compiled.positional:
        return tuple(process(values[name]) if process else values[name] for name, process in compiled.binds)
    return {name: process(values[name]) if process else values[name] for name, process in compiled.binds}
