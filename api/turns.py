"""Turns: work that is done once where several ask for it at the same time."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Turns:
    """Lets callers of one key in one after the other; different keys do not wait for each other."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._wanted: dict[str, tuple[threading.Lock, int]] = {}

    @contextmanager
    def of(self, key: str) -> Iterator[None]:
        """Wait for the key's turn and hold it."""
        with self._lock:
            turn, waiting = self._wanted.get(key, (threading.Lock(), 0))
            self._wanted[key] = turn, waiting + 1
        try:
            with turn:
                yield
        finally:
            with self._lock:
                turn, waiting = self._wanted.pop(key)
                if waiting > 1:
                    self._wanted[key] = turn, waiting - 1
