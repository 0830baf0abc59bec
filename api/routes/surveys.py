"""Routes of surveys in the web chat: the one that waits for an answer, and the answer."""

from typing import Annotated, Self

from fastapi import APIRouter
from pydantic import AfterValidator, BaseModel, Field

from api.access import ChatHere, PartsHere
from api.failures import responses
from api.outreach.survey_words import words_for
from api.routes.chat import OwnRecords
from api.schemas import Input, without_nul
from knowledge.customers import surveys
from knowledge.customers.feeling import SCALES
from knowledge.customers.survey_entries import Survey
from knowledge.customers.surveys import MAX_COMMENT_CHARS, Question
from knowledge.failures import NotFound
from knowledge.ids import EntryId

router = APIRouter(prefix="/api/chat/survey", tags=["chat"])


class SurveyOut(BaseModel):
    """A survey as the chat shows it: the numbers from `least` to `most`, and the words of `language`."""

    asked: EntryId
    survey: Survey
    language: str
    question: str
    least: int
    most: int
    lowest: str
    highest: str
    comment: str
    send: str
    choose: str
    stop: str
    stopped: str

    @classmethod
    def of(cls, question: Question) -> Self:
        """Return it in the language it was asked in."""
        said, words = question.asked, words_for(question.asked.language)
        least, most = SCALES[said.survey]
        lowest, highest = words.ends[said.survey]
        return cls(
            asked=question.id,
            survey=said.survey,
            language=words.language,
            question=words.questions[said.survey],
            least=least,
            most=most,
            lowest=lowest,
            highest=highest,
            comment=words.comment,
            send=words.send,
            choose=words.choose,
            stop=words.stop,
            stopped=words.stopped,
        )


class SurveyWaiting(BaseModel):
    """The survey that waits for an answer, if any."""

    survey: SurveyOut | None


class AnswerIn(Input):
    """An answer to a survey."""

    asked: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
    score: Annotated[int, Field(ge=0, le=10, strict=True)]
    comment: Annotated[str, Field(max_length=MAX_COMMENT_CHARS), AfterValidator(without_nul)] = ""


class AnswerOut(BaseModel):
    """That the answer arrived."""

    thanks: str
    language: str


@router.get("", responses=responses(401))
def waiting(parts: PartsHere, chat: ChatHere, records: OwnRecords) -> SurveyWaiting:  # noqa: ARG001 - the door's key
    """Return the survey that this customer was asked in the chat and has not answered."""
    with parts.database.read() as session:
        found = surveys.open_question(session, parts.scope, records, "chat", parts.clock())
    return SurveyWaiting(survey=SurveyOut.of(found) if found else None)


@router.post("", status_code=201, responses=responses(400, 401, 403, 404, 409, 413, 422))
def answer(parts: PartsHere, chat: ChatHere, records: OwnRecords, given: AnswerIn) -> AnswerOut:  # noqa: ARG001
    """Answer a survey, once; the same answer again changes nothing."""
    asked = EntryId(given.asked)
    with parts.database.write() as session:
        question = surveys.get_question(session, parts.scope, asked)
        if question.entry.customer not in records or question.asked.channel != "chat":
            raise NotFound("There is no such survey.")
        surveys.answer(session, parts.scope, asked, given.score, given.comment, parts.clock())
    words = words_for(question.asked.language)
    return AnswerOut(thanks=words.thanks, language=words.language)
