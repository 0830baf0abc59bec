"""The one scope every query goes through: which team and brand a row belongs to."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, String, and_
from sqlalchemy.orm import Mapped, mapped_column


@dataclass(frozen=True)
class Scope:
    """A team (who works on it) and a brand (in whose name). One installation serves one company."""

    team: str = "main"
    brand: str = "main"


class Scoped:
    """Mixin for tables whose rows belong to a scope."""

    team: Mapped[str] = mapped_column(String(64))
    brand: Mapped[str] = mapped_column(String(64))


def within(scope: Scope, table: type[Scoped]) -> ColumnElement[bool]:
    """Return the condition that a row of `table` belongs to `scope`."""
    return and_(table.team == scope.team, table.brand == scope.brand)
