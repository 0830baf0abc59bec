"""Practice: exercises one after another, each scored as it ends; and the room where colleagues practise at once."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from evals.simulation.customers import draw
from evals.simulation.exercise import RUBRIC, Exercise
from evals.simulation.site import Site, open_site
from knowledge.failures import Conflict, NotFound, Rejected
from knowledge.staff.training import Training

# A shop of one's own is a server of its own: so many at once, and none longer than its staff are logged in.
MOST_AT_ONCE = 3
LASTS = timedelta(minutes=90)
MOST_CHARS = 4_000


@dataclass(frozen=True)
class Line:
    """What one side said."""

    who: Literal["customer", "you"]
    text: str


@dataclass
class Practice:
    """Simulated customers for one colleague. `lines` is what was said with the present one, `card` the last one's
    score; `suggested` and `package` are there once they were asked for."""

    site: Site
    email: str
    customers: int
    seed: int
    number: int = 0
    lines: list[Line] = field(default_factory=list)
    card: Mapping[str, bool] = field(default_factory=dict)
    suggested: str | None = None
    package: Mapping[str, Any] | None = None
    exercise: Exercise = field(init=False)
    _met: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._drawn = draw(self.customers, self.seed)
        self._next()

    @property
    def over(self) -> bool:
        """Whether every customer was answered."""
        return self.number == self.customers

    def open_package(self) -> Mapping[str, Any]:
        """Open the handoff package."""
        self.package = self.exercise.package()
        return self.package

    def suggest(self) -> str:
        """Ask for a suggestion; "" where there is none."""
        self.suggested = self.exercise.suggestion()
        return self.suggested

    def reply(self, text: str) -> str:
        """Answer the customer; returns what they say to it, "" when they wait for more.

        Raises:
            Rejected: nothing was written, or more than anybody reads.
        """
        words = text.strip()
        if not 0 < len(words) <= MOST_CHARS:
            raise Rejected(f"An answer has 1 to {MOST_CHARS:,} characters.")
        self.lines.append(Line("you", words))
        answer = self.exercise.reply(words)
        if answer:
            self.lines.append(Line("customer", answer))
        return answer

    def end(self) -> Mapping[str, bool]:
        """Score the present customer, who is answered now, and let the next one in."""
        self.card = self.exercise.score()
        self._met.update(name for name, good in self.card.items() if good)
        self.number += 1
        if not self.over:
            self._next()
        return self.card

    def training(self, now: datetime) -> Training:
        """What was reached with all customers."""
        rubric = {name: (self._met[name], self.customers) for name in RUBRIC}
        return Training(self.email, now, self.customers, self.seed, rubric)

    def _next(self) -> None:
        self.exercise = Exercise(self.site, self._drawn[self.number])
        self.lines = [Line("customer", self.exercise.said)]
        self.suggested = self.package = None


@contextmanager
def shop(email: str, customers: int, seed: int) -> Iterator[Practice]:
    """Open a shop of one's own and let the first customer in, which takes seconds.

    Raises:
        Unavailable: the shop does not open.
    """
    with open_site() as site:
        yield Practice(site, email, customers, seed)


Opener = Callable[[str, int, int], AbstractContextManager[Practice]]


@dataclass(frozen=True)
class _Open:
    practice: Practice
    begun: datetime
    shop: ExitStack


class Room:
    """Where colleagues practise: each in a shop of their own, opened when they begin and closed when they end."""

    def __init__(self, opener: Opener = shop) -> None:
        self._opener, self._lock = opener, threading.Lock()
        self._open: dict[str, _Open] = {}
        self._opening: set[str] = set()

    def begin(self, email: str, customers: int, seed: int, now: datetime) -> Practice:
        """Open a shop; a practice that was begun is given up.

        Raises:
            Conflict: as many colleagues as can are practising.
            Unavailable: the shop does not open.
        """
        self.end(email)
        with self._lock:
            self._close([one for one, found in self._open.items() if found.begun + LASTS < now])
            if email in self._opening or len(self._open) + len(self._opening) >= MOST_AT_ONCE:
                raise Conflict("Too many colleagues are practising.", "Wait until one has ended.")
            self._opening.add(email)
        try:
            with ExitStack() as stack:
                practice = stack.enter_context(self._opener(email, customers, seed))
                with self._lock:
                    self._open[email] = _Open(practice, now, stack.pop_all())
        finally:
            with self._lock:
                self._opening.discard(email)
        return practice

    def of(self, email: str, now: datetime) -> Practice:
        """Return what a colleague has begun.

        Raises:
            NotFound: nothing, or it is over.
        """
        with self._lock:
            found = self._open.get(email)
        if found is None or found.begun + LASTS < now:
            raise NotFound(
                "You are not practising.",
                "Begin an exercise. Behind a proxy /console/training always goes to the same server process.",
            )
        return found.practice

    def end(self, email: str) -> None:
        """Close a colleague's shop; nothing happens without one."""
        with self._lock:
            self._close([email] if email in self._open else [])

    def close(self) -> None:
        """Close every shop."""
        with self._lock:
            self._close(list(self._open))

    def _close(self, emails: list[str]) -> None:
        for email in emails:
            self._open.pop(email).shop.close()
