"""Routes where events come in and entries go out live."""

from collections.abc import AsyncIterable
from typing import Annotated

from fastapi import APIRouter, Body, Depends, Query, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent
from pydantic import JsonValue

from api.access import PartsHere
from api.failures import responses, stream_responses
from api.importers.importing import ImportOptions, import_events
from api.importers.rows import Unreadable
from api.live import BEGIN, CursorHere, listen
from api.schemas import EntryOut, ImportOut
from knowledge.customers.conversations import get_conversation
from knowledge.customers.live import Following
from knowledge.customers.record import get_customer
from knowledge.ids import ConversationId, CustomerId

router = APIRouter(prefix="/api", tags=["events"])
Event = dict[str, JsonValue]


@router.post("/events", responses=responses(400, 401, 403, 413, 422))
def take_in(
    parts: PartsHere,
    given: Annotated[
        Event | list[JsonValue], Body(description="One event or many, as `threadline import` reads them.")
    ],
    dry_run: bool = False,
) -> ImportOut:
    """Store events; the same event is stored once. Bad ones are named with the reason, the rest is stored."""
    events = given if isinstance(given, list) else [given]
    rows = [one if isinstance(one, dict) else Unreadable("the event is no JSON object", {}) for one in events]
    options = ImportOptions(parts.settings.max_message_chars, dry_run, parts.standards)
    report = import_events(parts.database, parts.scope, rows, parts.clock(), options=options)
    return ImportOut.model_validate(report.as_json())


class Wanted:
    """Which entries a stream wants; naming one that is not there is refused before the stream begins."""

    def __init__(
        self,
        parts: PartsHere,
        conversation: Annotated[str | None, Query(pattern=r"^[0-9a-f]{32}$")] = None,
        customer: Annotated[str | None, Query(pattern=r"^[0-9a-f]{32}$")] = None,
    ) -> None:
        only, records = ConversationId(conversation) if conversation else None, None
        with parts.database.read() as session:
            if only:
                get_conversation(session, parts.scope, only)
            if customer:
                records = get_customer(session, parts.scope, CustomerId(customer)).records
        self.following = Following(records, only)


@router.get("/live", response_class=EventSourceResponse, responses=stream_responses(401, 403, 404, 422))
async def live(
    request: Request, cursor: CursorHere, wanted: Annotated[Wanted, Depends()]
) -> AsyncIterable[ServerSentEvent]:
    """Stream every entry from the cursor on; each carries its `seq` as id, so a browser resumes by itself."""
    yield BEGIN
    async for entry in listen(request, cursor, wanted.following):
        yield ServerSentEvent(data=EntryOut.of(entry), event="entry", id=str(entry.seq))
