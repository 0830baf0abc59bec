"""The composition root: opens every part once a process and gives it back at the end."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from assistant.suggest import Assistant, open_assistant
from knowledge.database import Database, open_database
from knowledge.folders import make_private
from knowledge.scope import Scope
from knowledge.settings import Settings
from retrieval.search import Search, open_search


def now_utc() -> datetime:
    """Return the present time in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Parts:
    """What the doors stand on; `clock` returns the present time in UTC."""

    settings: Settings
    database: Database
    scope: Scope
    search: Search
    assistant: Assistant
    clock: Callable[[], datetime] = now_utc


@contextmanager
def open_parts(settings: Settings, *, clock: Callable[[], datetime] = now_utc) -> Iterator[Parts]:
    """Open database, search and assistant as the settings say; close them in the opposite order.

    Raises:
        Rejected: a setting cannot be used.
        Unavailable: a part that is configured does not answer, with the remedy.
    """
    scope = Scope()
    make_private(settings.data_dir)
    with (
        closing(open_database(settings.database)) as database,
        closing(open_search(settings, database, scope)) as search,
        closing(open_assistant(settings, search)) as assistant,
    ):
        yield Parts(settings, database, scope, search, assistant, clock)
