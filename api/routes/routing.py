"""Routes of routing: offers to you, why this agent and channel, calls for more, moves to another channel."""

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import AfterValidator, Field

from api import routing
from api.access import PartsHere, StaffHere
from api.failures import responses
from api.routes.conversations import ConversationPath, fit, read
from api.schemas import ConversationOut, EntryOut, Input, without_nul
from handoff.assignment import offers
from handoff.channels.choosing import Way
from handoff.channels.moving import Move, move
from handoff.escalation.acting import Call, escalate
from handoff.plan import Target
from knowledge.customers.entries import Handle
from knowledge.ids import ConversationId

router = APIRouter(prefix="/api", tags=["routing"])
Words = Annotated[str, Field(min_length=1, max_length=1_000), AfterValidator(without_nul)]


class RefusalIn(Input):
    """Why an offer is turned down."""

    reason: Annotated[str, Field(max_length=1_000), AfterValidator(without_nul)] = ""


class EscalationIn(Input):
    """Who is wanted, and why."""

    to: Target
    reason: Words


class MoveIn(Input):
    """Where the customer is asked to go on, what they read there, and why."""

    channel: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,31}$")]
    address_kind: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,31}$")]
    address: Annotated[str, Field(min_length=1, max_length=320), AfterValidator(without_nul)]
    text: Annotated[str, Field(min_length=1, max_length=20_000), AfterValidator(without_nul)]
    reason: Words


@router.get("/offers", responses=responses(401, 403))
def offered(parts: PartsHere, staff: StaffHere) -> dict[str, Any]:
    """Return the conversations that are offered to you now, with the reasons."""
    with parts.database.read() as session:
        mine = offers.offered_to(session, parts.scope, staff.email, parts.clock())
    return {
        "offers": [
            {"conversation": one.conversation, "until": one.until.isoformat(), "reasons": list(one.reasons)}
            for one in mine
        ]
    }


@router.post("/conversations/{conversation}/acceptance", responses=responses(401, 403, 404, 409, 422))
def accept(parts: PartsHere, staff: StaffHere, conversation: ConversationPath) -> ConversationOut:
    """Take the conversation that is offered to you."""
    mine = ConversationId(conversation)
    with parts.database.write() as session:
        offers.accept(session, parts.scope, mine, staff.email, parts.clock())
    return read(parts, mine)


@router.post("/conversations/{conversation}/refusal", responses=responses(400, 401, 403, 404, 409, 413, 422))
def refuse(parts: PartsHere, staff: StaffHere, conversation: ConversationPath, given: RefusalIn) -> EntryOut:
    """Turn an offer down; the next colleague is asked."""
    with parts.database.write() as session:
        entry = offers.decline(
            session, parts.scope, ConversationId(conversation), staff.email, given.reason, parts.clock()
        )
        return EntryOut.of(entry)


@router.get("/conversations/{conversation}/routing", responses=responses(401, 403, 404, 422))
def why(parts: PartsHere, conversation: ConversationPath) -> dict[str, Any]:
    """Return in words where it stands in the queue, who would be asked and why, and which channel reaches them best."""
    with parts.database.read() as session:
        agents = routing.explain(session, routing.place_of(parts), ConversationId(conversation), parts.clock())
        ways = routing.channels(session, parts, ConversationId(conversation))
    return {
        "agent": agents,
        "channels": [
            {
                "channel": one.way.channel,
                "address": {"kind": one.way.address.kind, "value": one.way.address.value},
                "worth": None if one.refused else one.worth,
                "refused": one.refused,
                "reasons": list(one.reasons),
            }
            for one in ways
        ],
    }


@router.post("/conversations/{conversation}/escalation", responses=responses(400, 401, 403, 404, 413, 422))
def call_for_more(parts: PartsHere, staff: StaffHere, conversation: ConversationPath, given: EscalationIn) -> EntryOut:
    """Ask for a specialist, a manager or a faster reply."""
    call = Call(ConversationId(conversation), given.to, given.reason, staff.email)
    with parts.database.write() as session:
        return EntryOut.of(escalate(session, parts.scope, call, parts.clock()))


@router.post("/conversations/{conversation}/move", status_code=201, responses=responses(400, 401, 403, 404, 413, 422))
def move_there(parts: PartsHere, staff: StaffHere, conversation: ConversationPath, given: MoveIn) -> EntryOut:
    """Ask the customer to go on at another proven address of theirs; their last words go with it."""
    way = Way(given.channel, Handle(given.address_kind, given.address))
    asked = Move(ConversationId(conversation), way, fit(parts, given.text), given.reason, staff.email)
    with parts.database.write() as session:
        return EntryOut.of(move(session, parts.scope, asked, parts.clock()))
