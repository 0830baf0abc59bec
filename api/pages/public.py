"""Pages before any login: sign-in, the customer's chat, failures; and the settings page of administrators."""

from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import SecretStr

from api.access import PartsHere, StaffHere
from api.pages.drawing import draw
from handoff.agents.agent import agent_of
from knowledge.failures import Failure
from knowledge.settings import PREFIX, Settings
from knowledge.staff.people import list_staff

router = APIRouter(include_in_schema=False)
NOT_LOGGED_IN = 401


@router.get("/login")
def login_page(request: Request, next: str = "/console") -> HTMLResponse:  # noqa: A002 - the query's own name
    """Sign in; `next` is where to go afterwards, on this site only."""
    return draw(request, "login.html", next=local_path(next), error="")


@router.get("/chat")
def chat_page(request: Request, parts: PartsHere) -> HTMLResponse:
    """The customer's chat, in the company's name."""
    settings = parts.settings
    return draw(
        request,
        "chat.html",
        hosts=" ".join(link_hosts(settings)),
        max_chars=settings.max_message_chars,
    )


@router.get("/console/settings")
def settings_page(request: Request, parts: PartsHere, me: StaffHere) -> HTMLResponse:
    """What this installation is set to, without secrets, and who works here."""
    with parts.database.read() as session:
        staff = [(person, agent_of(person)) for person in list_staff(session, parts.scope)]
    return draw(request, "settings.html", me=me, settings=describe(parts.settings), staff=staff)


def failure_page(request: Request, status: int, failure: Failure) -> Response:
    """Return the page for a failure: the login where nobody is logged in, a line in the page for its parts."""
    if request.headers.get("hx-request") == "true":
        response = draw(request, "failure_part.html", status=status, failure=failure)
        response.status_code = status
        return response
    if request.url.path == "/login":
        return _login_again(request, status, failure)
    if status == NOT_LOGGED_IN and request.method == "GET":
        asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(f"/login?next={quote(asked, safe='/')}", 303)
    return draw(
        request, "failure.html", status=status, failure=failure, back="/console", back_label="Back to the inbox"
    )


def _login_again(request: Request, status: int, failure: Failure) -> Response:
    """Draw the login once more with what was wrong; it still leads where it did."""
    asked = parse_qs(urlsplit(request.headers.get("referer", "")).query).get("next", [])
    following = local_path(asked[0] if asked else "/console")
    error = f"{failure.message} {failure.remedy}".strip()
    return draw(request, "login.html", status=status, next=following, error=error)


def local_path(path: str) -> str:
    """Return a path on this site, the console when the one given could lead elsewhere."""
    parts = urlsplit(path)
    local = path.startswith("/") and not path.startswith(("//", "/\\")) and not parts.netloc and path.isprintable()
    return path if local and "\\" not in path else "/console"


def link_hosts(settings: Settings) -> list[str]:
    """Return the hosts that agents' links in the chat may lead to, besides the page's own."""
    own = urlsplit(settings.public_url).hostname or ""
    return sorted({host.strip().lower() for host in (own, *settings.link_hosts.split(",")) if host.strip()})


def describe(settings: Settings) -> list[tuple[str, str, str]]:
    """Return each setting's variable, its value and whether it was set; a secret only says whether there is one."""
    return [_row(name, getattr(settings, name), name in settings.model_fields_set) for name in Settings.model_fields]


def _row(name: str, value: Any, given: bool) -> tuple[str, str, str]:
    if isinstance(value, SecretStr):
        text = "set, hidden" if value.get_secret_value() else "not set"
    else:
        text = _without_password(str(value)) or "not set"
    return PREFIX + name.upper(), text, "set" if given else "default"


def _without_password(text: str) -> str:
    try:
        parts = urlsplit(text)
    except ValueError:
        return "hidden"
    if "@" not in parts.netloc:
        return text
    return text.replace(parts.netloc, "…@" + parts.netloc.rpartition("@")[2])
