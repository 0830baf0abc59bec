"""A fact: one thing we were told, with who said it, where, and what became of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from knowledge.customers.facts.said import Speaker

FactType = Literal[
    "name", "email", "phone", "address", "date", "time", "amount", "count", "number", "reference", "answer",
    "request", "symptom", "tried", "stated", "promise", "agreed", "record", "question",
]  # fmt: skip
# asked: wanted, not yet done. offered: put to them, not taken up. done: an agent or a tool says so.
# withdrawn: they took it back or said something else since. current: it holds.
FactStatus = Literal["asked", "offered", "done", "withdrawn", "current"]


@dataclass(frozen=True)
class Fact:
    """One fact. `value` is the normal form, the same for every spelling; `text` is as it was written.

    `label` says what it is about (the question it answers, the key of a record); `sources` are the entries that
    say it, the first one first. `corrected_by` names the colleague who put it right.
    """

    type: FactType
    label: str
    value: str
    text: str
    owner: Speaker
    status: FactStatus
    sources: tuple[str, ...]
    at: datetime
    # What they said instead of one of its values since, in their words.
    now: str = ""
    corrected_by: str = ""
    internal: bool = False
    # The model that read it, where it was not code.
    read_by: str = ""

    @property
    def source(self) -> str:
        """The entry that said it first."""
        return self.sources[0]
