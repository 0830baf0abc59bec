"""Correcting issues: put a conversation to another one, split it off, set the status; each is an entry."""

from datetime import datetime

from sqlalchemy.orm import Session

from knowledge.customers import inbox, persons, timeline
from knowledge.customers.conversations import get_conversation
from knowledge.customers.entries import Entry, Status
from knowledge.customers.issue_entries import IssueLinked
from knowledge.customers.issue_rows import Issue
from knowledge.customers.issues import conversations_of, fresh_id, get_issue
from knowledge.customers.timeline import NewEntry
from knowledge.failures import Conflict, Rejected
from knowledge.ids import ConversationId, IssueId
from knowledge.scope import Scope

MAX_REASON_CHARS = 500


def move(
    session: Session, scope: Scope, conversation: ConversationId, said: IssueLinked, now: datetime
) -> Entry | None:
    """Put a conversation to an issue of the same person; `None` when it belongs there already by as firm a word.

    Raises:
        NotFound: there is no such conversation or issue.
        Rejected: the issue is another person's, or the reason is too long.
        Conflict: a person said otherwise, and this is no person's word.
    """
    inbox.clean(said.reason, 0, MAX_REASON_CHARS)
    timeline.hold(session, scope)
    found = get_conversation(session, scope, conversation)
    if found.issue == said.issue and found.issue_firm >= said.firm:
        return None
    if found.issue_firm and not said.firm:
        raise Conflict("A colleague said which issue this belongs to.", "Only a colleague can change it.")
    there = get_issue(session, scope, said.issue)
    if not persons.same_person(session, scope, there.customer, found.customer):
        raise Rejected("That issue is another person's.", "Link the two records first, if they are one person.")
    return timeline.append(session, scope, NewEntry(found.customer, said, now, found.id), now)


def split(
    session: Session, scope: Scope, conversation: ConversationId, author: str, reason: str, now: datetime
) -> Entry:
    """Make a conversation an issue of its own; owner and status stay as they are.

    Raises:
        NotFound: there is no such conversation.
        Conflict: nothing else belongs to its issue.
    """
    inbox.clean(reason, 0, MAX_REASON_CHARS)
    timeline.hold(session, scope)
    found = get_conversation(session, scope, conversation)
    if get_issue(session, scope, found.issue).conversations == 1:
        raise Conflict("This conversation is an issue of its own already.")
    said = IssueLinked(fresh_id(session, [found]), "split", author, reason)
    return timeline.append(session, scope, NewEntry(found.customer, said, now, found.id), now)


def set_status(session: Session, scope: Scope, issue: IssueId, status: Status, author: str, now: datetime) -> Issue:
    """Set the status of an issue: of each of its conversations that has another one.

    Raises:
        NotFound: there is no such issue.
    """
    timeline.hold(session, scope)
    get_issue(session, scope, issue)
    for one in conversations_of(session, scope, [issue])[issue]:
        if one.status != status:
            inbox.set_status(session, scope, one.id, status, author, now)
    return get_issue(session, scope, issue)
