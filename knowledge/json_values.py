"""Values inside JSON: one field of a column, as JSON text, on both databases."""

from typing import Any

from sqlalchemy import JSON, ColumnElement, Text, cast, func
from sqlalchemy.orm import InstrumentedAttribute, Session

_NO_PATH = dict.fromkeys(map(ord, '"\\'))


def value_in(session: Session, column: InstrumentedAttribute[Any], name: str) -> ColumnElement[str]:
    """Return a field of a JSON object as JSON text (`"Plus"`, `true`), "" where there is none.

    Both databases read it by `->`, SQLite along a path, in which no quote can stand.
    """
    if session.get_bind().dialect.name == "sqlite":
        return func.coalesce(cast(column.op("->")(f'$."{name.translate(_NO_PATH)}"'), Text), "")
    return func.coalesce(cast(cast(column, JSON).op("->")(name), Text), "")
