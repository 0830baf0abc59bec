"""Routes for issues: the conversations of one problem, with one owner and one status, and their correction."""

from datetime import datetime
from typing import Annotated, Self

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel
from sqlalchemy.orm import Session

from api.access import PartsHere, StaffHere
from api.failures import responses
from api.parts import Parts
from api.routes.conversations import HERE, ConversationPath, Limit
from api.routes.links import Reason
from api.schemas import ConversationOut, Id, Input, StatusIn
from knowledge.customers import correcting
from knowledge.customers.conversations import get_conversation
from knowledge.customers.entries import Status
from knowledge.customers.issue_entries import IssueLinked
from knowledge.customers.issue_rows import Issue
from knowledge.customers.issues import Wanted, conversations_of, get_issue, list_issues
from knowledge.customers.record import get_customers
from knowledge.ids import ConversationId, CustomerId, IssueId

router = APIRouter(prefix="/api", tags=["issues"])
IssuePath = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$")]


class BelongsIn(Input):
    """The issue a conversation belongs to (`null`: one of its own), and why."""

    issue: Id | None = None
    reason: Reason = ""


class IssueOut(BaseModel):
    """One problem, in however many conversations; `status` is open as soon as one of them is."""

    id: IssueId
    customer: CustomerId
    status: Status
    status_at: datetime
    owner: str | None
    opened_at: datetime
    conversations: list[ConversationOut]

    @classmethod
    def of(cls, issue: Issue, conversations: list[ConversationOut]) -> Self:
        """Return the issue as it goes out."""
        return cls(**{**vars(issue), "conversations": conversations})


class IssuesOut(BaseModel):
    """Some issues, those that began last first."""

    issues: list[IssueOut]


@router.get("/issues", responses=responses(401, 403, 422))
def list_some(
    parts: PartsHere,
    customer: Annotated[str | None, Query(pattern=r"^[0-9a-f]{32}$")] = None,
    status: Status | None = None,
    owner: Annotated[str | None, Query(max_length=320, description="An e-mail; empty: nobody's.")] = None,
    limit: Limit = 50,
    offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
) -> IssuesOut:
    """Return issues with their conversations."""
    whose = owner.replace("\0", "") if owner is not None else None
    wanted = Wanted(customer=CustomerId(customer) if customer else None, status=status, owner=whose)
    with parts.database.read() as session:
        found = list_issues(session, parts.scope, wanted, limit=limit, offset=offset)
        return IssuesOut(issues=_out(session, parts, found))


@router.get("/issues/{issue}", responses=responses(401, 403, 404, 422))
def show(parts: PartsHere, issue: IssuePath) -> IssueOut:
    """Return one issue with its conversations."""
    with parts.database.read() as session:
        return _out(session, parts, [get_issue(session, parts.scope, IssueId(issue))])[0]


@router.put("/issues/{issue}/status", responses=HERE)
def set_status(parts: PartsHere, staff: StaffHere, issue: IssuePath, given: StatusIn) -> IssueOut:
    """Set the status of an issue: of each of its conversations that has another one."""
    with parts.database.write() as session:
        found = correcting.set_status(session, parts.scope, IssueId(issue), given.status, staff.email, parts.clock())
        return _out(session, parts, [found])[0]


@router.put("/conversations/{conversation}/issue", responses=HERE | responses(409))
def belong(parts: PartsHere, staff: StaffHere, conversation: ConversationPath, given: BelongsIn) -> IssueOut:
    """Say which issue a conversation belongs to; no reference or likeness overrules it afterwards."""
    about, now = ConversationId(conversation), parts.clock()
    with parts.database.write() as session:
        if given.issue is None:
            correcting.split(session, parts.scope, about, staff.email, given.reason, now)
        else:
            said = IssueLinked(IssueId(given.issue), "moved", staff.email, given.reason)
            correcting.move(session, parts.scope, about, said, now)
        found = get_issue(session, parts.scope, get_conversation(session, parts.scope, about).issue)
        return _out(session, parts, [found])[0]


def _out(session: Session, parts: Parts, found: list[Issue]) -> list[IssueOut]:
    members = conversations_of(session, parts.scope, [issue.id for issue in found])
    customers = {one.customer for several in members.values() for one in several}
    people = get_customers(session, parts.scope, list(customers))
    return [
        IssueOut.of(issue, [ConversationOut.of(one, people.get(one.customer)) for one in members[issue.id]])
        for issue in found
    ]
