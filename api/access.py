"""Who may pass which door: one table of route × role, and the dependency that enforces it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import Depends, FastAPI, Request
from fastapi.routing import APIRoute, iter_route_contexts

from api.parts import Parts
from knowledge.customers.entries import Handle
from knowledge.failures import Rejected
from knowledge.ids import CustomerId
from knowledge.staff.people import Staff

Who = Literal["anonymous", "customer", "agent", "manager", "admin"]
Access = frozenset[Who]

ADMIN: Access = frozenset({"admin"})
MANAGER: Access = ADMIN | {"manager"}
AGENT: Access = MANAGER | {"agent"}
CUSTOMER: Access = frozenset({"customer"})
ANYONE: Access = AGENT | CUSTOMER | {"anonymous"}

# The one table. A route that is not in here stops the start.
TABLE: dict[tuple[str, str], Access] = {
    # the house
    ("GET", "/"): ANYONE,
    ("GET", "/health"): ANYONE,
    ("GET", "/ready"): ANYONE,
    ("GET", "/openapi.json"): ANYONE,
    # logins
    ("POST", "/login"): ANYONE,
    ("POST", "/logout"): ANYONE,
    ("GET", "/api/me"): AGENT,
    # conversations
    ("GET", "/api/conversations"): AGENT,
    ("GET", "/api/conversations/{conversation}"): AGENT,
    ("GET", "/api/conversations/{conversation}/timeline"): AGENT,
    ("POST", "/api/conversations/{conversation}/replies"): AGENT,
    ("POST", "/api/conversations/{conversation}/notes"): AGENT,
    ("PUT", "/api/conversations/{conversation}/status"): AGENT,
    ("POST", "/api/conversations/{conversation}/take"): AGENT,
    ("POST", "/api/conversations/{conversation}/pass"): AGENT,
    # suggestions
    ("POST", "/api/conversations/{conversation}/suggestions"): AGENT,
    ("GET", "/api/suggestions/{suggestion}"): AGENT,
    ("POST", "/api/suggestions/{suggestion}/rejection"): AGENT,
    ("POST", "/api/ask"): AGENT,
    # customers
    ("GET", "/api/customers"): AGENT,
    ("GET", "/api/customers/{customer}"): AGENT,
    ("GET", "/api/customers/{customer}/timeline"): AGENT,
    # the library
    ("GET", "/api/articles"): ANYONE,
    ("GET", "/api/articles/{article}"): ANYONE,
    ("POST", "/api/search"): ANYONE,
    # events in, entries out
    ("POST", "/api/events"): MANAGER,
    ("GET", "/api/live"): AGENT,
    # the customer's side
    ("POST", "/chat/session"): ANYONE,
    ("GET", "/api/chat/messages"): CUSTOMER,
    ("POST", "/api/chat/messages"): CUSTOMER,
    ("GET", "/api/chat/live"): CUSTOMER,
    # pages
    ("GET", "/static"): ANYONE,
}


@dataclass(frozen=True)
class Chat:
    """A customer's session: whose it is, and the chat handle that its token proves."""

    customer: CustomerId
    handle: Handle


@dataclass(frozen=True)
class Caller:
    """Who is calling; one browser can hold a staff login and a customer session at once."""

    staff: Staff | None = None
    chat: Chat | None = None

    @property
    def roles(self) -> Access:
        """Every role this caller has; `anonymous` only when there is no other."""
        roles: set[Who] = set()
        if self.staff is not None:
            roles.add(self.staff.role)
        if self.chat is not None:
            roles.add("customer")
        return frozenset(roles or {"anonymous"})


def parts_of(request: Request) -> Parts:
    """Return the parts this application was made of."""
    parts: Parts = request.app.state.parts
    return parts


def caller_of(request: Request) -> Caller:
    """Return who is calling, as `enforce` found it."""
    caller: Caller = request.state.caller
    return caller


def staff_of(request: Request) -> Staff:
    """Return the colleague who is calling, on a route that only staff may use."""
    staff = caller_of(request).staff
    if staff is None:
        raise NotImplementedError
    return staff


def chat_of(request: Request) -> Chat:
    """Return the customer's session, on a route that only customers may use."""
    chat = caller_of(request).chat
    if chat is None:
        raise NotImplementedError
    return chat


# What endpoints declare: `def page(parts: PartsHere, me: StaffHere) -> ...`
PartsHere = Annotated[Parts, Depends(parts_of)]
CallerHere = Annotated[Caller, Depends(caller_of)]
StaffHere = Annotated[Staff, Depends(staff_of)]
ChatHere = Annotated[Chat, Depends(chat_of)]
