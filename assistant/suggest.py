"""The suggestion: from a waiting message to a cited draft with its reasons, stored for later."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from assistant.brief import Drafter
from knowledge.customers.entries import PassageUsed, SuggestionShown
from knowledge.database import Database
from knowledge.ids import ConversationId
from knowledge.scope import Scope
from knowledge.settings import Settings
from retrieval.search import Search


@dataclass(frozen=True)
class Assistant:
    """The parts a suggestion needs; `backup` writes when `drafter` cannot."""

    search: Search
    drafter: Drafter
    backup: Drafter
    context_tokens: int = 3_000

    def close(self) -> None:
        """Stop what the drafters started; the search belongs to whoever opened it."""
        self.drafter.close()
        self.backup.close()


@dataclass(frozen=True)
class Progress:
    """A step on the way: `text` is a delta; `restart` drops what was streamed, its text says why."""

    step: Literal["passages", "text", "restart", "done"]
    text: str = ""
    passages: tuple[PassageUsed, ...] = ()


OnProgress = Callable[[Progress], None]


def quiet(_progress: Progress) -> None:
    """Report to nobody."""


def open_assistant(settings: Settings, search: Search) -> Assistant:
    """Open the drafter that the settings name, with the extractive one behind it.

    Raises:
        Unavailable: the configured drafter cannot be used, with the remedy.
    """
    raise NotImplementedError(settings.drafter)


def suggest(
    assistant: Assistant,
    database: Database,
    scope: Scope,
    conversation: ConversationId,
    now: datetime,
    on_progress: OnProgress = quiet,
) -> SuggestionShown:
    """Suggest a reply to the conversation's last messages and store it.

    Raises:
        NotFound: there is no such conversation.
        Rejected: the customer has not written anything.
    """
    raise NotImplementedError(conversation)


def ask(
    assistant: Assistant, question: str, *, now: datetime, on_progress: OnProgress = quiet
) -> SuggestionShown:
    """Answer one question without a customer; stored nowhere.

    Raises:
        Rejected: the question is empty.
    """
    raise NotImplementedError(question)
