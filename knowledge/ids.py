"""Identifiers: typed, sortable by time, never derived from personal data."""

from typing import NewType

from uuid_utils import uuid7

CustomerId = NewType("CustomerId", str)
ConversationId = NewType("ConversationId", str)
IssueId = NewType("IssueId", str)
EntryId = NewType("EntryId", str)
SuggestionId = NewType("SuggestionId", str)
ArticleId = NewType("ArticleId", str)
PassageId = NewType("PassageId", str)
StaffId = NewType("StaffId", str)


def new_id() -> str:
    """Return a fresh 32-digit hexadecimal UUIDv7: ids made later sort later."""
    return uuid7().hex
