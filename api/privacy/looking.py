"""Writes the access log: every door that shows staff one customer's record passes here."""

from fastapi import Request
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.access import caller_of, parts_of
from assistant.feedback import suggestion_key
from knowledge.customers import access, timeline
from knowledge.customers.access import Look
from knowledge.customers.tables import ConversationRow, CustomerRow
from knowledge.ids import CustomerId, SuggestionId
from knowledge.scope import Scope, within

WHY = "Access-Reason"
# What of an address, in its path or its query, leads to one customer.
NAMES = ("customer", "conversation", "suggestion")


def keep(request: Request) -> None:
    """Log that a colleague looks at a customer's record, through whatever door names one; every route depends on it.

    `Access-Reason: …` in the request says why; the console leaves it out.
    """
    staff = caller_of(request).staff
    named = {name: _named(request, name) for name in NAMES}
    if staff is None or not any(named.values()):
        return
    parts, now = parts_of(request), parts_of(request).clock()
    with parts.database.read() as session:
        customer = whose(session, parts.scope, named)
        if customer is None:
            return
        why = "".join(filter(str.isprintable, request.headers.get(WHY, "")))[:200]
        route = request.scope.get("route")
        look = Look(staff.id, customer, f"{request.method} {getattr(route, 'path', '')}"[:100], why)
        fresh = access.is_new(session, parts.scope, look, now)
    if fresh:
        with parts.database.write() as session:
            access.note(session, parts.scope, look, now)


def whose(session: Session, scope: Scope, named: dict[str, str]) -> CustomerId | None:
    """Return whose record is named by a customer's, a conversation's or a suggestion's id, `None` when nobody's."""
    found: str | None = None
    if named["customer"]:
        found = session.scalar(
            select(CustomerRow.id).where(within(scope, CustomerRow), CustomerRow.id == named["customer"])
        )
    elif named["conversation"]:
        found = session.scalar(
            select(ConversationRow.customer).where(
                within(scope, ConversationRow), ConversationRow.id == named["conversation"]
            )
        )
    elif named["suggestion"]:
        entry = timeline.find(session, scope, suggestion_key(SuggestionId(named["suggestion"])))
        found = entry.customer if entry else None
    return CustomerId(found) if found else None


def _named(request: Request, name: str) -> str:
    value = request.path_params.get(name) or request.query_params.get(name) or ""
    return str(value).replace("\0", "")[:32]
