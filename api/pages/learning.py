"""Learning from colleagues, in the console: lessons to read, put right, approve or refuse."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from api.access import PartsHere, StaffHere
from api.learning import look
from api.pages.drawing import draw
from api.parts import Parts
from api.routes.learning import ApprovalIn, LessonPath, approve, refuse
from assistant.learning import MAX_ANSWER, MAX_QUESTION
from knowledge.failures import NotFound
from knowledge.library.lessons import Lesson, conversations_of, get_lesson, list_lessons
from retrieval.passages import Passage

router = APIRouter(include_in_schema=False)
Title = Annotated[str, Form(max_length=MAX_QUESTION)]
Text = Annotated[str, Form(max_length=MAX_ANSWER)]
Seen = Annotated[str, Form(pattern="^(internal|public)$")]
Found = Annotated[int | None, Query(ge=0, le=100_000)]
Done = Annotated[str, Query(pattern="^[0-9a-f]{0,32}$")]
# An article this near (cosine) to the question may say it already; looked up for the first few that wait.
NEAR = 0.6
LOOKED_UP = 20


@router.get("/console/learning")
def learning_page(
    request: Request, parts: PartsHere, me: StaffHere, found: Found = None, done: Done = ""
) -> HTMLResponse:
    """What waits to be learnt, those asked most often first, each with where it was read and what is there already."""
    with parts.database.read() as session:
        waiting = list_lessons(session, parts.scope)
        read_in = conversations_of(session, parts.scope, [one.id for one in waiting])
    near, decided = _near(parts, waiting[:LOOKED_UP]), _decided(parts, done)
    shown: dict[str, Any] = {"waiting": waiting, "read_in": read_in, "near": near, "found": found, "decided": decided}
    return draw(request, "learning.html", me=me, now=parts.clock(), **shown)


def _near(parts: Parts, lessons: Sequence[Lesson]) -> dict[str, Passage]:
    best = {one.id: parts.search.search(one.question, audience="agent", limit=1) for one in lessons}
    return {one: hits[0].passage for one, hits in best.items() if hits and (hits[0].similarity or 0.0) >= NEAR}


def _decided(parts: Parts, lesson: str) -> Lesson | None:
    """Return the lesson that was just decided on; `None` for none, or one that was forgotten since."""
    with parts.database.read() as session:
        try:
            return get_lesson(session, parts.scope, lesson) if lesson else None
        except NotFound:
            return None


@router.post("/console/learning")
def look_button(parts: PartsHere) -> RedirectResponse:
    """Look for new lessons and show the page."""
    return RedirectResponse(f"/console/learning?found={look(parts)}", 303)


@router.post("/console/learning/{lesson}/yes")
def approve_button(
    parts: PartsHere, me: StaffHere, lesson: LessonPath, title: Title, text: Text, visibility: Seen
) -> RedirectResponse:
    """Make an article of a lesson as its reader left it."""
    approve(parts, me, lesson, ApprovalIn.model_validate({"title": title, "text": text, "visibility": visibility}))
    return RedirectResponse(f"/console/learning?done={lesson}", 303)


@router.post("/console/learning/{lesson}/no")
def refuse_button(parts: PartsHere, me: StaffHere, lesson: LessonPath) -> RedirectResponse:
    """Learn nothing from it."""
    refuse(parts, me, lesson)
    return RedirectResponse(f"/console/learning?done={lesson}", 303)
