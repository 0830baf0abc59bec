"""Who may pass which door: one table of route × role, and the dependency that enforces it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import Depends, FastAPI, Request
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts

from api.failures import Forbidden, NotLoggedIn
from api.limits import is_foreign
from api.parts import Parts
from api.sessions import Chat, Tokens, tokens_of, whose_chat
from knowledge.staff import logins
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
    ("GET", "/api/conversations/live"): AGENT,
    ("GET", "/api/conversations/{conversation}"): AGENT,
    ("GET", "/api/conversations/{conversation}/timeline"): AGENT,
    ("POST", "/api/conversations/{conversation}/replies"): AGENT,
    ("POST", "/api/conversations/{conversation}/messages/{message}/resend"): AGENT,
    ("POST", "/api/conversations/{conversation}/attachments"): AGENT,
    ("GET", "/api/attachments/{file}"): AGENT,
    ("POST", "/api/conversations/{conversation}/notes"): AGENT,
    ("PUT", "/api/conversations/{conversation}/status"): AGENT,
    ("POST", "/api/conversations/{conversation}/take"): AGENT,
    ("POST", "/api/conversations/{conversation}/pass"): AGENT,
    ("PUT", "/api/conversations/{conversation}/presence"): AGENT,
    ("GET", "/api/conversations/{conversation}/presence"): AGENT,
    ("GET", "/api/conversations/{conversation}/presence/live"): AGENT,
    ("GET", "/api/conversations/{conversation}/package"): AGENT,
    ("POST", "/api/conversations/{conversation}/package"): AGENT,
    # routing
    ("GET", "/api/offers"): AGENT,
    ("POST", "/api/conversations/{conversation}/acceptance"): AGENT,
    ("POST", "/api/conversations/{conversation}/refusal"): AGENT,
    ("GET", "/api/conversations/{conversation}/routing"): AGENT,
    ("POST", "/api/conversations/{conversation}/escalation"): AGENT,
    ("POST", "/api/conversations/{conversation}/move"): AGENT,
    ("GET", "/console/conversations/{conversation}/routing"): AGENT,
    ("GET", "/api/staff"): MANAGER,
    ("PUT", "/api/staff/{email}/profile"): MANAGER,
    # suggestions
    ("POST", "/api/conversations/{conversation}/suggestions"): AGENT,
    ("GET", "/api/suggestions/{suggestion}"): AGENT,
    ("POST", "/api/suggestions/{suggestion}/rejection"): AGENT,
    ("POST", "/api/ask"): AGENT,
    ("GET", "/api/rewrites"): AGENT,
    ("POST", "/api/rewrites"): AGENT,
    # customers
    ("GET", "/api/customers"): AGENT,
    ("GET", "/api/customers/{customer}"): AGENT,
    ("GET", "/api/customers/{customer}/search"): AGENT,
    ("PUT", "/api/customers/{customer}/preferences"): AGENT,
    ("GET", "/api/completeness"): AGENT,
    ("GET", "/api/customers/{customer}/timeline"): AGENT,
    ("GET", "/api/customers/{customer}/facts"): AGENT,
    ("POST", "/api/customers/{customer}/facts/corrections"): AGENT,
    ("GET", "/api/customers/{customer}/standing"): AGENT,
    # issues
    ("GET", "/api/issues"): AGENT,
    ("GET", "/api/issues/{issue}"): AGENT,
    ("PUT", "/api/issues/{issue}/status"): AGENT,
    ("PUT", "/api/conversations/{conversation}/issue"): AGENT,
    # who is one person
    ("GET", "/api/customers/{customer}/links"): AGENT,
    ("POST", "/api/links"): AGENT,
    ("POST", "/api/links/{link}/revocation"): AGENT,
    ("GET", "/api/pairs"): AGENT,
    ("POST", "/api/pairs/{pair}/acceptance"): AGENT,
    ("POST", "/api/pairs/{pair}/refusal"): AGENT,
    # privacy
    ("GET", "/api/customers/{customer}/consents"): AGENT,
    ("POST", "/api/customers/{customer}/consents"): AGENT,
    ("GET", "/api/customers/{customer}/export"): MANAGER,
    ("GET", "/api/customers/{customer}/access"): MANAGER,
    ("PUT", "/api/customers/{customer}/hold"): MANAGER,
    ("POST", "/api/customers/{customer}/erasure"): MANAGER,
    ("GET", "/api/customers/{customer}/erasure"): MANAGER,
    ("POST", "/api/chat/code"): CUSTOMER,
    ("POST", "/api/chat/proof"): CUSTOMER,
    ("GET", "/api/chat/consents"): CUSTOMER,
    ("POST", "/api/chat/consents"): CUSTOMER,
    # the library
    ("GET", "/api/articles"): ANYONE,
    ("GET", "/api/articles/{article}"): ANYONE,
    ("POST", "/api/search"): ANYONE,
    ("GET", "/api/sources"): AGENT,
    ("GET", "/api/lessons"): MANAGER,
    ("POST", "/api/lessons"): MANAGER,
    ("POST", "/api/lessons/{lesson}/approval"): MANAGER,
    ("POST", "/api/lessons/{lesson}/refusal"): MANAGER,
    ("GET", "/console/learning"): MANAGER,
    ("POST", "/console/learning"): MANAGER,
    ("POST", "/console/learning/{lesson}/yes"): MANAGER,
    ("POST", "/console/learning/{lesson}/no"): MANAGER,
    # the bot
    ("GET", "/api/bot"): MANAGER,
    ("PUT", "/api/bot/rules"): MANAGER,
    ("POST", "/api/bot/certificate"): MANAGER,
    ("POST", "/api/bot/decisions/{decision}/verdict"): AGENT,
    ("POST", "/api/bot/proposals/{proposal}"): AGENT,
    # practising
    ("GET", "/console/training"): AGENT,
    ("POST", "/console/training"): AGENT,
    ("POST", "/console/training/package"): AGENT,
    ("POST", "/console/training/suggestion"): AGENT,
    ("POST", "/console/training/reply"): AGENT,
    ("POST", "/console/training/end"): AGENT,
    # one's own page
    ("GET", "/console/me"): AGENT,
    ("POST", "/console/me/state"): AGENT,
    ("POST", "/console/me/pulse"): AGENT,
    ("PUT", "/api/me/state"): AGENT,
    # reaching out first
    ("GET", "/api/outreach"): MANAGER,
    ("POST", "/api/outreach/proposals/{proposal}"): MANAGER,
    ("POST", "/api/customers/{customer}/outreach-stop"): AGENT,
    ("GET", "/console/outreach"): MANAGER,
    ("POST", "/console/outreach/{proposal}/{answer}"): MANAGER,
    ("GET", "/stop/{token}"): ANYONE,
    ("POST", "/stop/{token}"): ANYONE,
    # the queues
    ("GET", "/api/load"): AGENT,
    ("GET", "/api/load/{queue}"): AGENT,
    # events in, entries out
    ("POST", "/api/events"): MANAGER,
    ("GET", "/api/live"): AGENT,
    # background work
    ("GET", "/api/work"): MANAGER,
    ("POST", "/api/work/letters/{letter}/replay"): MANAGER,
    # the customer's side
    ("POST", "/chat/session"): ANYONE,
    ("GET", "/api/chat/messages"): CUSTOMER,
    ("POST", "/api/chat/messages"): CUSTOMER,
    ("GET", "/api/chat/live"): CUSTOMER,
    ("PUT", "/api/chat/presence"): CUSTOMER,
    ("GET", "/api/chat/presence/live"): CUSTOMER,
    ("POST", "/api/chat/attachments"): CUSTOMER,
    ("GET", "/api/chat/attachments/{file}"): CUSTOMER,
    ("POST", "/api/chat/resume"): CUSTOMER,
    ("DELETE", "/api/chat/resume"): CUSTOMER,
    ("GET", "/api/chat/survey"): CUSTOMER,
    ("POST", "/api/chat/survey"): CUSTOMER,
    # pages
    ("GET", "/static"): ANYONE,
    ("GET", "/login"): ANYONE,
    ("GET", "/chat"): ANYONE,
    ("GET", "/survey/{token}"): ANYONE,
    ("POST", "/survey/{token}"): ANYONE,
    ("GET", "/console"): AGENT,
    ("GET", "/console/settings"): ADMIN,
    ("GET", "/console/parts/list"): AGENT,
    ("GET", "/console/conversations/{conversation}"): AGENT,
    ("GET", "/console/conversations/{conversation}/head"): AGENT,
    ("GET", "/console/conversations/{conversation}/customer"): AGENT,
    ("GET", "/console/conversations/{conversation}/package"): AGENT,
    ("GET", "/console/conversations/{conversation}/presence"): AGENT,
    ("GET", "/console/conversations/{conversation}/timeline"): AGENT,
    ("GET", "/console/conversations/{conversation}/suggestion"): AGENT,
    ("GET", "/console/suggestions/{suggestion}"): AGENT,
    ("GET", "/console/suggestions/{suggestion}/passages/{number}"): AGENT,
    ("GET", "/console/customers"): AGENT,
    ("GET", "/console/pairs"): AGENT,
    ("GET", "/console/completeness"): AGENT,
    ("GET", "/console/customers/{customer}"): AGENT,
    ("GET", "/console/customers/{customer}/search"): AGENT,
    ("GET", "/console/customers/{customer}/erasure"): MANAGER,
    ("GET", "/console/bot"): MANAGER,
    ("GET", "/console/report"): MANAGER,
    ("GET", "/console/report/file"): MANAGER,
    ("GET", "/console/load"): AGENT,
    ("GET", "/console/load/gauges"): AGENT,
    ("GET", "/console/review/{review}"): AGENT,
    ("POST", "/console/review/{review}/{number}"): AGENT,
    ("GET", "/console/work"): MANAGER,
    ("POST", "/console/work/letters/{letter}/replay"): MANAGER,
    ("GET", "/console/library"): AGENT,
    ("GET", "/console/library/{article}"): AGENT,
}


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


def enforce(request: Request) -> None:
    """Let a request pass only as the table says; every route depends on this.

    Raises:
        NotLoggedIn: the door needs a login or a chat session that the caller does not have, or the token is unknown.
        Forbidden: the caller's role is too small, or another site's page sent the request.
    """
    parts, tokens = parts_of(request), tokens_of(request)
    if not tokens.bearer and is_foreign(request, parts.settings, by_cookie=bool(tokens.staff or tokens.chat)):
        raise Forbidden("This request came from another site's page.", "Use the page itself, or a bearer token.")
    caller = identify(parts, tokens)
    request.state.caller = caller
    allowed: Access = request.app.state.access[request.method, request.scope["endpoint"]]
    if not caller.roles & allowed:
        raise _refusal(caller, allowed)


def identify(parts: Parts, tokens: Tokens) -> Caller:
    """Return who holds these tokens.

    Raises:
        NotLoggedIn: a bearer token is unknown or expired. (A stale cookie is no cookie.)
    """
    if not tokens.staff and not tokens.chat:
        return Caller()
    now = parts.clock()
    with parts.database.read() as session:
        staff = logins.whose(session, parts.scope, tokens.staff, now) if tokens.staff else None
        chat = whose_chat(session, parts.scope, tokens.chat, now) if tokens.chat else None
    if tokens.bearer and staff is None and chat is None:
        raise NotLoggedIn("This token is unknown or has expired.", "Log in again.")
    return Caller(staff, chat)


def _refusal(caller: Caller, allowed: Access) -> Forbidden | NotLoggedIn:
    if allowed == CUSTOMER:
        return NotLoggedIn("There is no chat session.", "POST /chat/session opens one.")
    if caller.staff is None:
        return NotLoggedIn("This needs a login.", "Log in at /login.")
    least = "a manager" if "manager" in allowed else "an admin"
    return Forbidden(f"This needs the role of {least}.", "Ask an admin.")


def check_table(app: FastAPI) -> None:
    """Prepare the table for `enforce`.

    Raises:
        LookupError: a route is not in the table, or is closed there while nothing can enforce it.
    """
    app.state.access = {}
    for route in iter_route_contexts(app.routes):
        for door in doors(route):
            if door not in TABLE:
                raise LookupError(f"{door[0]} {door[1]} is missing from the table in api/access.py")
            if not isinstance(route.original_route, APIRoute) and TABLE[door] != ANYONE:
                raise LookupError(f"{door[0]} {door[1]} is closed in the table, but only API routes are checked")
            app.state.access[door[0], route.endpoint] = TABLE[door]


def doors(route: RouteContext) -> Iterator[tuple[str, str]]:
    """Yield the (method, path) pairs of a route; HEAD goes with GET, and a mounted folder is read by GET."""
    for method in sorted((route.methods or {"GET"}) - {"HEAD"}):
        yield method, route.path or ""


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
        raise NotLoggedIn("This needs a login.", "Log in at /login.")
    return staff


def chat_of(request: Request) -> Chat:
    """Return the customer's session, on a route that only customers may use."""
    chat = caller_of(request).chat
    if chat is None:
        raise NotLoggedIn("There is no chat session.", "POST /chat/session opens one.")
    return chat


# What endpoints declare: `def page(parts: PartsHere, me: StaffHere) -> ...`
PartsHere = Annotated[Parts, Depends(parts_of)]
CallerHere = Annotated[Caller, Depends(caller_of)]
StaffHere = Annotated[Staff, Depends(staff_of)]
ChatHere = Annotated[Chat, Depends(chat_of)]
