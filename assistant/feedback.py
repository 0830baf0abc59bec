"""What agents do with suggestions: send them, change them, reject them, have them explained."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from assistant import citations
from knowledge.customers import inbox, timeline
from knowledge.customers.entries import Entry, SuggestionJudged, SuggestionShown, Verdict
from knowledge.customers.inbox import Reply
from knowledge.customers.timeline import NewEntry
from knowledge.failures import NotFound, Rejected
from knowledge.ids import ConversationId, SuggestionId
from knowledge.scope import Scope

MAX_REASON_CHARS = 2_000


def suggestion_key(suggestion: SuggestionId) -> str:
    """Return the dedupe key a suggestion is stored and found under."""
    return f"suggestion:{suggestion}"


def send(session: Session, scope: Scope, reply: Reply, now: datetime) -> Entry:
    """Send the reply and, when it came from a suggestion, record whether it was accepted or edited.

    Raises:
        NotFound: there is no such conversation or suggestion.
        Rejected: the text is empty, or the suggestion belongs to another conversation.
        Conflict: the key was used for another text.
    """
    if reply.suggestion is None:
        return inbox.reply(session, scope, reply, now)
    shown, where = _find(session, scope, reply.suggestion)
    if where.conversation != reply.conversation:
        raise Rejected("The suggestion belongs to another conversation.", "Ask for a suggestion in this one.")
    # Marks mean nothing to a customer. With or without the line of pages to read, the draft was sent as it was.
    reply = replace(reply, text=citations.unmarked(reply.text, shown))
    sent = inbox.reply(session, scope, reply, now)
    as_drafted = (citations.unmarked(shown.text, shown), citations.reply_text(shown))
    verdict: Verdict = "accepted" if any(same_text(reply.text, text) for text in as_drafted) else "edited"
    judged = SuggestionJudged(shown.suggestion, verdict, reply.author, sent=sent.id)
    timeline.append(session, scope, NewEntry(where.customer, judged, now, where.conversation, f"judged:{sent.id}"), now)
    return sent


def reject(session: Session, scope: Scope, suggestion: SuggestionId, author: str, reason: str, now: datetime) -> Entry:
    """Record that the agent did not want the suggestion; the same agent's second no changes nothing.

    Raises:
        NotFound: there is no such suggestion.
        Rejected: the reason is too long.
    """
    _, where = _find(session, scope, suggestion)
    judged = SuggestionJudged(suggestion, "rejected", author, inbox.clean(reason, 0, MAX_REASON_CHARS))
    key = f"rejected:{suggestion}:{author}"
    return timeline.append(session, scope, NewEntry(where.customer, judged, now, where.conversation, key), now)


def explain(session: Session, scope: Scope, suggestion: SuggestionId) -> SuggestionShown:
    """Return the suggestion as it was shown, with all that explains it.

    Raises:
        NotFound: there is no such suggestion.
    """
    return _find(session, scope, suggestion)[0]


def latest(session: Session, scope: Scope, conversation: ConversationId) -> SuggestionShown | None:
    """Return the latest suggestion of a conversation if it answers the customer's last message."""
    asked = timeline.latest_of(session, scope, conversation, ["message_received"])
    made = timeline.latest_of(session, scope, conversation, ["suggestion_shown"])
    if made is None or not isinstance(made.payload, SuggestionShown):
        return None
    answers_it = asked is None or made.payload.answers == asked.id or made.seq > asked.seq
    return made.payload if answers_it else None


def same_text(one: str, other: str) -> bool:
    """Tell whether two texts say the same to a reader: blanks and line ends do not count."""
    return " ".join(one.split()) == " ".join(other.split())


def _find(session: Session, scope: Scope, suggestion: SuggestionId) -> tuple[SuggestionShown, Entry]:
    entry = timeline.find(session, scope, suggestion_key(suggestion))
    if entry is None or not isinstance(entry.payload, SuggestionShown):
        raise NotFound("There is no such suggestion.")
    return entry.payload, entry
