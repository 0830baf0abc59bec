"""Drawing a page: templates with escaping always on, files at addresses that change with their content."""

import hashlib
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import Response
from starlette.types import Scope

from api import words
from api.pages.render import excerpt, without_title

HERE = Path(__file__).parent.parent
STATIC = HERE / "static"
THEMES = {"light", "dark"}
A_YEAR = "public, max-age=31536000, immutable"


class Files(StaticFiles):
    """The browser's files: kept for a year when asked for by version, else checked each time."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Answer with the file and how long it may be kept."""
        response = await super().get_response(path, scope)
        versioned = b"v=" in scope.get("query_string", b"")
        response.headers["Cache-Control"] = A_YEAR if versioned else "no-cache"
        return response


def mount_static(app: FastAPI) -> None:
    """Serve the browser's files at /static."""
    app.mount("/static", Files(directory=STATIC), name="static")


@cache
def static_address(name: str) -> str:
    """Return the address of a file in `static/`, with a version made of its content."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={digest}"


@cache
def environment() -> Environment:
    """Return the templates, with every filter they use."""
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    for function in (
        excerpt,
        without_title,
        words.ago,
        words.channel_icon,
        words.channel_name,
        words.clock,
        words.date,
        words.day,
        words.handle,
        words.hour,
        words.initials,
        words.language_name,
        words.long_time,
        words.money,
        words.short,
    ):
        made.filters[function.__name__] = function
    made.filters["static"] = static_address
    return made


def zone_of(request: Request) -> ZoneInfo:
    """Return the time zone of the person looking, as their browser told us in a cookie."""
    return words.find_zone(request.cookies.get("zone", "UTC").replace("%2F", "/"))


def render(request: Request, template: str, **context: Any) -> str:
    """Return the HTML of a template for this request."""
    theme = request.cookies.get("theme", "")
    shared = {
        "theme": theme if theme in THEMES else "",
        "zone": zone_of(request),
        "company": request.app.state.parts.settings.company,
    }
    return environment().get_template(template).render(shared | context)


def draw(request: Request, template: str, *, status: int = 200, **context: Any) -> HTMLResponse:
    """Return a template as a page or a part of one."""
    return HTMLResponse(
        render(request, template, status=status, **context), status, headers={"Vary": "HX-Request, Cookie"}
    )
