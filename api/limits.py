"""Limits at the door: security headers on every answer, and no unsafe request from a foreign page."""

from urllib.parse import urlsplit

from fastapi import Request
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from knowledge.settings import Settings

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
POLICY = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' data:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
CACHEABLE = "/static/"


def protect(headers: MutableHeaders, path: str) -> None:
    """Add the security headers to an answer, and `no-store` to all that is not a static file."""
    for name, value in HEADERS.items():
        headers.setdefault(name, value)
    if not path.startswith(CACHEABLE):
        headers["Cache-Control"] = "no-store"


class SecurityHeaders:
    """Middleware that protects every answer, streams included."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, its path without NUL (which no database takes), and protect what comes back."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def protected(message: Message) -> None:
            if message["type"] == "http.response.start":
                protect(MutableHeaders(scope=message), scope["path"])
            await send(message)

        await self._app({**scope, "path": scope["path"].replace("\0", "\ufffd")}, receive, protected)


def is_foreign(request: Request, settings: Settings, *, by_cookie: bool) -> bool:
    """Return whether an unsafe request may come from another site's page (CSRF).

    A browser says where a request comes from, in `Sec-Fetch-Site` or `Origin`. What says nothing is a foreign
    request if it lives on a cookie, and a program's otherwise.
    """
    if request.method in SAFE_METHODS:
        return False
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site != "same-origin"
    origin = request.headers.get("origin")
    if origin is None:
        return by_cookie
    ours = {request.headers.get("host", ""), urlsplit(settings.public_url).netloc} - {""}
    return _netloc(origin) not in ours


def _netloc(origin: str) -> str:
    try:
        return urlsplit(origin).netloc
    except ValueError:  # no address at all, so not ours
        return ""
