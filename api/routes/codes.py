"""Routes of one-time codes: a customer in the chat proves by a code in their mail that an address is theirs."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import AfterValidator, BaseModel, Field
from sqlalchemy.orm import Session

from api.access import ChatHere, PartsHere
from api.failures import NotLoggedIn, responses
from api.parts import Parts
from api.schemas import ChatSessionOut, Input, without_nul
from api.sessions import CHAT_COOKIE, CHAT_LASTS, Chat, keep, open_chat
from knowledge.customers import codes, identity, inbox, joining, timeline
from knowledge.customers.conversations import find_live
from knowledge.customers.entries import ConversationOpened, Handle
from knowledge.customers.inbox import Reply
from knowledge.customers.record_entries import IdentityProven
from knowledge.customers.timeline import NewEntry
from knowledge.ids import CustomerId
from knowledge.scope import Scope

router = APIRouter(prefix="/api/chat", tags=["chat"])
SUBJECT = "Your code"


class CodeIn(Input):
    """The address to prove."""

    email: Annotated[str, Field(max_length=320), AfterValidator(without_nul)]


class CodeOut(BaseModel):
    """What happens now; the same whether or not anybody has this address."""

    minutes: int


class ProofIn(Input):
    """The code from the mail."""

    code: Annotated[str, Field(pattern=r"^\s*\d{6}\s*$")]


@router.post("/code", status_code=202, responses=responses(400, 401, 403, 413, 422))
def ask(parts: PartsHere, chat: ChatHere, given: CodeIn) -> CodeOut:
    """Have a code sent to an address. It works in this chat alone, for ten minutes; five an hour."""
    address, now = identity.normalise(Handle("email", given.email)), parts.clock()
    with parts.database.write() as session:
        code = codes.issue(session, parts.scope, chat.customer, address, now)
        known = identity.find(session, parts.scope, address)
        if known is not None:
            _send(session, parts, known, address, code)
    return CodeOut(minutes=int(codes.LASTS.total_seconds() // 60))


def _send(session: Session, parts: Parts, known: CustomerId, address: Handle, code: str) -> None:
    now, company = parts.clock(), parts.settings.company or "our support"
    opened = ConversationOpened("email", address, subject=SUBJECT)
    conversation = inbox.open_conversation(session, parts.scope, known, opened, now, now)
    text = (
        f"{code} is your code for the chat with {company}. It works there for ten minutes.\n\n"
        "Nobody of us will ever ask you for it. If you did not ask for it, you need do nothing."
    )
    inbox.reply(session, parts.scope, Reply(conversation.id, text, "bot"), now)
    inbox.set_status(session, parts.scope, conversation.id, "resolved", "bot", now)


def _join(session: Session, scope: Scope, chat: Chat, known: CustomerId, now: datetime) -> None:
    """Let what was said in this chat become the known customer's; the conversation says that it did."""
    if not joining.by_session(session, scope, chat.customer, known, now):
        return
    found = find_live(session, scope, "chat", chat.handle, chat.customer)
    if found is not None:
        proven = IdentityProven("a code from their mail")
        timeline.append(session, scope, NewEntry(found.customer, proven, now, found.id), now)


@router.post("/proof", status_code=201, responses=responses(400, 401, 403, 413, 422))
def prove(parts: PartsHere, chat: ChatHere, response: Response, given: ProofIn) -> ChatSessionOut:
    """Prove an address by its code: the chat goes on as that customer's, under a new session."""
    now = parts.clock()
    with parts.database.write() as session:
        address = codes.prove(session, parts.scope, chat.customer, given.code.strip(), now)
        known = identity.find(session, parts.scope, address) if address else None
        if known is not None:
            _join(session, parts.scope, chat, known, now)
            token, opened = open_chat(session, parts.scope, now, known)
    # After the commit: a wrong try counts.
    if known is None:
        raise NotLoggedIn("This code is wrong, used or too old.", "Ask for a new one.")
    keep(response, parts.settings, CHAT_COOKIE, token, CHAT_LASTS)
    return ChatSessionOut(expires_at=opened.expires_at, token=token)
