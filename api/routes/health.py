"""Routes that say how the installation is."""

from importlib.metadata import version

from fastapi import APIRouter
from fastapi.responses import JSONResponse, RedirectResponse
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request

from api.access import CallerHere, PartsHere
from api.parts import Parts
from api.schemas import Check, Health
from knowledge.failures import Failure

router = APIRouter(tags=["health"])


@router.get("/", include_in_schema=False)
def home(caller: CallerHere) -> RedirectResponse:
    """Lead people to where they work."""
    return RedirectResponse("/console" if caller.staff else "/login", 303)


@router.get("/health")
def health(parts: PartsHere, request: Request) -> Health:
    """Return the version and whether each part works; always 200 while the server answers."""
    return _health(parts, request)


@router.get("/ready", responses={503: {"model": Health, "description": "A part does not work."}})
def ready(parts: PartsHere, request: Request) -> JSONResponse:
    """Return 200 when every part works, else 503, for whatever sends traffic here."""
    found = _health(parts, request)
    return JSONResponse(found.model_dump(), 200 if found.status == "ok" else 503)


def _health(parts: Parts, request: Request) -> Health:
    checks = {"database": _database(parts), "search": _search(request.app.state.follower.failure)}
    status = "ok" if all(check.ok for check in checks.values()) else "degraded"
    return Health(status="ok" if status == "ok" else "degraded", version=version("threadline"), checks=checks)


def _database(parts: Parts) -> Check:
    try:
        with parts.database.read() as session:
            session.execute(text("SELECT 1"))
    except SQLAlchemyError:
        return Check(ok=False, message="The database does not answer.")
    return Check(ok=True)


def _search(failure: Exception | None) -> Check:
    if failure is None:
        return Check(ok=True)
    known = str(failure) if isinstance(failure, Failure) else "The index cannot follow the library; see the log."
    return Check(ok=False, message=known)
