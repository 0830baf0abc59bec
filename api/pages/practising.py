"""Practising in the console: a simulated customer to answer, with package, suggestion and score card."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from api.access import PartsHere, StaffHere
from api.pages.drawing import draw
from evals.simulation.exercise import RUBRIC
from evals.simulation.practice import MOST_CHARS, Room
from handoff.package import PARTS
from knowledge.failures import NotFound
from knowledge.staff.training import keep_training, list_trainings

router = APIRouter(include_in_schema=False)
HERE = "/console/training"
CUSTOMERS = 3


def room_of(request: Request) -> Room:
    """Return the room of this process."""
    room: Room = request.app.state.practice
    return room


@router.get(HERE)
def training_page(request: Request, parts: PartsHere, me: StaffHere) -> HTMLResponse:
    """The exercise that was begun, else what was reached so far and a button to begin."""
    with parts.database.read() as session:
        reached = list_trainings(session, parts.scope, me.email)
    try:
        practice = room_of(request).of(me.email, parts.clock())
    except NotFound:
        practice = None
    shown: dict[str, Any] = {
        "practice": practice,
        "reached": reached[::-1],
        "customers": CUSTOMERS,
        "most_chars": MOST_CHARS,
    }
    return draw(request, "training.html", me=me, rubric=RUBRIC, package_parts=PARTS, **shown)


@router.post(HERE)
def begin(request: Request, parts: PartsHere, me: StaffHere) -> RedirectResponse:
    """Begin with customers that this colleague has not met."""
    with parts.database.read() as session:
        seed = max((one.seed for one in list_trainings(session, parts.scope, me.email)), default=0) + 1
    room_of(request).begin(me.email, CUSTOMERS, seed, parts.clock())
    return RedirectResponse(HERE, 303)


@router.post(f"{HERE}/package")
def open_package(request: Request, parts: PartsHere, me: StaffHere) -> RedirectResponse:
    """Open the handoff package."""
    room_of(request).of(me.email, parts.clock()).open_package()
    return RedirectResponse(f"{HERE}#package", 303)


@router.post(f"{HERE}/suggestion")
def suggest(request: Request, parts: PartsHere, me: StaffHere) -> RedirectResponse:
    """Ask for a suggestion."""
    room_of(request).of(me.email, parts.clock()).suggest()
    return RedirectResponse(f"{HERE}#answer", 303)


@router.post(f"{HERE}/reply")
def reply(request: Request, parts: PartsHere, me: StaffHere, text: Annotated[str, Form()]) -> RedirectResponse:
    """Answer the customer."""
    room_of(request).of(me.email, parts.clock()).reply(text)
    return RedirectResponse(f"{HERE}#answer", 303)


@router.post(f"{HERE}/end")
def end(request: Request, parts: PartsHere, me: StaffHere) -> RedirectResponse:
    """End with this customer; after the last one the score is kept."""
    room, now = room_of(request), parts.clock()
    practice = room.of(me.email, now)
    practice.end()
    if practice.over:
        with parts.database.write() as session:
            keep_training(session, parts.scope, practice.training(now))
        room.end(me.email)
    return RedirectResponse(HERE, 303)
