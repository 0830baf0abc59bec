"""Reaching out first, in the console (managers), and the page behind the link with which a customer stops it."""

from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from api.access import PartsHere, StaffHere
from api.outreach.outreaching import customer_of
from api.pages.drawing import draw, zone_of
from api.routes import outreach
from api.routes.outreach import ProposalPath
from assistant.outreach.approving import Said
from assistant.outreach.stopping import stop
from knowledge.customers.outreach_entries import OutreachRefused, OutreachStopped
from knowledge.failures import Conflict, NotFound
from knowledge.ids import CustomerId, EntryId

router = APIRouter(include_in_schema=False)
Token = Annotated[str, Path(max_length=200)]


@router.get("/console/outreach")
def outreach_page(request: Request, parts: PartsHere, me: StaffHere) -> HTMLResponse:
    """What waits for a yes or no, and what came of every trigger."""
    told = outreach.show(parts)
    return draw(
        request,
        "outreach.html",
        me=me,
        now=parts.clock(),
        zone=zone_of(request),
        file=parts.settings.outreach,
        waiting=told.waiting,
        samples={one.trigger: one for one in told.samples},
        triggers=told.triggers,
    )


@router.post("/console/outreach/{proposal}/{answer}")
def outreach_button(parts: PartsHere, me: StaffHere, proposal: ProposalPath, answer: str) -> RedirectResponse:
    """Approve one message or turn it down, and show the page; what the guard refuses by now is told."""
    if answer not in ("yes", "no"):
        raise NotFound("There is no such answer.", "It is yes or no.")
    done = outreach.settle(parts, Said(EntryId(proposal), answer == "yes", me.email))
    if isinstance(done.payload, OutreachRefused):
        raise Conflict(f"The guard says no: {done.payload.reason}.", f"Its rule: {done.payload.rule}.")
    return RedirectResponse("/console/outreach", 303)


@router.get("/stop/{token}")
def stop_page(request: Request, parts: PartsHere, token: Token) -> HTMLResponse:
    """Ask once: looking at the link (as mail scanners do) stops nothing."""
    _whose(parts, token)
    return draw(request, "stop.html", done=False)


@router.post("/stop/{token}")
def stop_button(request: Request, parts: PartsHere, token: Token) -> HTMLResponse:
    """Stop everything that we send first; one click, no login (RFC 8058 posts here, too)."""
    customer = _whose(parts, token)
    with parts.database.write() as session:
        stop(session, parts.scope, customer, OutreachStopped("the link in a message", "customer"), parts.clock())
    return draw(request, "stop.html", done=True)


def _whose(parts: PartsHere, token: str) -> CustomerId:
    customer = customer_of(parts.settings, token)
    if customer is None:
        raise NotFound("This link is none of ours.", "Answer STOP to the message instead.")
    return customer
