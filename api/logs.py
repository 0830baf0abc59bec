"""What the server and the worker write about themselves: no customer's words, not even in a failure's message."""

import logging
import traceback
from collections.abc import Iterator
from typing import Any

FORM = "%(asctime)s %(levelname)s %(name)s: %(message)s"


def set_up() -> None:
    """Log warnings and worse to standard error, in a form that names nobody."""
    handler = logging.StreamHandler()
    handler.setFormatter(Discreet(FORM))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])


class Discreet(logging.Formatter):
    """Writes of a failure where it happened and what kind it was, not its message: that may quote whom it was about."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line; the text that another formatter left on the record is not used."""
        known, record.exc_text = record.exc_text, None
        try:
            return super().format(record)
        finally:
            record.exc_text = known

    def formatException(self, ei: Any) -> str:  # noqa: N802 - logging's own name
        """Return the way to the failure and its kind, from the first cause on."""
        return "\n".join(reversed(list(_ways(ei[1], set()))))


def _ways(error: BaseException | None, seen: set[int]) -> Iterator[str]:
    if error is None or id(error) in seen:
        return
    seen.add(id(error))
    yield "".join(traceback.format_tb(error.__traceback__)) + type(error).__qualname__
    for inner in getattr(error, "exceptions", ()):
        yield from _ways(inner, seen)
    yield from _ways(error.__cause__ or (None if error.__suppress_context__ else error.__context__), seen)
