"""Issues: the conversations of one problem taken together, kept as a row in the transaction of their entries."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from operator import attrgetter
from typing import Any, cast

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from knowledge.customers.conversations import STATES, Conversation, state_of
from knowledge.customers.entries import ConversationAssigned, Entry, Status
from knowledge.customers.issue_entries import IssueLinked
from knowledge.customers.tables import ConversationRow, IssueRow
from knowledge.ids import ConversationId, CustomerId, IssueId
from knowledge.prepared import Parameters, Prepared
from knowledge.scope import Scope

_OPENEST: tuple[Status, ...] = ("open", "pending", "resolved")
_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Issue:
    """One problem of a customer: it has one owner and one status, however many conversations it is told in.

    `customer` is the record of the conversation that began it. Resolved when all its conversations are; open as soon
    as one is.
    """

    id: IssueId
    customer: CustomerId
    conversations: int
    status: Status
    status_at: datetime
    owner: str | None
    opened_at: datetime


def combine(members: Iterable[Conversation]) -> Issue | None:
    """Return the issue that these conversations of one issue make up, `None` when there are none."""
    states = sorted(members, key=lambda one: (one.opened_at, one.id))
    if not states:
        return None
    return Issue(
        id=states[0].issue,
        customer=states[0].customer,
        conversations=len(states),
        status=min((one.status for one in states), key=_OPENEST.index),
        status_at=max(one.status_at for one in states),
        owner=leader(states, {}).owner,
        opened_at=states[0].opened_at,
    )


def leader(states: Iterable[Conversation], last: Mapping[ConversationId, int]) -> Conversation:
    """Return the conversation whose owner is the issue's: assigned last; at the same moment, by the later entry.

    `last` holds the place of each conversation's last assignment among the entries that were just stored.
    """
    return max(states, key=lambda one: (one.owner_at or _NEVER, last.get(one.id, -1), one.id))


States = Mapping[ConversationId, Conversation]
# What of a conversation its issue is made of.
_in_issue = attrgetter("issue", "status", "status_at", "owner", "owner_at", "opened_at")
_ALONE = ("status", "status_at", "owner", "opened_at")
_INSERT = Prepared(insert(IssueRow), *IssueRow.__table__.c.keys())


@cache
def _update_alone(*names: str) -> Prepared:
    """Write these columns of an issue that is told in one conversation only."""
    changes: dict[str, Any] = {name: bindparam(name) for name in names}
    mine = (IssueRow.id == bindparam("known"), IssueRow.conversations == 1)
    return Prepared(update(IssueRow).where(*mine).values(changes))


def follow(session: Session, scope: Scope, before: States, after: States) -> None:
    """Bring the rows of issues in line with conversations that changed from `before` to `after`.

    Most issues are told in one conversation: their rows follow it without a look at others.
    """
    moved = [(before.get(key), state) for key, state in after.items()]
    moved = [(old, state) for old, state in moved if old is None or _in_issue(old) != _in_issue(state)]
    touched: dict[IssueId, int] = {}
    for old, state in moved:
        for issue in (state.issue,) if old is None or old.issue == state.issue else (state.issue, old.issue):
            touched[issue] = touched.get(issue, 0) + 1
    alone = {
        state.issue: (old, state)
        for old, state in moved
        if touched[state.issue] == 1 and state.issue == (old.issue if old else state.id)
    }
    fresh = [combine([state]) for old, state in alone.values() if old is None]
    if fresh:
        _INSERT.run(session, *(_row(state, scope) for state in fresh if state))
    known = {issue: (old, state) for issue, (old, state) in alone.items() if old is not None}
    project(session, scope, (touched.keys() - alone.keys()) | _follow_alone(session, known))


def _follow_alone(session: Session, pairs: Mapping[IssueId, tuple[Conversation, Conversation]]) -> set[IssueId]:
    """Bring issues in line with their only conversations; returns those that are told in several."""
    changes = {issue: _changes(old, state) for issue, (old, state) in pairs.items()}
    if len(changes) < 2:
        kept = {
            issue for issue, row in changes.items() if _update_alone(*row).changed(session, {**row, "known": issue})
        }
        return set(changes) - kept
    mine = IssueRow.id.in_(list(changes)), IssueRow.conversations == 1
    single = set(session.scalars(select(IssueRow.id).where(*mine)))
    grouped: defaultdict[tuple[str, ...], list[Parameters]] = defaultdict(list)
    for issue, row in changes.items():
        if issue in single:
            grouped[tuple(row)].append({**row, "known": issue})
    for names, rows in grouped.items():
        _update_alone(*names).run(session, *rows)
    return {issue for issue in changes if issue not in single}


def _changes(old: Conversation, state: Conversation) -> dict[str, Any]:
    before, after = vars(old), vars(state)
    changed = {name: after[name] for name in _ALONE if before[name] != after[name]}
    # When an owner was given says who owns an issue of several conversations: ask whether it is one.
    return changed or {"owner": state.owner}


def project(session: Session, scope: Scope, touched: Collection[IssueId]) -> None:
    """Bring the rows of these issues in line with their conversations; an issue without any has no row."""
    if not touched:
        return
    states = {key: combine(members) for key, members in _members(session, touched).items()}
    known = {str(row["id"]): row for row in _rows(session, touched)}
    fresh = [_row(state, scope) for key, state in states.items() if state and key not in known]
    if fresh:
        session.execute(insert(IssueRow), fresh)
    for key, row in known.items():
        state = states.get(IssueId(key))
        if state is None:
            session.execute(delete(IssueRow).where(IssueRow.id == key))
        elif (now := _row(state, scope)) != row:
            session.execute(update(IssueRow).where(IssueRow.id == key).values(now))


def shared_owners(
    session: Session, stored: Sequence[Entry]
) -> list[tuple[Conversation, ConversationAssigned, datetime]]:
    """Return what makes all conversations of an issue have its owner, after these entries: whom, what, as of when.

    Nothing is returned for what such an entry did itself.
    """
    moved = [entry for entry in stored if entry.conversation and _moves(entry)]
    if not moved:
        return []
    last = {cast(ConversationId, entry.conversation): place for place, entry in enumerate(moved)}
    authors = {entry.conversation: getattr(entry.payload, "author", "") for entry in moved}
    touched = session.scalars(select(ConversationRow.issue).where(ConversationRow.id.in_(list(last)))).all()
    found: list[tuple[Conversation, ConversationAssigned, datetime]] = []
    for members in _members(session, [IssueId(one) for one in touched]).values():
        first = leader(members, {key: place for key, place in last.items() if _assigned(moved[place])})
        if first.owner_at is None:
            continue
        author = authors.get(first.id) or authors.get(next((one.id for one in members if one.id in authors), None), "")
        given = ConversationAssigned(first.owner, author or "threadline", shared=True)
        found += [
            (one, given, first.owner_at)
            for one in members
            if (one.owner, one.owner_at) != (first.owner, first.owner_at)
        ]
    return found


def _moves(entry: Entry) -> bool:
    payload = entry.payload
    return isinstance(payload, IssueLinked) or _assigned(entry)


def _assigned(entry: Entry) -> bool:
    return isinstance(entry.payload, ConversationAssigned) and not entry.payload.shared


def _members(session: Session, issues: Collection[IssueId]) -> dict[IssueId, list[Conversation]]:
    """Return the conversations of each issue."""
    found: dict[IssueId, list[Conversation]] = {}
    for row in session.execute(STATES.where(ConversationRow.issue.in_(list(issues)))):
        state = state_of(row)
        found.setdefault(state.issue, []).append(state)
    return found


def _rows(session: Session, issues: Collection[IssueId]) -> list[dict[str, Any]]:
    rows: Any = session.execute(select(*IssueRow.__table__.c).where(IssueRow.id.in_(list(issues)))).mappings()
    return [dict(row) for row in rows]


def _row(state: Issue, scope: Scope) -> dict[str, Any]:
    return {**vars(state), "team": scope.team, "brand": scope.brand}
