"""The pace of a crawl: time between two requests, and a busy server asked again when it said."""

import time
from collections.abc import Callable
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from knowledge.library.crawling.guard import Fetched, fetch

if TYPE_CHECKING:
    import httpx

TRIES = 3
BUSY = (429, 500, 502, 503, 504)
# Who asks for a longer pause is left alone until the next run.
LONGEST_PAUSE = 120.0


class Pace:
    """At least `seconds` between two requests; `sleep` waits and `clock` tells the time (seconds since 1970)."""

    def __init__(self, seconds: float, sleep: Callable[[float], None], clock: Callable[[], float]) -> None:
        """Start with a request that need not wait."""
        self.seconds = seconds
        self._sleep, self._clock = sleep, clock
        self._next = 0.0

    def fetch(
        self,
        client: "httpx.Client",
        url: str,
        max_bytes: int,
        headers: dict[str, str] | None = None,
        follow: Callable[[str], bool] | None = None,
    ) -> Fetched:
        """Return what `url` answers, asked up to three times while its server is busy.

        Raises:
            Rejected: as `guard.fetch` says.
            Unavailable: it does not answer.
        """
        for attempt in range(1, TRIES + 1):
            self._sleep(max(0.0, self._next - time.monotonic()))
            found = fetch(client, url, max_bytes, headers, follow)
            self._next = time.monotonic() + self.seconds
            if found.status not in BUSY or attempt == TRIES:
                break
            pause = asked_pause(found.headers, self._clock())
            if pause is not None and pause > LONGEST_PAUSE:
                break
            self._next += self.seconds * 2**attempt if pause is None else pause
        return found


def asked_pause(headers: dict[str, str], now: float) -> float | None:
    """Return how many seconds an answer asks to wait, `None` where it does not say.

    `Retry-After` holds seconds or a date (RFC 9110, 10.2.3); `X-RateLimit-Reset` a time in seconds since 1970
    (Intercom's documentation of rate limits).
    """
    asked, reset = headers.get("retry-after", "").strip(), headers.get("x-ratelimit-reset", "").strip()
    if asked.isascii() and asked.isdigit():
        return float(asked[:9])
    if asked:
        try:
            told = parsedate_to_datetime(asked)
        except ValueError:
            return None
        return max(0.0, (told if told.tzinfo else told.replace(tzinfo=UTC)).timestamp() - now)
    return max(0.0, float(reset[:12]) - now) if reset.isascii() and reset.isdigit() else None
