"""The customers in the console: found by name or address, each with one timeline."""

from datetime import UTC, date, datetime, time
from typing import Annotated, cast
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse
from sqlalchemy.orm import Session

from api import words
from api.access import PartsHere, StaffHere
from api.pages import desk
from api.pages.drawing import draw, zone_of
from api.pages.identity import read_identity
from api.parts import Parts
from api.routes.searching import pair
from knowledge.customers import completeness, lookup
from knowledge.customers.conversations import Conversation, Wanted, list_conversations
from knowledge.customers.health import Band
from knowledge.customers.history import read_history
from knowledge.customers.issue_rows import Issue
from knowledge.customers.issues import Wanted as WantedIssues
from knowledge.customers.issues import conversations_of, list_issues
from knowledge.customers.listing import Sort, find_customers
from knowledge.customers.listing import Wanted as WantedCustomers
from knowledge.customers.record import get_customer
from knowledge.customers.standing import standing_of
from knowledge.customers.weighing import Weighing
from knowledge.failures import Rejected
from knowledge.ids import CustomerId
from knowledge.staff.people import list_staff
from retrieval.history import search_history

router = APIRouter(include_in_schema=False)
LISTED = 100
_DAY = r"^(\d{4}-\d{2}-\d{2}|)$"


class Asked:
    """What the filter of the list says, as it was typed: fields may be empty, dates are days of UTC."""

    def __init__(  # noqa: PLR0913, PLR0917 - each is a field of the form
        self,
        q: Annotated[str, Query(max_length=200)] = "",
        attribute: Annotated[str, Query(max_length=500)] = "",
        tag: Annotated[str, Query(max_length=200)] = "",
        health: Annotated[str, Query(pattern="^(red|amber|green|)$")] = "",
        since: Annotated[str, Query(pattern=_DAY)] = "",
        until: Annotated[str, Query(pattern=_DAY)] = "",
        sort: Sort = "name",
        offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
    ) -> None:
        self.q, self.attribute, self.tag, self.health = q, attribute, tag, health
        self.since, self.until, self.sort, self.offset = since, until, sort, offset

    def wanted(self, weighing: Weighing) -> WantedCustomers:
        """Which customers are asked for, their health reckoned as it is weighed here.

        Raises:
            Rejected: the attribute is not `name=value`, or a day is none.
        """
        return WantedCustomers(
            words=self.q.replace("\0", ""),
            attributes=(pair(self.attribute),) if self.attribute.strip() else (),
            tag=self.tag.replace("\0", "").strip(),
            band=cast(Band, self.health) if self.health else None,
            since=_day(self.since),
            until=_day(self.until),
            sort=self.sort,
            weighing=weighing,
        )

    @property
    def narrowed(self) -> bool:
        """Whether anything besides words is asked."""
        return any((self.attribute, self.tag, self.health, self.since, self.until)) or self.sort != "name"

    def on_from(self, offset: int) -> str:
        """Return the query of the address that goes on from an offset."""
        return urlencode({**{name: value for name, value in vars(self).items() if value}, "offset": offset})


def _day(text: str) -> datetime | None:
    try:
        return datetime.combine(date.fromisoformat(text), time(), UTC) if text else None
    except ValueError as error:
        raise Rejected(f"{text!r} is no day.", "Write it as 2026-11-30.") from error


@router.get("/console/customers")
def customers_page(
    request: Request, parts: PartsHere, me: StaffHere, asked: Annotated[Asked, Depends()]
) -> HTMLResponse:
    """The customers who fit what is asked."""
    now, wanted = parts.clock(), asked.wanted(parts.standards.health)
    with parts.database.read() as session:
        page = find_customers(session, parts.scope, wanted, now, limit=LISTED, offset=asked.offset)
    return draw(request, "customers.html", me=me, asked=asked, page=page, now=now)


@router.get("/console/completeness")
def completeness_page(request: Request, parts: PartsHere, me: StaffHere) -> HTMLResponse:
    """How complete the records of all customers are."""
    with parts.database.read() as session:
        measured = completeness.measure(session, parts.scope, parts.standards)
    return draw(request, "completeness.html", me=me, measured=measured)


@router.get("/console/customers/{customer}/search")
def search_page(
    request: Request,
    parts: PartsHere,
    me: StaffHere,
    customer: CustomerId,
    words: Annotated[str, Query(max_length=1_000)] = "",
) -> HTMLResponse:
    """What of a customer's history fits the words, on every channel."""
    with parts.database.read() as session:
        found = get_customer(session, parts.scope, customer)
        history = read_history(session, parts.scope, found.id)
    hits = search_history(parts.search.embedder, words, history.told)
    return draw(
        request, "history.html", me=me, who=found, words=words, hits=hits, complete=history.complete, now=parts.clock()
    )


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
        begun = lookup.first_words(session, [one.id for one in conversations])
        since = lookup.heard_of_since(session, parts.scope, found.records) or found.created_at
        standing = standing_of(session, parts.scope, customer, now, parts.standards.health)
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
        begun=begun,
        since=min(since, found.created_at),
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
