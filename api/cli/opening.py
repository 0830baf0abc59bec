"""Opens what commands work on: the settings and the record."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from knowledge.database import Database
    from knowledge.scope import Scope
    from knowledge.settings import Settings


@dataclass(frozen=True)
class Record:
    """The settings, the open database and the scope that commands work in."""

    settings: "Settings"
    database: "Database"
    scope: "Scope"


@contextmanager
def open_record() -> Iterator[Record]:
    """Open the database that the settings name, without any index or model."""
    from knowledge.database import open_database
    from knowledge.scope import Scope

    settings = load()
    database = open_database(settings.database)
    try:
        yield Record(settings, database, Scope())
    finally:
        database.close()


def now_utc() -> datetime:
    """Return the present moment, UTC."""
    return datetime.now(UTC)


def load() -> "Settings":
    """Read the settings; a name that is none stops here, with the nearest one."""
    from knowledge.settings import load_settings

    return load_settings()
