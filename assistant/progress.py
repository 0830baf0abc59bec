"""What a reader sees while a suggestion is made."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from knowledge.customers.entries import PassageUsed


@dataclass(frozen=True)
class Progress:
    """A step on the way: `text` is a delta; `restart` drops what was streamed, its text says why."""

    step: Literal["passages", "text", "restart", "done"]
    text: str = ""
    passages: tuple[PassageUsed, ...] = ()


OnProgress = Callable[[Progress], None]


def quiet(_progress: Progress) -> None:
    """Report to nobody."""


class Streamed:
    """The text a reader has before them: what was streamed since the last restart."""

    def __init__(self, on_progress: OnProgress) -> None:
        self.text = ""
        self._on_progress = on_progress

    def add(self, delta: str) -> None:
        """Show some more text."""
        if delta:
            self.text += delta
            self._on_progress(Progress("text", delta))

    def restart(self, why: str) -> None:
        """Drop what was shown."""
        self.text = ""
        self._on_progress(Progress("restart", why))

    def settle(self, text: str, why: str) -> None:
        """Make sure that the reader ends up with exactly `text`."""
        if not text.startswith(self.text):
            self.restart(why)
        self.add(text[len(self.text) :])
