"""Routes of learning from colleagues: lessons that wait, looking for more, and a person's yes or no to each."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Path
from pydantic import AfterValidator, BaseModel, Field

from api.access import PartsHere, StaffHere
from api.failures import responses
from api.learning import DAYS, look
from api.schemas import Input, Output, without_nul
from assistant import learning
from assistant.learning import MAX_ANSWER, MAX_QUESTION, Yes
from knowledge.library.lessons import list_lessons

router = APIRouter(prefix="/api", tags=["library"])
LessonPath = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$")]


class LessonOut(Output):
    """A question and its answer; `kind` is `example` (a colleague's reply) or `gap` (asked without an answer)."""

    id: str
    kind: Literal["example", "gap"]
    question: str
    answer: str
    state: Literal["waiting", "approved", "refused"]
    conversations: int
    article: str
    proposed_at: datetime


class LessonsOut(BaseModel):
    """Lessons that wait, those asked most often first."""

    lessons: list[LessonOut]


class LookIn(Input):
    """How many days to look back."""

    days: Annotated[int, Field(ge=1, le=365)] = DAYS


class LookOut(BaseModel):
    """How many lessons are new."""

    added: int


class ApprovalIn(Input):
    """The article as its reader left it; internal ones guide agents, public ones are quoted in drafts."""

    title: Annotated[str, Field(max_length=MAX_QUESTION), AfterValidator(without_nul)]
    text: Annotated[str, Field(max_length=MAX_ANSWER), AfterValidator(without_nul)]
    visibility: Literal["internal", "public"] = "internal"


@router.get("/lessons", responses=responses(401, 403))
def show(parts: PartsHere) -> LessonsOut:
    """Return the lessons that wait for a yes or no."""
    with parts.database.read() as session:
        return LessonsOut(lessons=[LessonOut.of(one) for one in list_lessons(session, parts.scope)])


@router.post("/lessons", responses=responses(400, 401, 403, 413, 422, 503))
def look_for(parts: PartsHere, given: LookIn) -> LookOut:
    """Read the last days' conversations for lessons; what was found before, whatever became of it, is not new."""
    return LookOut(added=look(parts, given.days))


@router.post("/lessons/{lesson}/approval", responses=responses(400, 401, 403, 404, 409, 413, 422, 503))
def approve(parts: PartsHere, staff: StaffHere, lesson: LessonPath, given: ApprovalIn) -> LessonOut:
    """Make an article of a lesson; it is found from now on."""
    said = Yes(given.title, given.text, given.visibility, staff.email)
    done = learning.approve(parts.database, parts.scope, lesson, said, parts.search.embedder, parts.clock())
    parts.search.refresh()
    return LessonOut.of(done)


@router.post("/lessons/{lesson}/refusal", responses=responses(401, 403, 404, 409, 422))
def refuse(parts: PartsHere, staff: StaffHere, lesson: LessonPath) -> LessonOut:
    """Learn nothing from it; the same question is not proposed again."""
    return LessonOut.of(learning.refuse(parts.database, parts.scope, lesson, staff.email, parts.clock()))
