"""Routes of the customer's own chat: a session, its messages, a live stream; nothing that is not theirs."""

from collections.abc import AsyncIterable
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent
from sqlalchemy.orm import Session

from api import resuming
from api.access import CallerHere, ChatHere, PartsHere
from api.channels.web_chat import WebChat, Written
from api.failures import responses, stream_responses
from api.live import BEGIN, CursorHere, listen
from api.parts import Parts
from api.routes.conversations import Before, Key, Limit, fit
from api.schemas import ChatMessage, ChatMessageIn, ChatMessagesOut, ChatSessionIn, ChatSessionOut, ResumeOut
from api.sessions import CHAT_COOKIE, CHAT_LASTS, Chat, check_identity, keep, open_chat, recognise
from api.throttle import Throttle
from knowledge.customers import attachments, identity, inbox, joining, resumes, timeline
from knowledge.customers.conversations import Wanted, get_conversation, list_conversations
from knowledge.customers.entries import Entry, Handle
from knowledge.customers.live import Following
from knowledge.customers.survey_entries import SurveyAsked
from knowledge.failures import Conflict, NotFound
from knowledge.ids import ConversationId, CustomerId

router = APIRouter(tags=["chat"])
READ_AT_ONCE, READS = 200, 20


def session_throttle() -> Throttle:
    """Return the limit on new chat sessions from one network address."""
    return Throttle(120, timedelta(minutes=1))


class ResumeThrottles:
    """The limits on going on elsewhere: offers by customer, wrong guesses by network address and in all."""

    def __init__(self) -> None:
        window = timedelta(minutes=10)
        self.offers = Throttle(20, window)
        self._guesses, self._all = Throttle(10, window), Throttle(500, window)

    def guess(self, network: str, now: datetime) -> None:
        """Count a try.

        Raises:
            TooMany: there were too many wrong ones.
        """
        self._guesses.try_once(network, now)
        self._all.try_once("", now)

    def right(self, network: str) -> None:
        """Take the last try back: it was no guess."""
        self._guesses.give_back(network)
        self._all.give_back("")


def own_records(parts: PartsHere, chat: ChatHere) -> tuple[CustomerId, ...]:
    """Return the records that this session may show: its own, and those that proof joins to a proven one."""
    with parts.database.read() as session:
        return identity.shown_records(session, parts.scope, chat.customer)


OwnRecords = Annotated[tuple[CustomerId, ...], Depends(own_records)]


@router.post("/chat/session", status_code=201, responses=responses(400, 401, 403, 413, 422, 429))
def begin(
    parts: PartsHere, caller: CallerHere, request: Request, response: Response, given: ChatSessionIn
) -> ChatSessionOut:
    """Open a customer session: anonymous, or with an identity token the one of a proven e-mail address.

    A browser that holds an anonymous session keeps it; who signs in during one goes on with what was said in it.
    """
    if given.identity is None and given.resume is None and caller.chat is not None:
        return ChatSessionOut(expires_at=caller.chat.expires_at, token=None)
    throttle: Throttle = request.app.state.session_throttle
    throttle.try_once(_network(request), parts.clock())
    if given.resume is not None:
        return _resume(parts, request, response, given)
    who = check_identity(parts.settings, given.identity) if given.identity is not None else None
    now = parts.clock()
    with parts.database.write() as session:
        known = recognise(session, parts.scope, who, now) if who else None
        if known and caller.chat is not None:
            joining.by_session(session, parts.scope, caller.chat.customer, known, now)
        token, chat = open_chat(session, parts.scope, now, known)
    return _handed(parts, response, given, token, chat)


def _handed(parts: Parts, response: Response, given: ChatSessionIn, token: str, chat: Chat) -> ChatSessionOut:
    """Hand a session's token over in the way that was asked for."""
    if given.carry == "cookie":
        keep(response, parts.settings, CHAT_COOKIE, token, CHAT_LASTS)
    return ChatSessionOut(expires_at=chat.expires_at, token=token if given.carry == "bearer" else None)


def _network(request: Request) -> str:
    return request.client.host if request.client else ""


def _resume(parts: Parts, request: Request, response: Response, given: ChatSessionIn) -> ChatSessionOut:
    """Go on with the chat of another device."""
    now = parts.clock()
    throttle: ResumeThrottles = request.app.state.resume_throttles
    throttle.guess(_network(request), now)
    with parts.database.write() as session:
        known = resuming.take(session, parts.scope, parts.settings, given.resume or "", now)
        token, chat = open_chat(session, parts.scope, now, known)
    throttle.right(_network(request))
    return _handed(parts, response, given, token, chat)


@router.post("/api/chat/resume", status_code=201, responses=responses(401, 403, 429))
def offer_resume(parts: PartsHere, chat: ChatHere, request: Request) -> ResumeOut:
    """Make a link and a code with which this chat goes on at another device: once, within ten minutes.

    Earlier ones of this customer no longer work.
    """
    now = parts.clock()
    throttle: ResumeThrottles = request.app.state.resume_throttles
    throttle.offers.try_once(chat.customer, now)
    with parts.database.write() as session:
        made = resuming.offer(session, parts.scope, parts.settings, chat.customer, now)
    return ResumeOut(link=made.link, code=made.code, expires_at=made.expires_at)


@router.delete("/api/chat/resume", status_code=204, responses=responses(401, 403))
def withdraw_resume(parts: PartsHere, chat: ChatHere) -> None:
    """Withdraw the customer's links and codes that were not used."""
    with parts.database.write() as session:
        resumes.withdraw(session, parts.scope, chat.customer, parts.clock())


@router.get("/api/chat/messages", responses=responses(401, 404, 422))
def read(
    parts: PartsHere,
    records: OwnRecords,
    conversation: Annotated[str | None, Query(pattern=r"^[0-9a-f]{32}$")] = None,
    before: Before = None,
    limit: Limit = 50,
) -> ChatMessagesOut:
    """Return a page of the customer's own chat messages, the newest page first."""
    only = ConversationId(conversation) if conversation else None
    with parts.database.read() as session:
        cursor = timeline.last_seq(session, parts.scope)
        if only is not None:
            _own(session, parts, records, only)
        messages, more = _messages(session, parts, Following(records, only), before, limit)
    return ChatMessagesOut(cursor=cursor, messages=messages, before=more)


def _own(session: Session, parts: Parts, records: tuple[CustomerId, ...], conversation: ConversationId) -> None:
    found = get_conversation(session, parts.scope, conversation)
    if found.customer not in records or found.channel != "chat":
        raise NotFound("There is no such conversation.")


def _messages(
    session: Session, parts: Parts, what: Following, before: int | None, limit: int
) -> tuple[list[ChatMessage], int | None]:
    found: list[ChatMessage] = []
    for _ in range(READS):
        entries = timeline.page(
            session,
            parts.scope,
            customer=what.customer,
            conversation=what.conversation,
            before=before,
            limit=READ_AT_ONCE,
        )
        found[:0] = [message for entry in entries if (message := ChatMessage.of(entry))]
        before = entries[0].seq if len(entries) == READ_AT_ONCE else None
        if before is None or len(found) >= limit:
            break
    if len(found) > limit:
        found = found[-limit:]
        before = found[0].seq
    return found, before


@router.post("/api/chat/messages", status_code=201, responses=responses(400, 401, 403, 409, 413, 422))
def write(parts: PartsHere, chat: ChatHere, records: OwnRecords, given: ChatMessageIn, key: Key = None) -> ChatMessage:
    """Write to us; the message goes on with the open chat, or opens one."""
    text, now = inbox.clean(fit(parts, given.text)), parts.clock()
    with parts.database.write() as session:
        address = _address(session, parts, chat, records)
        files = attachments.claim(session, parts.scope, given.attachments, chat.customer)
        written = Written(chat.handle, chat.customer, address, text, key or "", files)
        entry = inbox.receive(session, parts.scope, WebChat().parse(written, now), now)
        attachments.belong_to(session, files, entry)
    return _stored(entry, text)


def _address(session: Session, parts: Parts, chat: Chat, records: tuple[CustomerId, ...]) -> Handle:
    """Return where the customer's open chat lives: it goes on when they come back on another device."""
    known = list_conversations(session, parts.scope, Wanted(customer=records), limit=50)
    alive = [found.address for found in known if found.channel == "chat" and found.status != "resolved"]
    return alive[0] if alive else chat.handle


def _stored(entry: Entry, text: str) -> ChatMessage:
    message = ChatMessage.of(entry)
    if message is None or message.text != text:
        raise Conflict("This idempotency key was used for another message.", "Use a fresh key for each message.")
    return message


@router.get("/api/chat/live", response_class=EventSourceResponse, responses=stream_responses(401, 422))
async def live(records: OwnRecords, request: Request, cursor: CursorHere) -> AsyncIterable[ServerSentEvent]:
    """Stream the customer's own chat messages; each carries its `seq` as id, so a browser resumes by itself.

    `event: survey` says that one waits at /api/chat/survey.
    """
    yield BEGIN
    async for entry in listen(request, cursor, Following(records)):
        message = ChatMessage.of(entry)
        if message is not None:
            yield ServerSentEvent(data=message, event="message", id=str(message.seq))
        elif isinstance(entry.payload, SurveyAsked) and entry.payload.channel == "chat":
            yield ServerSentEvent(data={"asked": entry.id}, event="survey", id=str(entry.seq))
