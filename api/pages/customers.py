"""The customers in the console: found by name or address, each with one timeline."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from sqlalchemy.orm import Session

from api.access import PartsHere, StaffHere
from api.pages import desk, words
from api.pages.drawing import draw, zone_of
from api.pages.identity import read_identity
from api.parts import Parts
from knowledge.customers.conversations import Conversation, Wanted, list_conversations
from knowledge.customers.issue_rows import Issue
from knowledge.customers.issues import Wanted as WantedIssues
from knowledge.customers.issues import conversations_of, list_issues
from knowledge.customers.record import get_customer, list_customers
from knowledge.customers.standing import standing_of
from knowledge.ids import CustomerId
from knowledge.staff.people import list_staff

router = APIRouter(include_in_schema=False)
LISTED = 100


@router.get("/console/customers")
def customers_page(
    request: Request, parts: PartsHere, me: StaffHere, q: Annotated[str, Query(max_length=200)] = ""
) -> HTMLResponse:
    """The customers whose name or address holds the words."""
    with parts.database.read() as session:
        people = list_customers(session, parts.scope, words=q.replace("\0", ""), limit=LISTED)
    return draw(request, "customers.html", me=me, q=q, people=people, more=len(people) == LISTED)


@router.get("/console/customers/{customer}")
def customer_page(
    request: Request,
    parts: PartsHere,
    me: StaffHere,
    customer: CustomerId,
    limit: Annotated[int, Query(ge=1, le=2_000)] = 200,
) -> HTMLResponse:
    """Who a customer is and everything that happened, on every channel."""
    now = parts.clock()
    with parts.database.read() as session:
        found = get_customer(session, parts.scope, customer)
        looking = desk.Looking(customer, None, zone_of(request), limit)
        lines, earlier = desk.read_lines(session, parts.scope, looking)
        orders = desk.read_orders(session, parts.scope, customer)
        conversations = list_conversations(session, parts.scope, Wanted(customer=customer))
        standing = standing_of(session, parts.scope, customer, now)
        issues = _issues(session, parts, customer)
        names = desk.names_of(list_staff(session, parts.scope))
        identity = read_identity(session, parts, customer)
    return draw(
        request,
        "customer.html",
        me=me,
        who=found,
        facts=words.facts(found.preferences, found.attributes),
        there=words.local_time(found.timezone, now),
        orders=orders,
        conversations=conversations,
        standing=standing,
        issues=issues,
        names=names,
        **identity,
        lines=lines,
        earlier=earlier,
        limit=limit,
        now=now,
    )


def _issues(session: Session, parts: Parts, customer: CustomerId) -> list[tuple[Issue, list[Conversation]]]:
    found = list_issues(session, parts.scope, WantedIssues(customer=customer))
    members = conversations_of(session, parts.scope, [issue.id for issue in found])
    return [(issue, members[issue.id]) for issue in found]
