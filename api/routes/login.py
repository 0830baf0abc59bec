"""Routes of the staff login: a cookie for people, a bearer token for machines."""

import json
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse, RedirectResponse, Response
from pydantic import ValidationError
from starlette.requests import Request

from api.access import PartsHere, StaffHere
from api.failures import Malformed, NotLoggedIn, responses, stream_responses
from api.parts import Parts
from api.schemas import Input, LoginIn, Me, Token
from api.sessions import STAFF_COOKIE, keep, tokens_of
from api.throttle import Throttle
from knowledge.failures import Rejected
from knowledge.staff import logins
from knowledge.staff.states import State, say_state

router = APIRouter(tags=["login"])
WINDOW = timedelta(minutes=15)
TRIES_PER_EMAIL, TRIES_PER_ADDRESS = 10, 50


class LoginThrottles:
    """Counts failed logins by e-mail address and by network address, in this process."""

    def __init__(self) -> None:
        self._by_email = Throttle(TRIES_PER_EMAIL, WINDOW)
        self._by_address = Throttle(TRIES_PER_ADDRESS, WINDOW)

    def check_in(self, parts: Parts, email: str, address: str) -> None:
        """Count a try before its password is looked at.

        Raises:
            TooMany: too many tries for this e-mail address or from this network address.
        """
        self._by_address.try_once(address, parts.clock())
        self._by_email.try_once(email.strip().lower(), parts.clock())

    def succeed(self, email: str, address: str) -> None:
        """Forget the tries at this account; of the network address only this one."""
        self._by_email.forget([email.strip().lower()])
        self._by_address.give_back(address)


class FormLogin(LoginIn):
    """A login by the form of the page; `next` is where to go after it."""

    next: str = "/console"


async def _read(request: Request) -> LoginIn:
    """Read a login from a form or from JSON; the content type says which."""
    try:
        if request.headers.get("content-type", "").startswith("application/json"):
            return LoginIn.model_validate(json.loads(await request.body()))
        return FormLogin.model_validate(dict(await request.form()))
    except ValidationError as error:
        raise Rejected("A login is an e-mail address and a password.", "Fill in both.") from error
    except (ValueError, RecursionError) as error:
        raise Malformed("The body is no valid JSON.", 'Send {"email": …, "password": …}.') from error


_SCHEMA = {"schema": {"$ref": "#/components/schemas/LoginIn"}}


@router.post(
    "/login",
    response_model=Token,
    responses={
        303: {"description": "Logged in by the form: a cookie is set, the page follows."},
        **responses(400, 401, 403, 413, 422, 429, 503),
    },
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/json": _SCHEMA, "application/x-www-form-urlencoded": _SCHEMA},
        }
    },
)
def log_in(parts: PartsHere, request: Request, given: Annotated[LoginIn, Depends(_read)]) -> Response:
    """Log a colleague in: JSON gets a bearer token, the form gets a cookie and its page."""
    throttles: LoginThrottles = request.app.state.login_throttles
    address = request.client.host if request.client else ""
    throttles.check_in(parts, given.email, address)
    now, lasts = parts.clock(), timedelta(hours=parts.settings.login_hours)
    try:
        token = logins.log_in(parts.database, parts.scope, given.email, given.password, now, lasts)
    except Rejected as error:
        raise NotLoggedIn(error.message, error.remedy) from error
    throttles.succeed(given.email, address)
    if not isinstance(given, FormLogin):
        return JSONResponse(Token(token=token, expires_at=now + lasts).model_dump(mode="json"))
    response = RedirectResponse(local(given.next), 303)
    keep(response, parts.settings, STAFF_COOKIE, token, lasts)
    return response


def local(path: str) -> str:
    """Return the path if it stays on this site, else the console."""
    plain = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isascii() and path.isprintable()
    return path if plain else "/console"


@router.post("/logout", status_code=303, responses=stream_responses(401, 403), response_class=RedirectResponse)
def log_out(parts: PartsHere, request: Request) -> Response:
    """End the login of this cookie or bearer token."""
    token = tokens_of(request).staff
    if token:
        with parts.database.write() as session:
            logins.log_out(session, token)
    response = RedirectResponse("/login", 303)
    response.delete_cookie(STAFF_COOKIE, path="/")
    return response


@router.get("/api/me", responses=responses(401, 403))
def me(staff: StaffHere) -> Me:
    """Return who is logged in."""
    return Me(email=staff.email, name=staff.name, role=staff.role)


class StateIn(Input):
    """Whether I am there: available, away (a break, a meeting, a training) or off."""

    state: State


@router.put("/api/me/state", responses=responses(400, 401, 403, 413, 422))
def say_my_state(parts: PartsHere, staff: StaffHere, given: StateIn) -> StateIn:
    """Say whether I am there, as the console or a telephone system does; away and off are offered nothing."""
    with parts.database.write() as session:
        say_state(session, parts.scope, staff.email, given.state, parts.clock())
    return given
