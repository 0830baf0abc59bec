"""Issues: read them with their conversations, and keep two persons' apart."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge.customers import persons, timeline
from knowledge.customers.conversations import STATES, Conversation, state_of
from knowledge.customers.entries import Status
from knowledge.customers.issue_entries import IssueLinked
from knowledge.customers.issue_rows import Issue
from knowledge.customers.persons import Whose
from knowledge.customers.tables import ConversationRow, IssueRow
from knowledge.customers.timeline import NewEntry
from knowledge.failures import NotFound
from knowledge.ids import CustomerId, IssueId, new_id
from knowledge.scope import Scope, within

AUTOMATIC = "threadline"


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which issues to list; `None` means any. `owner=""` asks for those nobody owns."""

    customer: Whose | None = None
    status: Status | None = None
    owner: str | None = None


def get_issue(session: Session, scope: Scope, issue: IssueId) -> Issue:
    """Return an issue.

    Raises:
        NotFound: there is none of this id in the scope.
    """
    row: Any = session.execute(_select(scope).where(IssueRow.id == issue)).mappings().first()
    if row is None:
        raise NotFound("There is no such issue.")
    return _read(row)


def list_issues(session: Session, scope: Scope, wanted: Wanted, *, limit: int = 50, offset: int = 0) -> list[Issue]:
    """Return the issues that fit, those that began last first."""
    query = _select(scope)
    if wanted.status is not None:
        query = query.where(IssueRow.status == wanted.status)
    if wanted.owner is not None:
        query = query.where(IssueRow.owner == wanted.owner if wanted.owner else IssueRow.owner.is_(None))
    if wanted.customer is not None:
        records = persons.meant(session, scope, wanted.customer)
        told = select(ConversationRow.issue).where(
            within(scope, ConversationRow), ConversationRow.customer.in_(records)
        )
        query = query.where(IssueRow.id.in_(told))
    rows: Any = session.execute(query.order_by(IssueRow.opened_at.desc(), IssueRow.id).limit(limit).offset(offset))
    return [_read(row) for row in rows.mappings()]


def conversations_of(session: Session, scope: Scope, issues: Sequence[IssueId]) -> dict[IssueId, list[Conversation]]:
    """Return the conversations of each issue, the earliest first."""
    query = STATES.where(within(scope, ConversationRow), ConversationRow.issue.in_(issues))
    found: dict[IssueId, list[Conversation]] = {issue: [] for issue in issues}
    for row in session.execute(query.order_by(ConversationRow.opened_at, ConversationRow.id)):
        state = state_of(row)
        found[state.issue].append(state)
    return found


def part_strangers(session: Session, scope: Scope, records: Sequence[CustomerId], now: datetime) -> None:
    """Split issues that hold conversations of several persons, after a link was taken back.

    An issue stays with the person who began it; what the others told becomes an issue of theirs.
    """
    query = select(ConversationRow.issue).where(within(scope, ConversationRow), ConversationRow.customer.in_(records))
    issues = [IssueId(one) for one in session.scalars(query.distinct())]
    for issue, members in conversations_of(session, scope, issues).items():
        people = persons.persons_of(session, scope, {one.customer for one in members})
        apart: dict[CustomerId, list[Conversation]] = {}
        for one in members:
            apart.setdefault(people[one.customer], []).append(one)
        for theirs in list(apart.values())[1:]:
            said = IssueLinked(fresh_id(session, theirs), "split", AUTOMATIC, "They are not one person any more.")
            news = [NewEntry(one.customer, said, now, one.id) for one in theirs if one.issue == issue]
            timeline.append_many(session, scope, news, now)


def fresh_id(session: Session, members: Sequence[Conversation]) -> IssueId:
    """Return an issue that nobody else's conversation belongs to: the earliest one's own, where it is free."""
    own = IssueId(members[0].id)
    taken = session.scalar(select(IssueRow.id).where(IssueRow.id == own))
    return IssueId(new_id()) if taken else own


def _select(scope: Scope) -> Any:
    return select(*IssueRow.__table__.c).where(within(scope, IssueRow))


def _read(row: Any) -> Issue:
    return Issue(**{name: row[name] for name in Issue.__dataclass_fields__})
