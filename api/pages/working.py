"""Background work in the console: who works, what ran, what failed for good, with a button to have it done again."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from api.access import PartsHere, StaffHere
from api.pages.drawing import draw
from api.routes import work
from api.routes.work import LetterPath

router = APIRouter(include_in_schema=False)


@router.get("/console/work")
def work_page(request: Request, parts: PartsHere, me: StaffHere) -> HTMLResponse:
    """Workers, jobs and dead letters."""
    return draw(request, "working.html", me=me, now=parts.clock(), **dict(work.show(parts, settled=False, limit=200)))


@router.post("/console/work/letters/{letter}/replay")
def replay_button(parts: PartsHere, letter: LetterPath) -> RedirectResponse:
    """Have one dead letter's work done again, and show the page."""
    work.replay(parts, letter)
    return RedirectResponse("/console/work", 303)
