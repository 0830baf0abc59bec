"""The console's inbox: the list, one conversation, and the parts of both that are fetched again."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from api import routing
from api.access import PartsHere, StaffHere
from api.pages import desk
from api.pages.drawing import draw, zone_of
from api.pages.presence import read_others
from api.pages.render import passage_html, safe_link, without_title
from api.pages.suggestions import how_found, quotes_of, show
from api.parts import Parts
from assistant import feedback
from handoff.package import read_package
from knowledge.customers import timeline
from knowledge.customers.conversations import get_conversation
from knowledge.customers.record import get_customer
from knowledge.failures import NotFound
from knowledge.ids import ConversationId, SuggestionId
from knowledge.staff.people import Staff

router = APIRouter(include_in_schema=False)
FIRST_LINES = 80
MOST_LINES = 2_000
Limit = Annotated[int, Query(ge=1, le=MOST_LINES)]
Rows = Annotated[int, Query(ge=1, le=desk.MOST_ROWS)]


@router.get("/console")
def inbox(request: Request, parts: PartsHere, me: StaffHere, view: desk.View = "waiting") -> HTMLResponse:
    """The list, nothing opened."""
    context = _list_context(parts, me, view) | {"work": None, "open": ""}
    return draw(request, "console.html", me=me, **context)


@router.get("/console/parts/list")
def list_part(
    request: Request, parts: PartsHere, me: StaffHere, view: desk.View = "waiting", rows: Rows = desk.ROWS
) -> HTMLResponse:
    """The list alone, for the page that is open."""
    current = request.headers.get("hx-current-url", "").partition("?")[0].rpartition("/console/conversations/")[2]
    return draw(request, "list.html", open=current, **_list_context(parts, me, view, rows))


@router.get("/console/conversations/{conversation}")
def conversation_page(
    request: Request, parts: PartsHere, me: StaffHere, conversation: ConversationId, view: desk.View = "waiting"
) -> Response:
    """One conversation: a whole page, or its part of the page when the list asks for it."""
    if request.headers.get("hx-request") == "true":
        return draw(request, "work.html", view=view, me=me, **_work_context(request, parts, me, conversation))
    # The list comes first: what happens while the rest is read is after its cursor, and arrives live.
    context = _list_context(parts, me, view) | _work_context(request, parts, me, conversation)
    return draw(request, "console.html", me=me, **context)


@router.get("/console/conversations/{conversation}/head")
def head_part(request: Request, parts: PartsHere, me: StaffHere, conversation: ConversationId) -> HTMLResponse:
    """Who it is with, who owns it, what can be done."""
    return _work_part(request, parts, me, conversation, "head.html")


@router.get("/console/conversations/{conversation}/customer")
def customer_part(request: Request, parts: PartsHere, me: StaffHere, conversation: ConversationId) -> HTMLResponse:
    """The customer's card."""
    return _work_part(request, parts, me, conversation, "customer_card.html")


@router.get("/console/conversations/{conversation}/presence")
def presence_part(request: Request, parts: PartsHere, me: StaffHere, conversation: ConversationId) -> HTMLResponse:
    """Who else looks and who writes."""
    with parts.database.read() as session:
        found = get_conversation(session, parts.scope, conversation)
        others = read_others(session, parts.scope, conversation, me, parts.clock())
        name = get_customer(session, parts.scope, found.customer).display_name
    return draw(request, "presence.html", others=others, customer_name=name)


@router.get("/console/conversations/{conversation}/package")
def package_part(request: Request, parts: PartsHere, me: StaffHere, conversation: ConversationId) -> HTMLResponse:
    """What the next person needs to go on."""
    with parts.database.read() as session:
        package = read_package(session, parts.scope, conversation, me.email)
    return draw(request, "package.html", package=package, now=parts.clock())


@router.get("/console/conversations/{conversation}/routing")
def routing_part(request: Request, parts: PartsHere, conversation: ConversationId) -> HTMLResponse:
    """Who would be asked and why, and which channel reaches the customer best."""
    with parts.database.read() as session:
        agents = routing.explain(session, routing.place_of(parts), conversation, parts.clock())
        ways = routing.channels(session, parts, conversation)
    return draw(request, "routing.html", agents=agents, ways=ways)


@router.get("/console/conversations/{conversation}/timeline")
def timeline_part(
    request: Request, parts: PartsHere, conversation: ConversationId, limit: Limit = FIRST_LINES
) -> HTMLResponse:
    """Everything that happened to the customer, on every channel."""
    with parts.database.read() as session:
        found = get_conversation(session, parts.scope, conversation)
        looking = desk.Looking(found.customer, conversation, zone_of(request), limit)
        lines, earlier = desk.read_lines(session, parts.scope, looking)
    return draw(request, "timeline.html", lines=lines, earlier=earlier, now=parts.clock())


@router.get("/console/conversations/{conversation}/suggestion")
def suggestion_part(request: Request, parts: PartsHere, conversation: ConversationId) -> HTMLResponse:
    """The suggestion for the last message."""
    with parts.database.read() as session:
        found = get_conversation(session, parts.scope, conversation)
        panel = desk.read_panel(session, parts.scope, found)
    return draw(request, "suggestion.html", conversation=conversation, **vars(panel))


@router.get("/console/suggestions/{suggestion}")
def earlier_suggestion(request: Request, parts: PartsHere, suggestion: SuggestionId) -> HTMLResponse:
    """A suggestion as it was shown then."""
    with parts.database.read() as session:
        found = feedback.explain(session, parts.scope, suggestion)
    return draw(request, "suggestion.html", shown=show(found), auto=False, idle="", conversation="")


@router.get("/console/suggestions/{suggestion}/passages/{number}")
def passage_part(request: Request, parts: PartsHere, suggestion: SuggestionId, number: int) -> HTMLResponse:
    """A passage as it read when the suggestion was made, the quoted sentences marked."""
    with parts.database.read() as session:
        found = feedback.explain(session, parts.scope, suggestion)
    passage = next((one for one in found.passages if one.number == number), None)
    if passage is None:
        raise NotFound("The suggestion has no such source.")
    return draw(
        request,
        "passage.html",
        passage=passage,
        body=passage_html(without_title(passage.text, passage.title), quotes_of(found, number)),
        found=how_found(passage),
        source=safe_link(passage.url),
    )


def _list_context(parts: Parts, me: Staff, view: desk.View, limit: int = desk.ROWS) -> dict[str, Any]:
    with parts.database.read() as session:
        cursor = timeline.last_seq(session, parts.scope)
        rows = desk.read_rows(session, parts.scope, view, me.email, limit)
        counts = desk.count_views(session, parts.scope, me.email)
    return {
        "view": view,
        "cursor": cursor,
        "views": list(desk.VIEWS.items()),
        "rows": rows,
        "counts": counts,
        "limit_rows": limit,
        "more": len(rows) == limit < desk.MOST_ROWS,
        "empty": desk.EMPTY[view],
        "now": parts.clock(),
    }


def _work_part(request: Request, parts: Parts, me: Staff, conversation: ConversationId, template: str) -> HTMLResponse:
    with parts.database.read() as session:
        work = desk.read_work(session, parts.scope, conversation, me.email, parts.clock())
    return draw(request, template, work=work, me=me, view="waiting", now=parts.clock())


def _work_context(request: Request, parts: Parts, me: Staff, conversation: ConversationId) -> dict[str, Any]:
    with parts.database.read() as session:
        work = desk.read_work(session, parts.scope, conversation, me.email, parts.clock())
        looking = desk.Looking(work.customer.id, conversation, zone_of(request), FIRST_LINES)
        lines, earlier = desk.read_lines(session, parts.scope, looking)
        panel = desk.read_panel(session, parts.scope, work.conversation)
        package = read_package(session, parts.scope, conversation, me.email)
        others = read_others(session, parts.scope, conversation, me, parts.clock())
    return {
        "package": package,
        "others": others,
        "customer_name": work.name,
        "work": work,
        "open": conversation,
        "conversation": conversation,
        "lines": lines,
        "earlier": earlier,
        "limit": FIRST_LINES,
        "shown": panel.shown,
        "auto": panel.auto,
        "idle": panel.idle,
        "max_chars": parts.settings.max_message_chars,
        "rewrites": parts.rewriter.actions,
        "now": parts.clock(),
    }
