"""Learning from colleagues, in the console: lessons to read, put right, approve or refuse."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from api.access import PartsHere, StaffHere
from api.learning import look
from api.pages.drawing import draw
from api.routes.learning import ApprovalIn, LessonPath, approve, refuse
from assistant.learning import MAX_ANSWER, MAX_QUESTION
from knowledge.library.lessons import list_lessons

router = APIRouter(include_in_schema=False)
Title = Annotated[str, Form(max_length=MAX_QUESTION)]
Text = Annotated[str, Form(max_length=MAX_ANSWER)]
Seen = Annotated[str, Form(pattern="^(internal|public)$")]


@router.get("/console/learning")
def learning_page(request: Request, parts: PartsHere, me: StaffHere) -> HTMLResponse:
    """What waits to be learnt, those asked most often first."""
    with parts.database.read() as session:
        waiting = list_lessons(session, parts.scope)
    return draw(request, "learning.html", me=me, now=parts.clock(), waiting=waiting)


@router.post("/console/learning")
def look_button(parts: PartsHere) -> RedirectResponse:
    """Look for new lessons and show the page."""
    look(parts)
    return RedirectResponse("/console/learning", 303)


@router.post("/console/learning/{lesson}/yes")
def approve_button(
    parts: PartsHere, me: StaffHere, lesson: LessonPath, title: Title, text: Text, visibility: Seen
) -> RedirectResponse:
    """Make an article of a lesson as its reader left it."""
    approve(parts, me, lesson, ApprovalIn.model_validate({"title": title, "text": text, "visibility": visibility}))
    return RedirectResponse("/console/learning", 303)


@router.post("/console/learning/{lesson}/no")
def refuse_button(parts: PartsHere, me: StaffHere, lesson: LessonPath) -> RedirectResponse:
    """Learn nothing from it."""
    refuse(parts, me, lesson)
    return RedirectResponse("/console/learning", 303)
