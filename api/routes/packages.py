"""Routes of the handoff package: read it, and say that you opened it."""

from typing import Any

from fastapi import APIRouter

from api.access import PartsHere, StaffHere
from api.failures import responses
from api.routes.conversations import ConversationPath
from handoff.package import open_package, read_package
from knowledge.ids import ConversationId

router = APIRouter(prefix="/api/conversations", tags=["conversations"])


@router.get("/{conversation}/package", responses=responses(401, 403, 404, 422))
def show(parts: PartsHere, staff: StaffHere, conversation: ConversationPath) -> dict[str, Any]:
    """Return what the next person needs to go on; nothing is written down."""
    with parts.database.read() as session:
        return read_package(session, parts.scope, ConversationId(conversation), staff.email).as_json()


@router.post("/{conversation}/package", responses=responses(401, 403, 404, 422))
def open_it(parts: PartsHere, staff: StaffHere, conversation: ConversationPath) -> dict[str, Any]:
    """Return the package and write down who opened it and when; `new` marks what came since you last did."""
    with parts.database.write() as session:
        return open_package(session, parts.scope, ConversationId(conversation), staff.email, parts.clock()).as_json()
