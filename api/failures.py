"""From an expected failure to an answer: one table of status codes, one shape of problem.

Rejected
├── NotLoggedIn   401, nobody known is calling
├── Forbidden     403, somebody is, but this door is not theirs
├── Malformed     400, what came is no readable request
├── TooLarge      413, it is longer than we take
└── TooMany       429, it came too often; says when to try again
"""

import logging
from collections.abc import Callable, Iterable
from typing import Any
from uuid import uuid4

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel
from sqlalchemy.exc import OperationalError
from starlette.exceptions import HTTPException

from api.limits import protect
from knowledge.database import away
from knowledge.failures import Conflict, Failure, NotFound, Rejected, Unavailable

log = logging.getLogger(__name__)
FailurePage = Callable[[Request, int, Failure], Response]


class Problem(BaseModel):
    """What went wrong: a stable word, what happened, and what to do about it."""

    error: str
    message: str
    remedy: str


class NotLoggedIn(Rejected):
    """Nobody known is calling."""


class Forbidden(Rejected):
    """The caller is known, but may not pass here."""


class Malformed(Rejected):
    """What came cannot be read as a request."""


class TooLarge(Rejected):
    """The input is longer than we take."""


class TooMany(Rejected):
    """The same caller came too often; `seconds` says when to try again."""

    def __init__(self, message: str, seconds: int) -> None:
        super().__init__(message, f"Try again in {seconds} seconds.")
        self.seconds = seconds


class WrongMethod(Rejected):
    """The address exists, but not for this method."""


# The one table; the nearest class of a failure counts.
TABLE: dict[type[Failure], tuple[int, str]] = {
    Malformed: (400, "malformed"),
    NotLoggedIn: (401, "not_logged_in"),
    Forbidden: (403, "forbidden"),
    NotFound: (404, "not_found"),
    WrongMethod: (405, "wrong_method"),
    Conflict: (409, "conflict"),
    TooLarge: (413, "too_large"),
    Rejected: (422, "rejected"),
    TooMany: (429, "too_many"),
    Unavailable: (503, "unavailable"),
}


def describe(failure: Failure) -> tuple[int, Problem]:
    """Return the status code and the problem that a failure becomes."""
    status, error = next(TABLE[kind] for kind in type(failure).__mro__ if kind in TABLE)
    return status, Problem(error=error, message=failure.message, remedy=failure.remedy)


def responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the OpenAPI description of the problems a route can answer with."""
    return {status: {"model": Problem, "description": _WORDS[status]} for status in statuses}


def stream_responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the same for a route whose good answer is no JSON: its problems are JSON nevertheless."""
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status: {"content": content, "description": _WORDS[status]} for status in statuses}


_WORDS = {
    400: "The request cannot be read.",
    401: "Nobody known is calling.",
    403: "The caller may not pass here.",
    404: "It is not there, or not the caller's to see.",
    409: "Its present state forbids the step.",
    413: "It is longer than we take.",
    422: "The input is refused.",
    429: "It came too often.",
    503: "A part we depend on does not answer.",
}


def install(app: FastAPI, page: FailurePage | None = None) -> None:
    """Answer every failure of `app` in this shape; `page` draws it for people who look at a page."""

    def expected(request: Request, error: Exception) -> Response:
        return _answer(request, _translate(error), page)

    for kind in (Failure, RequestValidationError, HTTPException, OperationalError):
        app.add_exception_handler(kind, expected)
    app.add_exception_handler(Exception, _unknown)


def _answer(request: Request, failure: Failure, page: FailurePage | None) -> Response:
    status, problem = describe(failure)
    if page is not None and _wants_page(request):
        response = page(request, status, failure)
    else:
        response = JSONResponse(problem.model_dump(), status)
    if isinstance(failure, TooMany):
        response.headers["Retry-After"] = str(failure.seconds)
    if isinstance(failure, NotLoggedIn):
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def _unknown(request: Request, error: Exception) -> Response:
    number = uuid4().hex[:12]
    log.error("failure %s at %s %a", number, request.method, request.url.path, exc_info=error)
    problem = Problem(
        error="internal",
        message="Something went wrong on our side.",
        remedy=f"Quote number {number}: the log has the details.",
    )
    response = JSONResponse(problem.model_dump(), 500)
    protect(response.headers, request.url.path)
    return response


def _wants_page(request: Request) -> bool:
    reads_html = "text/html" in request.headers.get("accept", "")
    return reads_html and not request.url.path.startswith("/api/")


def _explain(error: RequestValidationError) -> Failure:
    problems = error.errors()
    first = problems[0]
    if first["type"] == "json_invalid":
        return Malformed("The body is no valid JSON.", "Check quotes, commas and the encoding (UTF-8).")
    places = [_place(problem["loc"]) for problem in problems[:5]]
    explained = [f"{place}: {problem['msg']}" for place, problem in zip(places, problems, strict=False)]
    if all(problem["type"] == "string_too_long" and problem["loc"][0] == "body" for problem in problems):
        return TooLarge("; ".join(explained) + ".", "Shorten it.")
    return Rejected("; ".join(explained) + ".", "See /openapi.json for what this route takes.")


def _place(steps: Iterable[object]) -> str:
    """Where a problem is, without the names that types have inside (`dict[str,…]`)."""
    return ".".join(name for step in steps if "[" not in (name := str(step)))


def _translate(error: Exception) -> Failure:
    if isinstance(error, Failure):
        return error
    if isinstance(error, RequestValidationError):
        return _explain(error)
    if isinstance(error, OperationalError):
        log.warning("the database: %s", str(error.orig).partition("\n")[0])
        return away(error)
    status = error.status_code if isinstance(error, HTTPException) else 500
    known: dict[int, Failure] = {
        400: Malformed("The request cannot be read.", "Send JSON in UTF-8."),
        404: NotFound("There is nothing at this address."),
        405: WrongMethod("This address does not take this method."),
        413: TooLarge("The body is larger than we take.", "Send less at once."),
    }
    return known.get(status) or Rejected(str(error))
