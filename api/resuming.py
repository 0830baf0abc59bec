"""Going on elsewhere: a signed link and a short code, each good once, for ten minutes, for one customer.

A mail that asks its customer into the chat has a link of its own for three days, in the customer's copy alone: who
reads the timeline cannot go on in their name.


Of the code only a hash under the installation's secret is stored: who reads the table cannot find it out.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass, replace
from datetime import datetime

import jwt
from sqlalchemy.orm import Session

from api.channels.channel import Outgoing
from api.failures import NotLoggedIn
from api.sessions import secret_of
from handoff.channels.moving import LINK, link_key
from knowledge.customers import identity, links, resumes, timeline
from knowledge.ids import CustomerId
from knowledge.scope import Scope
from knowledge.settings import Settings

AUDIENCE = "threadline-resume"
# Without letters and digits that are taken for each other.
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
CODE_CHARS = 8
_OVER = "It works once and not for long: get a new one where the chat is open, or answer us as before."


@dataclass(frozen=True)
class Offer:
    """A way to go on: a link to open, or a code to type, until `expires_at`."""

    link: str
    code: str
    expires_at: datetime


def offer(session: Session, scope: Scope, settings: Settings, customer: CustomerId, now: datetime) -> Offer:
    """Make a link and a code for a customer; earlier ones of theirs no longer work."""
    code = "".join(secrets.choice(ALPHABET) for _ in range(CODE_CHARS))
    key, expires_at = resumes.offer(session, scope, customer, _digest(settings, code), now)
    return Offer(_link(settings, key, expires_at), f"{code[:4]}-{code[4:]}", expires_at)


def _link(settings: Settings, key: str, expires_at: datetime) -> str:
    token = jwt.encode({"jti": key, "aud": AUDIENCE, "exp": expires_at}, secret_of(settings), algorithm="HS256")
    base = settings.public_url.rstrip("/") or f"http://{settings.host}:{settings.port}"
    # Browsers never send what stands behind the number sign: it reaches no log.
    return f"{base}/chat#resume={token}"


def with_chat_link(session: Session, scope: Scope, settings: Settings, outgoing: Outgoing, now: datetime) -> Outgoing:
    """Return a mail that asks its customer into our chat with the address in it; any other message as it is.

    The address opens the records of whoever is proven to hold the mail's address; for nobody it is left out.
    """
    if LINK not in outgoing.text or timeline.find(session, scope, link_key(outgoing.message)) is None:
        return outgoing
    holder = identity.find(session, scope, outgoing.address)
    link = ""
    if holder is not None and holder in links.proven_records(session, scope, outgoing.customer):
        code = _digest(settings, secrets.token_urlsafe(32))  # nobody can type it: there is the link alone
        link = _link(settings, outgoing.message, resumes.mailed(session, scope, holder, outgoing.message, code, now))
    return replace(outgoing, text=outgoing.text.replace(LINK, link))


def take(session: Session, scope: Scope, settings: Settings, given: str, now: datetime) -> CustomerId:
    """Use up what was given, a token or a code, and return whose chat goes on.

    Raises:
        NotLoggedIn: it is none, is too old, or was used or withdrawn.
    """
    code = "".join(given.upper().replace("-", " ").split())
    if len(code) == CODE_CHARS:
        found = resumes.take(session, scope, now, code=_digest(settings, code))
    else:
        found = resumes.take(session, scope, now, key=_key(settings, given, now))
    if found is None:
        raise NotLoggedIn("This link or code no longer works.", _OVER)
    return found


def _key(settings: Settings, token: str, now: datetime) -> str:
    """The id of the offer that a token names. Its end is the stored one, by the same clock that made it."""
    try:
        claims = jwt.decode(
            token,
            secret_of(settings),
            algorithms=["HS256"],
            audience=AUDIENCE,
            options={"require": ["exp", "aud", "jti"], "verify_exp": False},
        )
    except (jwt.InvalidTokenError, UnicodeError) as error:
        raise NotLoggedIn("This link or code is not valid.", _OVER) from error
    if not isinstance(claims["exp"], int) or claims["exp"] <= now.timestamp():
        raise NotLoggedIn("This link or code no longer works.", _OVER)
    return str(claims["jti"])


def _digest(settings: Settings, code: str) -> str:
    return hmac.new(
        secret_of(settings).encode(), f"resume:{code}".encode("utf-8", "replace"), hashlib.sha256
    ).hexdigest()
