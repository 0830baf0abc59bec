"""Throttling: how often something may be tried from one place, in bounded memory."""

import math
import threading
from collections import OrderedDict
from collections.abc import Iterable
from datetime import datetime, timedelta

from api.failures import TooMany

MAX_KEYS = 10_000


class Throttle:
    """Lets each key try `limit` times within `window`; safe to use from many threads.

    Memory is bounded: beyond `MAX_KEYS` keys the one that was used longest ago is forgotten.
    """

    def __init__(self, limit: int, window: timedelta) -> None:
        self._limit, self._window = limit, window
        self._tries: OrderedDict[str, list[datetime]] = OrderedDict()
        self._lock = threading.Lock()

    def try_once(self, key: str, now: datetime) -> None:
        """Count one try.

        Raises:
            TooMany: the key has used up its tries, with the seconds until the next one is free.
        """
        with self._lock:
            recent = [at for at in self._tries.pop(key, []) if now - at < self._window]
            full = len(recent) >= self._limit
            self._tries[key] = recent if full else [*recent, now]
            while len(self._tries) > MAX_KEYS:
                self._tries.popitem(last=False)
        if full:
            wait = (recent[0] + self._window - now).total_seconds()
            raise TooMany("Too many attempts.", max(1, math.ceil(wait)))

    def give_back(self, key: str) -> None:
        """Take the key's last try back."""
        with self._lock:
            if self._tries.get(key):
                self._tries[key].pop()

    def forget(self, keys: Iterable[str]) -> None:
        """Give these keys all their tries back."""
        with self._lock:
            for key in keys:
                self._tries.pop(key, None)
