"""Going on at another device: a signed link and a short code, each good once, for ten minutes, for one customer.

Of the code only a hash under the installation's secret is stored: who reads the table cannot find it out.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime

import jwt
from sqlalchemy.orm import Session

from api.failures import NotLoggedIn
from api.sessions import secret_of
from knowledge.customers import resumes
from knowledge.ids import CustomerId
from knowledge.scope import Scope
from knowledge.settings import Settings

AUDIENCE = "threadline-resume"
# Without letters and digits that are taken for each other.
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
CODE_CHARS = 8
_OVER = "It works once and for ten minutes: get a new one where the chat is open."


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
    token = jwt.encode({"jti": key, "aud": AUDIENCE, "exp": expires_at}, secret_of(settings), algorithm="HS256")
    base = settings.public_url.rstrip("/") or f"http://{settings.host}:{settings.port}"
    # Browsers never send what stands behind the number sign: it reaches no log.
    return Offer(f"{base}/chat#resume={token}", f"{code[:4]}-{code[4:]}", expires_at)


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
