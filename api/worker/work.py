"""What a worker can be given: reactions to entries, jobs by time, and how patiently each is tried."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from api.parts import Parts
from knowledge.customers.entries import Entry
from knowledge.scope import Scope


@dataclass(frozen=True)
class Retries:
    """How often a failure that may pass is tried, and how long between: `first`, then `factor` times longer."""

    attempts: int = 6
    first: timedelta = timedelta(seconds=1)
    factor: float = 4.0
    longest: timedelta = timedelta(hours=2)

    def wait(self, attempt: int) -> timedelta:
        """Return how long to wait after this many attempts."""
        return min(self.first * self.factor ** (attempt - 1), self.longest)


@dataclass(frozen=True)
class Reaction:
    """Work for each new entry of some kinds. `run` may be called again for the same entry: it must not do it twice.

    It is given the entry as it reads when the work begins (without payload when the customer was forgotten).
    `quiet`: wait until the entry's conversation has had no further entry of these kinds for so long; only the last of
    a burst is reacted to. `within`: what happened longer ago when we learn of it (an import) is passed over; `None`
    passes over nothing. `begin` says after which entry a reaction that is new to this installation begins (default:
    the last). `Unavailable` and unexpected errors are tried again; other failures are final, and `gave_up` is told of
    them (the reason is fit to show).
    """

    name: str
    kinds: frozenset[str]
    run: Callable[[Parts, Entry], None]
    quiet: timedelta = timedelta(0)
    within: timedelta | None = timedelta(days=1)
    retries: Retries = Retries()
    begin: Callable[[Session, Scope], int | None] | None = None
    gave_up: Callable[[Parts, Entry, str], None] | None = None


@dataclass(frozen=True)
class Job:
    """Work by time, `every` so often. One run at a time; what was missed while nobody worked is done once.

    `run` may return a sentence for managers about how it went, other than that it is done.
    """

    name: str
    every: timedelta
    run: Callable[[Parts, datetime], str | None]
    retries: Retries = Retries(attempts=3, first=timedelta(seconds=5))


class Works:
    """All jobs and reactions of an installation, by name."""

    def __init__(self, jobs: Iterable[Job] = (), reactions: Iterable[Reaction] = ()) -> None:
        """Take them.

        Raises:
            ValueError: two have one name.
        """
        self.jobs = {job.name: job for job in jobs}
        self.reactions = {reaction.name: reaction for reaction in reactions}
        names = Counter([*(job.name for job in jobs), *(reaction.name for reaction in reactions)])
        if double := [name for name, count in names.items() if count > 1]:
            raise ValueError(f"two pieces of work are named {', '.join(double)}")
