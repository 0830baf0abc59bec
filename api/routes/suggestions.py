"""Routes of the assistant: suggest, explain, reject, and one question without a customer."""

from collections.abc import AsyncIterator, Callable
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response, StreamingResponse
from fastapi.sse import format_sse_event
from pydantic import TypeAdapter
from starlette.concurrency import run_in_threadpool

from api.access import PartsHere, StaffHere
from api.failures import describe, responses
from api.live import in_thread
from api.routes.conversations import ConversationPath
from api.schemas import EntryOut, QuestionIn, RejectionIn, SuggestIn, SuggestionOut
from api.turns import Turns
from assistant import feedback
from assistant.suggest import Assistant, OnProgress, Progress, ask, suggest
from knowledge.customers.conversations import get_conversation
from knowledge.customers.entries import PassageUsed, SuggestionShown
from knowledge.failures import Failure
from knowledge.ids import ConversationId, SuggestionId
from retrieval.passages import EVERYTHING

router = APIRouter(prefix="/api", tags=["assistant"])
SuggestionPath = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$")]
_PASSAGES: TypeAdapter[tuple[PassageUsed, ...]] = TypeAdapter(tuple[PassageUsed, ...])
_SHOWN: TypeAdapter[SuggestionOut] = TypeAdapter(SuggestionOut)
Wanted = Annotated[SuggestIn, Query()]
_STREAM = {
    "text/event-stream": {
        "schema": {
            "type": "string",
            "description": "Events: `passages` (what was found), `text` (a piece of the draft), `restart` (drop what"
            " was streamed; the text says why), `done` (the whole suggestion), `failed` (a problem).",
        }
    }
}


@router.post(
    "/conversations/{conversation}/suggestions",
    response_model=SuggestionOut,
    responses={200: {"content": _STREAM}, **responses(401, 403, 404, 422, 503)},
)
async def make(parts: PartsHere, request: Request, conversation: ConversationPath, wanted: Wanted) -> Response:
    """Suggest a reply. Ask for `text/event-stream` to see it grow; JSON waits for the whole.

    With `reuse`, who asks while another's suggestion for the same message is being written waits for that one.
    What is narrowed to a product or a language is always new.
    """
    turns: Turns = request.app.state.turns
    about = ConversationId(conversation)

    def work(report: OnProgress) -> SuggestionShown:
        if not wanted.reuse or wanted.only != EVERYTHING:
            return new(report)
        with turns.of(conversation):
            with parts.database.read() as session:
                known = feedback.latest(session, parts.scope, about)
            return known or new(report)

    def new(report: OnProgress) -> SuggestionShown:
        return suggest(assistant, parts.database, parts.scope, about, parts.clock(), report)

    def look() -> Assistant:
        with parts.database.read() as session:
            get_conversation(session, parts.scope, about)
        return parts.narrowed(wanted.only)

    assistant = await run_in_threadpool(look)
    return await _answer(request, work)


@router.post(
    "/ask",
    response_model=SuggestionOut,
    responses={200: {"content": _STREAM}, **responses(400, 401, 403, 413, 422, 503)},
)
async def ask_once(parts: PartsHere, request: Request, given: QuestionIn) -> Response:
    """Answer one question from the library, without a customer; nothing is stored."""
    assistant = await run_in_threadpool(parts.narrowed, given.only)
    return await _answer(request, lambda report: ask(assistant, given.question, now=parts.clock(), on_progress=report))


Work = Callable[[OnProgress], SuggestionShown]


async def _answer(request: Request, work: Work) -> Response:
    if "text/event-stream" in request.headers.get("accept", ""):
        return StreamingResponse(_stream(request, work), media_type="text/event-stream")
    shown = await run_in_threadpool(work, lambda _progress: None)
    return Response(_SHOWN.dump_json(SuggestionOut.of(shown)), media_type="application/json")


async def _stream(request: Request, work: Work) -> AsyncIterator[bytes]:
    def run(report: Callable[[Progress | SuggestionShown | Failure], None]) -> None:
        try:
            report(work(report))
        except Failure as failure:
            report(failure)

    async for step in in_thread(request.app.state.stopping, run):
        if isinstance(step, Failure):
            yield format_sse_event(event="failed", data_str=describe(step)[1].model_dump_json())
        elif isinstance(step, SuggestionShown):
            yield format_sse_event(event="done", data_str=_SHOWN.dump_json(SuggestionOut.of(step)).decode())
        elif step.step != "done":
            yield format_sse_event(event=step.step, data_str=_progress(step))


def _progress(progress: Progress) -> str:
    if progress.step == "passages":
        return _PASSAGES.dump_json(progress.passages).decode()
    return TypeAdapter(str).dump_json(progress.text).decode()


@router.get("/suggestions/{suggestion}", responses=responses(401, 403, 404, 422))
def explain(parts: PartsHere, suggestion: SuggestionPath) -> SuggestionOut:
    """Return a suggestion as it was shown, with all that explains it."""
    with parts.database.read() as session:
        return SuggestionOut.of(feedback.explain(session, parts.scope, SuggestionId(suggestion)))


@router.post("/suggestions/{suggestion}/rejection", status_code=201, responses=responses(400, 401, 403, 404, 413, 422))
def reject(parts: PartsHere, staff: StaffHere, suggestion: SuggestionPath, given: RejectionIn) -> EntryOut:
    """Say that a suggestion is of no use; the reason becomes material for evaluation."""
    which = SuggestionId(suggestion)
    with parts.database.write() as session:
        return EntryOut.of(feedback.reject(session, parts.scope, which, staff.email, given.reason, parts.clock()))
