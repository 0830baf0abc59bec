"""Sessions: a staff login behind a password, and the weaker one of a customer in the web chat.

A staff token comes by cookie or as a bearer token. A chat token is random; we keep its SHA-256 as the customer's handle
of kind `chat`, so nobody who reads the record can use it. Whoever proves an e-mail address by an identity token of
the company's site gets that address's record; an address that is merely claimed opens nothing.
"""

import hashlib
import os
import secrets
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import jwt
from fastapi import Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from api.failures import NotLoggedIn
from knowledge.customers import identity, timeline
from knowledge.customers.entries import Handle
from knowledge.customers.record import KnownHandle, NewCustomer, save_customer
from knowledge.failures import Rejected
from knowledge.ids import CustomerId
from knowledge.scope import Scope
from knowledge.settings import Settings

STAFF_COOKIE = "threadline_staff"
CHAT_COOKIE = "threadline_chat"
CHAT_PREFIX = "chat_"
CHAT_LASTS = timedelta(days=30)
AUDIENCE = "threadline-chat"
LEEWAY = timedelta(seconds=30)
MIN_SECRET_CHARS = 32


@dataclass(frozen=True)
class Chat:
    """A customer's session: whose it is, and the handle that its token proves."""

    customer: CustomerId
    handle: Handle
    expires_at: datetime


@dataclass(frozen=True)
class Tokens:
    """The tokens a request carries; `bearer` says that they came in a header a foreign page cannot set."""

    staff: str | None = None
    chat: str | None = None
    bearer: bool = False


def tokens_of(request: Request) -> Tokens:
    """Return the tokens of a request: its bearer token, or else its cookies."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        token = token.strip()
        if token.startswith(CHAT_PREFIX):
            return Tokens(chat=token, bearer=True)
        return Tokens(staff=token, bearer=True)
    return Tokens(request.cookies.get(STAFF_COOKIE), request.cookies.get(CHAT_COOKIE))


def keep(response: Response, settings: Settings, name: str, token: str, lasts: timedelta) -> None:
    """Hand a token to the browser as a cookie that no script can read."""
    response.set_cookie(
        name,
        token,
        max_age=int(lasts.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=settings.cookie_secure,
        path="/",
    )


def open_chat(session: Session, scope: Scope, now: datetime, known: CustomerId | None = None) -> tuple[str, Chat]:
    """Begin a customer session for a known customer or for somebody new; return its token and what it stands for."""
    expires_at = (now + CHAT_LASTS).replace(microsecond=0)
    # The end is part of what is hashed: whoever changes it holds an unknown token.
    token = f"{CHAT_PREFIX}{secrets.token_urlsafe(32)}.{int(expires_at.timestamp())}"
    handle = _handle(token)
    if known is None:
        known = identity.recognise(session, scope, handle, True, now)
    else:
        identity.add_handle(session, scope, known, handle, True, now)
    return token, Chat(known, handle, expires_at)


def whose_chat(session: Session, scope: Scope, token: str, now: datetime) -> Chat | None:
    """Return what a chat token stands for, `None` when it is unknown, expired, or its holder signed in since.

    Who signs in gets a new token: the one from before is not proof of what they say from then on.
    """
    end = token.rpartition(".")[2]
    if not token.startswith(CHAT_PREFIX) or not (end.isascii() and end.isdigit() and len(end) <= 10):
        return None
    expires_at = datetime.fromtimestamp(int(end), UTC)
    if expires_at <= now:
        return None
    handle = _handle(token)
    customer = identity.find(session, scope, handle)
    if customer is None or identity.signed_in(session, scope, customer):
        return None
    return Chat(customer, handle, expires_at)


def _handle(token: str) -> Handle:
    return Handle("chat", hashlib.sha256(token.encode("utf-8", "replace")).hexdigest())


@dataclass(frozen=True)
class Identity:
    """Who the company's site says is chatting: its own id, a proven e-mail address, a name."""

    subject: str
    email: str
    name: str


def check_identity(settings: Settings, token: str) -> Identity:
    """Read an identity token: a JWT signed HS256 with the installation's secret, for us, not expired.

    Raises:
        NotLoggedIn: it is not that.
    """
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            secret_of(settings),
            algorithms=["HS256"],
            audience=AUDIENCE,
            leeway=LEEWAY,
            options={"require": ["exp", "aud", "email"]},
        )
    except jwt.ExpiredSignatureError as error:
        raise NotLoggedIn("The link to this chat has expired.", "Open the chat from our site again.") from error
    except (jwt.InvalidTokenError, UnicodeError) as error:
        raise NotLoggedIn("The identity token is not valid.", "Open the chat from our site again.") from error
    email, name = claims["email"], claims.get("name", "")
    if not isinstance(email, str) or not isinstance(name, str):
        raise NotLoggedIn("The identity token is not valid.", "E-mail and name are texts.")
    return Identity(str(claims.get("sub") or f"mailto:{email}"), email, "".join(filter(str.isprintable, name))[:200])


def recognise(session: Session, scope: Scope, who: Identity, now: datetime) -> CustomerId:
    """Return the customer whose proven e-mail address this is, making a record when there is none."""
    email = identity.normalise(Handle("email", who.email))
    timeline.hold(session, scope)  # several tabs open at once: the first makes the record, the others find it
    known = identity.find(session, scope, email)
    if known is not None:
        return known
    key = "site:" + hashlib.sha256(who.subject.encode("utf-8", "replace")).hexdigest()
    return save_customer(session, scope, NewCustomer(key, who.name, handles=(KnownHandle(email, True),)), now)


def chat_link(settings: Settings, email: str, name: str, now: datetime, days: int = 7) -> str:
    """Return the address of the chat page for a customer whose e-mail address is proven.

    The token stands behind `#identity=`: browsers never send that part, so it reaches no log; the page posts it to
    /chat/session as {"identity": token}.
    """
    claims = {"email": email, "name": name, "aud": AUDIENCE, "exp": now + timedelta(days=days)}
    token = jwt.encode(claims, secret_of(settings), algorithm="HS256")
    base = settings.public_url.rstrip("/") or f"http://{settings.host}:{settings.port}"
    return f"{base}/chat#identity={token}"


def secret_of(settings: Settings) -> str:
    """Return the secret that signs identity tokens: the one set, else a random one kept in the data folder.

    Raises:
        Rejected: the one set is too short to be safe.
    """
    given = settings.secret.get_secret_value()
    if given and len(given) < MIN_SECRET_CHARS:
        raise Rejected(
            f"THREADLINE_SECRET has fewer than {MIN_SECRET_CHARS} characters.",
            "Leave it empty (one is made) or set a long random one.",
        )
    return given or _kept(settings.data_dir / "secret")


def _kept(path: Path) -> str:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        # Only the owner can read a temporary file; linking it makes one of several starters win.
        with NamedTemporaryFile("w", dir=path.parent, prefix=".secret-", encoding="ascii") as fresh:
            fresh.write(secrets.token_hex(32))
            fresh.flush()
            os.fsync(fresh.fileno())
            with suppress(FileExistsError):  # another process made it a moment ago
                os.link(fresh.name, path)
    return path.read_text(encoding="ascii").strip()
