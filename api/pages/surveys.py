"""The page behind the link of a survey's mail: one question, no login, no script."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, Field

from api.access import PartsHere
from api.outreach.survey_words import ENGLISH, SurveyWords, words_for
from api.outreach.surveying import read_link
from api.pages.drawing import draw
from api.parts import Parts
from knowledge.customers import surveys
from knowledge.customers.feeling import SCALES
from knowledge.customers.surveys import MAX_COMMENT_CHARS, Question
from knowledge.failures import Conflict, NotFound, Rejected

router = APIRouter()
NOT_FOUND, CONFLICT, GONE, UNPROCESSABLE = 404, 409, 410, 422


@router.get("/survey/{token}")
def survey_page(request: Request, parts: PartsHere, token: str) -> HTMLResponse:
    """Ask the question; nothing is stored by looking, so a mail scanner that follows links does no harm."""
    question = _find(parts, token)
    if question is None:
        return _told(request, NOT_FOUND, ENGLISH, ENGLISH.unknown)
    if not question.is_open(parts.clock()):
        return _over(request, question)
    return _asked(request, token, question)


class Given(BaseModel):
    """What the page posts, and what a mail program posts for somebody who unsubscribes (RFC 8058)."""

    score: str = ""
    comment: str = ""
    stop: str = ""
    one_click: str = Field("", alias="List-Unsubscribe")


@router.post("/survey/{token}")
def answer_survey(
    request: Request,
    parts: PartsHere,
    token: str,
    given: Annotated[Given, Form()],
) -> HTMLResponse:
    """Take the answer, once; or the wish not to be asked again, as mail programs post it, too (RFC 8058)."""
    question = _find(parts, token)
    if question is None:
        return _told(request, NOT_FOUND, ENGLISH, ENGLISH.unknown)
    words = words_for(question.asked.language)
    if given.stop or given.one_click:
        with parts.database.write() as session:
            surveys.stop(session, parts.scope, question, parts.clock())
        return _told(request, 200, words, words.stopped)
    score = given.score
    if not (score.isascii() and score.isdigit() and len(score) <= len("10")):
        return _asked(request, token, question, words.choose)
    comment = given.comment.replace("\r\n", "\n")[:MAX_COMMENT_CHARS]
    try:
        with parts.database.write() as session:
            surveys.answer(session, parts.scope, question.id, int(score), comment, parts.clock())
    except Rejected:
        return _asked(request, token, question, words.choose)
    except Conflict:
        return _over(request, _find(parts, token) or question)
    return _told(request, 200, words, words.thanks)


def _find(parts: Parts, token: str) -> Question | None:
    try:
        asked = read_link(parts.settings, token)
        with parts.database.read() as session:
            return surveys.get_question(session, parts.scope, asked)
    except NotFound:  # not ours, or its customer was forgotten
        return None


def _over(request: Request, question: Question) -> HTMLResponse:
    words = words_for(question.asked.language)
    if question.answer is not None:
        return _told(request, CONFLICT, words, words.answered)
    return _told(request, GONE, words, words.ended)


def _asked(request: Request, token: str, question: Question, error: str = "") -> HTMLResponse:
    said, words = question.asked, words_for(question.asked.language)
    least, most = SCALES[said.survey]
    return draw(
        request,
        "survey.html",
        status=UNPROCESSABLE if error else 200,
        token=token,
        words=words,
        language=words.language,
        question=words.questions[said.survey],
        ends=words.ends[said.survey],
        numbers=range(least, most + 1),
        most_chars=MAX_COMMENT_CHARS,
        error=error,
    )


def _told(request: Request, status: int, words: SurveyWords, text: str) -> HTMLResponse:
    return draw(request, "survey_told.html", status=status, language=words.language, text=text)
