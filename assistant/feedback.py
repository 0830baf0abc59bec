"""What agents do with suggestions: send them, change them, reject them, have them explained."""

from datetime import datetime

from sqlalchemy.orm import Session

from knowledge.customers.entries import Entry, SuggestionShown
from knowledge.customers.inbox import Reply
from knowledge.ids import SuggestionId
from knowledge.scope import Scope


def send(session: Session, scope: Scope, reply: Reply, now: datetime) -> Entry:
    """Send the reply and, when it came from a suggestion, record whether it was accepted or edited.

    Raises:
        Rejected: the suggestion belongs to another conversation.
    """
    raise NotImplementedError(reply)


def reject(
    session: Session, scope: Scope, suggestion: SuggestionId, author: str, reason: str, now: datetime
) -> Entry:
    """Record that the agent did not want the suggestion.

    Raises:
        NotFound: there is no such suggestion.
    """
    raise NotImplementedError(suggestion)


def explain(session: Session, scope: Scope, suggestion: SuggestionId) -> SuggestionShown:
    """Return the suggestion as it was shown, with all that explains it.

    Raises:
        NotFound: there is no such suggestion.
    """
    raise NotImplementedError(suggestion)
