"""Routes of files: uploaded before the message that takes them, downloaded and never shown in place."""

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Body, Path, Query
from fastapi.responses import Response
from pydantic import BaseModel

from api.access import ChatHere, PartsHere, StaffHere
from api.failures import responses
from api.parts import Parts
from api.routes.chat import OwnRecords
from api.routes.conversations import ConversationPath
from knowledge.customers import attachments
from knowledge.customers.attachments import Given, Kept
from knowledge.customers.conversations import get_conversation
from knowledge.customers.entries import Attachment
from knowledge.failures import NotFound
from knowledge.ids import ConversationId

router = APIRouter(tags=["attachments"])
FilePath = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$")]
Name = Annotated[str, Query(max_length=300, description="What the file is called.")]
MediaType = Annotated[str, Query(alias="type", max_length=100, description="Its media type.")]
Content = Annotated[bytes, Body(media_type="application/octet-stream", max_length=1_000_000_000)]
FILE: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/octet-stream": {}}, "description": "The file, to be saved."}
}


class UploadOut(BaseModel):
    """A file that waits for the message that takes it."""

    id: str
    name: str
    media_type: str
    size: int


@router.post(
    "/api/conversations/{conversation}/attachments", status_code=201, responses=responses(400, 401, 403, 404, 413, 422)
)
def upload(
    parts: PartsHere,
    staff: StaffHere,
    conversation: ConversationPath,
    content: Content = b"",
    name: Name = "file",
    media_type: MediaType = attachments.UNKNOWN,
) -> UploadOut:
    """Upload a file for an answer; name its id in the answer's `attachments`."""
    with parts.database.read() as session:
        get_conversation(session, parts.scope, ConversationId(conversation))
    return _keep(parts, Given(name, media_type, content), staff.id)


@router.post("/api/chat/attachments", status_code=201, responses=responses(400, 401, 403, 413, 422))
def upload_in_chat(
    parts: PartsHere,
    chat: ChatHere,
    content: Content = b"",
    name: Name = "file",
    media_type: MediaType = attachments.UNKNOWN,
) -> UploadOut:
    """Upload a file for a chat message; name its id in the message's `attachments`."""
    return _keep(parts, Given(name, media_type, content), chat.customer)


@router.get("/api/attachments/{file}", response_class=Response, responses=FILE | responses(401, 403, 404, 422))
def download(parts: PartsHere, file: FilePath) -> Response:
    """Return a file, to be saved."""
    with parts.database.read() as session:
        return _saved(attachments.read(session, parts.scope, file))


@router.get("/api/chat/attachments/{file}", response_class=Response, responses=FILE | responses(401, 403, 404, 422))
def download_in_chat(parts: PartsHere, records: OwnRecords, file: FilePath) -> Response:
    """Return a file of the customer's own chat, to be saved."""
    with parts.database.read() as session:
        kept = attachments.read(session, parts.scope, file)
        if kept.customer not in records or kept.conversation is None:
            raise NotFound("There is no such file.")
        if get_conversation(session, parts.scope, kept.conversation).channel != "chat":
            raise NotFound("There is no such file.")
    return _saved(kept)


def _keep(parts: Parts, given: Given, uploader: str) -> UploadOut:
    with parts.database.write() as session:
        limits = attachments.limits_of(parts.settings)
        kept: Attachment = attachments.keep(session, parts.scope, given, limits, parts.clock(), uploader)
    return UploadOut(id=kept.id, name=kept.name, media_type=kept.media_type, size=kept.size)


def _saved(kept: Kept) -> Response:
    """The file as a browser saves it: whatever it says it is, nothing of it runs or shows on our pages."""
    name = quote(kept.attachment.name, safe="")
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{name}",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(kept.content, media_type=attachments.UNKNOWN, headers=headers)
