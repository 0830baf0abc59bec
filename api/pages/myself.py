"""A colleague's own page: whether they are there, and once a month how content they are with their work."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from api.access import PartsHere, StaffHere
from api.pages.drawing import draw
from knowledge.staff import pulse
from knowledge.staff.states import State, say_state

router = APIRouter(include_in_schema=False)
HERE = "/console/me"
WORDS = {
    "available": "Available",
    "away": "Away (a break, a meeting, a training)",
    "off": "Off (done for today)",
}


@router.get(HERE)
def my_page(request: Request, parts: PartsHere, me: StaffHere) -> HTMLResponse:
    """What I said last, and the month's question unless I answered it."""
    with parts.database.read() as session:
        answered = pulse.has_answered(session, parts.scope, me.email, parts.clock())
    scale = range(pulse.LEAST, pulse.MOST + 1)
    return draw(request, "myself.html", me=me, states=WORDS, answered=answered, scale=scale)


@router.post(f"{HERE}/state")
def say(parts: PartsHere, me: StaffHere, state: Annotated[State, Form()]) -> RedirectResponse:
    """Say whether I am there."""
    with parts.database.write() as session:
        say_state(session, parts.scope, me.email, state, parts.clock())
    return RedirectResponse(HERE, 303)


@router.post(f"{HERE}/pulse")
def answer(parts: PartsHere, me: StaffHere, score: Annotated[int, Form()]) -> RedirectResponse:
    """Answer the month's question."""
    with parts.database.write() as session:
        pulse.answer_pulse(session, parts.scope, me.email, score, parts.clock())
    return RedirectResponse(HERE, 303)
