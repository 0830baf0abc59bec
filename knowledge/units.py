"""Units of work: what is stored as a whole or not at all, whichever way its statements take."""

from time import monotonic
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session

from knowledge.driver import Driver

IDLE_UNITS = 2
IDLE_SECONDS = 60.0


class Unit(Session):
    """A unit of work on a transaction of its own, which begins with the first statement.

    What runs on the driver alone (`Prepared`) begins it there and commits it there: SQLAlchemy's books of connections,
    sessions and their states take as long as an append does. Whoever brings objects or statements of SQLAlchemy makes
    the session join the same transaction.
    """

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine, expire_on_commit=False)
        self._engine = engine
        self._connected: Connection | None = None
        self._driver: Driver | None = None
        self._begun = False
        self._ended = 0.0

    def driver(self) -> Driver:
        """Return the driver's connection; its transaction begins here if it has not.

        Raises:
            PendingRollbackError: something failed in the session, and the unit will not be stored.
        """
        driver = self._driver or self._connect()[1]
        if not self._begun:
            driver.begin()
            self._begun = True
        if not self.is_active:
            self.connection()  # refuses, and says what failed
        return driver

    def get_bind(self, *_: Any, **__: Any) -> Connection:
        """Return the connection; its transaction begins here if it has not."""
        connection = self._connected or self._connect()[0]
        if not connection.in_transaction():
            connection.begin()
            self._begun = True
        return connection

    def _connect(self) -> tuple[Connection, Driver]:
        self._connected = self._engine.connect()
        self._driver = Driver(self._connected)
        return self._connected, self._driver

    def finish(self) -> None:
        """Write what waits in the session and commit."""
        if self.in_transaction():
            self.commit()
        if self._connected is not None and self._connected.in_transaction():
            self._connected.commit()
        elif self._begun and self._driver is not None:
            self._driver.commit()
        self._begun = False

    def rest(self) -> None:
        """Forget what the session knows, after `finish`; the connection stays for the next unit."""
        if self.identity_map:
            self.close()
        self._ended = monotonic()

    def is_fresh(self) -> bool:
        """Whether a unit at rest can be taken up: its connection was used a moment ago and nothing happened to it."""
        return monotonic() - self._ended < IDLE_SECONDS and (self._driver is None or self._driver.is_quiet())

    def give_up(self) -> None:
        """Give the connection back; what was not committed is rolled back."""
        self.close()
        if self._connected is not None:
            self._connected.close()


class Units:
    """Makes units of work and keeps a few that ended well: making one anew takes a quarter of an append."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._idle: list[Unit] = []

    def take(self) -> Unit:
        """Return a unit of work that nobody else has."""
        while self._idle:
            try:
                unit = self._idle.pop()
            except IndexError:  # another thread was first
                break
            if unit.is_fresh():
                return unit
            unit.give_up()
        return Unit(self._engine)

    def put_back(self, unit: Unit) -> None:
        """Take back a unit that was finished."""
        unit.rest()
        if len(self._idle) < IDLE_UNITS:
            self._idle.append(unit)
        else:
            unit.give_up()

    def close(self) -> None:
        """Give the connections of idle units back."""
        while self._idle:
            self._idle.pop().give_up()
