"""The ear: waits until another process may have committed; what it hears carries no data and may be lost."""

import threading
from typing import Any

from sqlalchemy.exc import OperationalError

from knowledge.bell import CHANNEL
from knowledge.database import Database


class Ear:
    """Waits for a time, on PostgreSQL shorter when a writer says that it committed (LISTEN / NOTIFY)."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._connection: Any = None

    def wait(self, seconds: float, stop: threading.Event) -> bool:
        """Wait until something is heard, `stop` is set or the time is over; returns whether something was heard."""
        if self._database.dialect != "postgresql":
            stop.wait(seconds)
            return False
        from psycopg import OperationalError as Gone

        try:
            connection = self._connection or self._listen()
            return any(True for _ in connection.notifies(timeout=seconds, stop_after=1))
        except (Gone, OperationalError):
            # The server restarts or is out of reach: ask by time until it is back.
            self.close()
            stop.wait(seconds)
            return False

    def close(self) -> None:
        """Give the connection back."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _listen(self) -> Any:
        pooled = self._database.engine.raw_connection()
        self._connection = pooled.driver_connection
        pooled.detach()
        self._connection.autocommit = True
        self._connection.execute(f"LISTEN {CHANNEL}")
        return self._connection
