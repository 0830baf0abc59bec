"""Routes of who is there: signs of life both ways, and streams of them; the customer learns no names."""

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Callable
from typing import TypeVar

from fastapi import APIRouter, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool

from api.access import PartsHere, StaffHere
from api.failures import responses, stream_responses
from api.live import BEGIN, while_welcome
from api.parts import Parts
from api.routes.chat import OwnRecords
from api.routes.conversations import ConversationPath
from api.schemas import Input
from knowledge.customers import presence
from knowledge.customers.conversations import Wanted, get_conversation, list_conversations
from knowledge.customers.presence import CUSTOMER, Present, Sign
from knowledge.ids import ConversationId, CustomerId

router = APIRouter(prefix="/api", tags=["presence"])
# A stream looks again after every commit, but not more often than this; and by itself, for signs that expire.
PAUSE_SECONDS, AGAIN_SECONDS = 0.3, 2.0
State = TypeVar("State")


class SignIn(Input):
    """A sign of life, to be given anew every 20 seconds, while typing every 4; `there: false` on leaving."""

    typing: bool = False
    there: bool = True


class OthersOut(BaseModel):
    """What the customer learns: somebody of ours types, no name."""

    typing: bool


@router.put(
    "/conversations/{conversation}/presence", status_code=204, responses=responses(400, 401, 403, 404, 413, 422)
)
def look(parts: PartsHere, staff: StaffHere, conversation: ConversationPath, given: SignIn) -> None:
    """Say that you look at a conversation, or type in it; it expires by itself and is kept nowhere else."""
    sign = Sign(staff.email, given.typing, given.there)
    with parts.database.write() as session:
        presence.note(session, parts.scope, ConversationId(conversation), sign, parts.clock())


@router.get("/conversations/{conversation}/presence", responses=responses(401, 403, 404, 422))
def show(parts: PartsHere, conversation: ConversationPath) -> Present:
    """Return who looks at a conversation and types in it now."""
    with parts.database.read() as session:
        get_conversation(session, parts.scope, ConversationId(conversation))
        return presence.present(session, parts.scope, ConversationId(conversation), parts.clock())


@router.get(
    "/conversations/{conversation}/presence/live",
    response_class=EventSourceResponse,
    responses=stream_responses(401, 403, 422),
)
async def live(request: Request, parts: PartsHere, conversation: ConversationPath) -> AsyncIterable[ServerSentEvent]:
    """Stream who is in a conversation, whenever that changes (`event: presence`); there is nothing to resume."""
    yield BEGIN
    async for state in _changes(request, parts, lambda: _present(parts, ConversationId(conversation))):
        yield ServerSentEvent(data=state, event="presence")


@router.put("/chat/presence", status_code=204, responses=responses(400, 401, 403, 413, 422))
def type_in_chat(parts: PartsHere, records: OwnRecords, given: SignIn) -> None:
    """Say that you read the chat, or type in it; before the first message there is nothing to say it about."""
    mine = _chat_of(parts, records)
    if mine is not None:
        with parts.database.write() as session:
            presence.note(session, parts.scope, mine, Sign(CUSTOMER, given.typing, given.there), parts.clock())


@router.get("/chat/presence/live", response_class=EventSourceResponse, responses=stream_responses(401, 422))
async def live_in_chat(request: Request, parts: PartsHere, records: OwnRecords) -> AsyncIterable[ServerSentEvent]:
    """Stream whether somebody types an answer (`event: typing`), whenever that changes."""

    def read() -> OthersOut:
        mine = _chat_of(parts, records)
        return OthersOut(typing=bool(mine and _present(parts, mine).typing))

    yield BEGIN
    async for state in _changes(request, parts, read):
        yield ServerSentEvent(data=state, event="typing")


def _present(parts: Parts, conversation: ConversationId) -> Present:
    with parts.database.read() as session:
        return presence.present(session, parts.scope, conversation, parts.clock())


def _chat_of(parts: Parts, records: tuple[CustomerId, ...]) -> ConversationId | None:
    """Return the customer's chat that goes on, if there is one."""
    with parts.database.read() as session:
        known = list_conversations(session, parts.scope, Wanted(customer=records), limit=50)
    return next((one.id for one in known if one.channel == "chat" and one.status != "resolved"), None)


async def _changes(request: Request, parts: Parts, read: Callable[[], State]) -> AsyncIterator[State]:
    """Yield what `read` returns, now and whenever it is something else, until the server or the login ends."""
    last: State | None = None
    async for state in while_welcome(request, _looks(parts, read)):
        if state != last:
            last = state
            yield state


async def _looks(parts: Parts, read: Callable[[], State]) -> AsyncIterator[State]:
    while True:
        listener = parts.database.bell.listen()
        yield await run_in_threadpool(read)
        await asyncio.sleep(PAUSE_SECONDS)
        await listener.wait(AGAIN_SECONDS)
