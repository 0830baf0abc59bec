"""The follower: keeps the search in step with the library while the server runs."""

import logging
import threading

from retrieval.search import Search

log = logging.getLogger(__name__)


class Follower:
    """Refreshes the search every `seconds`, in a thread; `failure` is the last refresh's, `None` when it worked."""

    def __init__(self, search: Search, seconds: float = 0.5) -> None:
        self.failure: Exception | None = None
        self._search, self._seconds = search, seconds
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._follow, name="library-follower", daemon=True)

    def start(self) -> None:
        """Begin to follow."""
        self._thread.start()

    def stop(self) -> None:
        """Stop and wait for the refresh that runs."""
        self._stop.set()
        self._thread.join()

    def _follow(self) -> None:
        while not self._stop.wait(self._seconds):
            try:
                self._search.refresh()
            except Exception as failure:  # a worker loop: a broken index must not end the following
                if str(failure) != str(self.failure):
                    log.exception("the search cannot follow the library")
                self.failure = failure
            else:
                self.failure = None
