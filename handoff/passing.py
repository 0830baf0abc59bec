"""Passing on, looked back at: who got a conversation, whether they opened the package, and when they replied."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from knowledge.customers.entries import ConversationAssigned, Entry, MessageSent
from knowledge.customers.fact_entries import PackageOpened


@dataclass(frozen=True)
class Passed:
    """One change of hands, to somebody who was given the conversation or took it over from another owner."""

    to: str
    by: str
    at: datetime
    opened_at: datetime | None = None
    replied_at: datetime | None = None

    @property
    def replied_unread(self) -> bool:
        """Whether the new owner answered the customer before opening the package."""
        if self.replied_at is None:
            return False
        return self.opened_at is None or self.opened_at > self.replied_at


def passed(entries: Sequence[Entry]) -> list[Passed]:
    """Return the changes of hands in one conversation's entries, oldest first."""
    found: list[Passed] = []
    owner: str | None = None
    for entry in entries:
        payload = entry.payload
        if isinstance(payload, ConversationAssigned):
            if payload.owner and payload.owner != owner and (owner or payload.author != payload.owner):
                found.append(Passed(payload.owner, payload.author, entry.at))
            owner = payload.owner
        elif found and isinstance(payload, PackageOpened) and payload.author == found[-1].to:
            found[-1] = replace(found[-1], opened_at=found[-1].opened_at or entry.at)
        elif found and isinstance(payload, MessageSent) and payload.author == found[-1].to:
            found[-1] = replace(found[-1], replied_at=found[-1].replied_at or entry.at)
    return found
