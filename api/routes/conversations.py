"""Routes for agents' work on conversations: list, read, reply, note, set the status, take and pass on."""

from collections.abc import AsyncIterable
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Path, Query, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent

from api.access import PartsHere, StaffHere
from api.failures import TooLarge, responses, stream_responses
from api.live import BEGIN, MAX_SEQ, CursorHere, while_welcome
from api.parts import Parts
from api.schemas import (
    ConversationOut,
    ConversationsOut,
    EntryOut,
    NoteIn,
    PassIn,
    ReplyIn,
    StatusIn,
    TimelineOut,
)
from assistant import feedback
from handoff import ownership
from knowledge.customers import attachments, inbox, outbox, timeline
from knowledge.customers.conversations import Wanted, get_conversation, list_conversations
from knowledge.customers.entries import Status
from knowledge.customers.inbox import Reply
from knowledge.customers.queues import Queue
from knowledge.customers.record import get_customers
from knowledge.customers.timeline import NewEntry
from knowledge.failures import NotFound
from knowledge.ids import ConversationId, CustomerId, EntryId, SuggestionId

router = APIRouter(prefix="/api/conversations", tags=["conversations"])
ConversationPath = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$")]
Limit = Annotated[int, Query(ge=1, le=200)]
Before = Annotated[int | None, Query(ge=1, le=MAX_SEQ, description="`before` of the page that was read last.")]
Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        pattern=r"^[\x21-\x7e]{1,200}$",
        description="A name of your own for this message: sent again, it is stored once.",
    ),
]
Owner = Annotated[str | None, Query(max_length=320, description="An e-mail; empty: nobody's.")]
HERE = responses(400, 401, 403, 404, 413, 422)


def _plain(owner: str | None) -> str | None:
    return owner.replace("\0", "") if owner is not None else None


def fit(parts: Parts, text: str) -> str:
    """Return a message or note that is not too long.

    Raises:
        TooLarge: it has more characters than the settings allow.
    """
    most = parts.settings.max_message_chars
    if len(text) > most:
        raise TooLarge(f"The text has {len(text):,} characters; {most:,} are allowed.", "Shorten it.")
    return text


@router.get("", responses=responses(401, 403, 422))
def list_some(
    parts: PartsHere,
    status: Status | None = None,
    owner: Owner = None,
    waiting: bool | None = None,
    customer: Annotated[str | None, Query(pattern=r"^[0-9a-f]{32}$")] = None,
    limit: Limit = 50,
) -> ConversationsOut:
    """Return conversations: those that wait come longest wait first, all others latest first."""
    whose = CustomerId(customer) if customer else None
    wanted = Wanted(status=status, owner=_plain(owner), waiting=waiting, customer=whose)
    with parts.database.read() as session:
        cursor = timeline.last_seq(session, parts.scope)
        found = list_conversations(session, parts.scope, wanted, limit=limit)
        people = get_customers(session, parts.scope, [conversation.customer for conversation in found])
    listed = [ConversationOut.of(conversation, people.get(conversation.customer)) for conversation in found]
    return ConversationsOut(cursor=cursor, conversations=listed)


class QueueWanted:
    """Which queue a stream follows: the filters of the list."""

    def __init__(self, status: Status | None = None, owner: Owner = None, waiting: bool | None = None) -> None:
        self.wanted = Wanted(status=status, owner=_plain(owner), waiting=waiting)


@router.get("/live", response_class=EventSourceResponse, responses=stream_responses(401, 403, 422))
async def follow_queue(
    request: Request, parts: PartsHere, cursor: CursorHere, asked: Annotated[QueueWanted, Depends()]
) -> AsyncIterable[ServerSentEvent]:
    """Stream what enters, happens in and leaves a queue (`event: entered`, `changed`, `left`, `erased`).

    A queue is what the list returns for the same filters. Each event is an entry and carries its `seq` as id.
    """
    yield BEGIN
    queue = Queue(parts.database, parts.scope, asked.wanted)
    async for move in while_welcome(request, queue.follow(request.app.state.tail, cursor)):
        yield ServerSentEvent(data=EntryOut.of(move.entry), event=move.change, id=str(move.entry.seq))


@router.get("/{conversation}", responses=responses(401, 403, 404, 422))
def show(parts: PartsHere, conversation: ConversationPath) -> ConversationOut:
    """Return one conversation."""
    return read(parts, ConversationId(conversation))


def read(parts: Parts, conversation: ConversationId) -> ConversationOut:
    """Return the conversation as it goes out.

    Raises:
        NotFound: there is none of this id.
    """
    with parts.database.read() as session:
        found = get_conversation(session, parts.scope, conversation)
        people = get_customers(session, parts.scope, [found.customer])
    return ConversationOut.of(found, people.get(found.customer))


@router.get("/{conversation}/timeline", responses=responses(401, 403, 404, 422))
def show_timeline(
    parts: PartsHere, conversation: ConversationPath, before: Before = None, limit: Limit = 50
) -> TimelineOut:
    """Return a page of what happened in a conversation, the newest page first."""
    with parts.database.read() as session:
        cursor = timeline.last_seq(session, parts.scope)
        found = get_conversation(session, parts.scope, ConversationId(conversation))
        entries = timeline.page(session, parts.scope, conversation=found.id, before=before, limit=limit)
    more = entries[0].seq if len(entries) == limit else None
    return TimelineOut(cursor=cursor, entries=[EntryOut.of(entry) for entry in entries], before=more)


@router.post("/{conversation}/replies", status_code=201, responses=HERE | responses(409))
def reply(
    parts: PartsHere, staff: StaffHere, conversation: ConversationPath, given: ReplyIn, key: Key = None
) -> EntryOut:
    """Send an answer to the customer, at the address of the conversation."""
    answer = Reply(
        conversation=ConversationId(conversation),
        text=fit(parts, given.text),
        author=staff.email,
        key=f"{staff.id}:{key}" if key else "",
        suggestion=SuggestionId(given.suggestion) if given.suggestion else None,
    )
    with parts.database.write() as session:
        files = attachments.claim(session, parts.scope, given.attachments, staff.id)
        entry = feedback.send(session, parts.scope, replace(answer, attachments=files), parts.clock())
        attachments.belong_to(session, files, entry)
        return EntryOut.of(entry)


@router.post("/{conversation}/messages/{message}/resend", responses=responses(401, 403, 404, 409, 422))
def resend(
    parts: PartsHere,
    staff: StaffHere,
    conversation: ConversationPath,
    message: Annotated[str, Path(pattern=r"^[0-9a-f]{32}$")],
) -> EntryOut:
    """Have a message that was not delivered sent again; 409 when it did not fail."""
    with parts.database.write() as session:
        timeline.hold(session, parts.scope)
        found = get_conversation(session, parts.scope, ConversationId(conversation))
        sent = timeline.get_entry(session, parts.scope, EntryId(message))
        if sent.conversation != found.id:
            raise NotFound("There is no such message in this conversation.")
        wish, now = outbox.ask_again(session, parts.scope, sent.id, staff.email), parts.clock()
        return EntryOut.of(timeline.append(session, parts.scope, NewEntry(sent.customer, wish, now, found.id), now))


@router.post("/{conversation}/notes", status_code=201, responses=HERE)
def note(parts: PartsHere, staff: StaffHere, conversation: ConversationPath, given: NoteIn) -> EntryOut:
    """Leave a note for colleagues; the customer never sees it."""
    text, about = fit(parts, given.text), ConversationId(conversation)
    with parts.database.write() as session:
        return EntryOut.of(inbox.note(session, parts.scope, about, text, staff.email, parts.clock()))


@router.put("/{conversation}/status", responses=HERE)
def set_status(parts: PartsHere, staff: StaffHere, conversation: ConversationPath, given: StatusIn) -> EntryOut:
    """Set the status by hand; a later message of the customer opens it again."""
    about = ConversationId(conversation)
    with parts.database.write() as session:
        entry = inbox.set_status(session, parts.scope, about, given.status, staff.email, parts.clock())
        return EntryOut.of(entry)


@router.post("/{conversation}/take", responses=responses(401, 403, 404, 409, 422))
def take(parts: PartsHere, staff: StaffHere, conversation: ConversationPath) -> ConversationOut:
    """Become the owner of a conversation; taking it twice changes nothing."""
    mine = ConversationId(conversation)
    with parts.database.write() as session:
        ownership.take(session, parts.scope, mine, staff.email, parts.clock())
    return read(parts, mine)


@router.post("/{conversation}/pass", responses=HERE | responses(409))
def pass_on(parts: PartsHere, staff: StaffHere, conversation: ConversationPath, given: PassIn) -> ConversationOut:
    """Give a conversation to a colleague, or back to the queue; the reason stays as a note."""
    reason = fit(parts, given.reason)
    handed = ownership.Pass(ConversationId(conversation), given.to, staff.email, reason, given.owner)
    with parts.database.write() as session:
        ownership.pass_on(session, parts.scope, handed, parts.clock())
    return read(parts, handed.conversation)
