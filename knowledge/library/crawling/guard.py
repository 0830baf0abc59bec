"""An HTTP client that reaches public addresses only: every address is checked as it is connected to."""

import ipaddress
import socket
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from knowledge.failures import Rejected, Unavailable

if TYPE_CHECKING:
    import ssl

    import httpx

AGENT = "Threadline"
SECONDS = 20.0
# A page that trickles in is given up after so long.
TOTAL_SECONDS = 60.0
HOPS = 5


@dataclass(frozen=True)
class Fetched:
    """What an address answered in the end; `body` is empty unless the status is 200.

    Of a redirect that was not followed, `url` is where it leads.
    """

    url: str
    status: int
    headers: dict[str, str]
    body: bytes = b""


def checked(host: str, port: int, private: bool) -> list[str]:
    """Return the addresses of a host.

    Raises:
        Rejected: one of them is not public, and `private` ones are not allowed.
        Unavailable: there are none.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unavailable(f"{host} cannot be found.") from error
    addresses = [str(one[4][0]).partition("%")[0] for one in found]
    if not private and not all(_public(address) for address in addresses):
        raise Rejected(f"{host} leads into a private network.", "Set THREADLINE_CRAWL_PRIVATE=true if that is meant.")
    return addresses


def _public(address: str) -> bool:
    parsed = ipaddress.ip_address(address)
    mapped = getattr(parsed, "ipv4_mapped", None) or getattr(parsed, "sixtofour", None)
    return (mapped or parsed).is_global and not parsed.is_multicast


@cache
def _trusted() -> "ssl.SSLContext":
    """Return whom we trust; reading all authorities takes a while."""
    import httpx

    return httpx.create_ssl_context()


def open_client(private: bool) -> "httpx.Client":
    """Return a client that follows no redirect, keeps no cookie, knows no proxy, and connects as `checked` says."""
    import httpcore
    import httpx

    class Backend(httpcore.SyncBackend):
        def connect_tcp(
            self,
            host: str,
            port: int,
            timeout: float | None = None,
            local_address: str | None = None,
            socket_options: Iterable[Any] | None = None,
        ) -> httpcore.NetworkStream:
            (address, *_) = checked(host, port, private)
            return super().connect_tcp(address, port, timeout, local_address, socket_options)

        def connect_unix_socket(self, path: str, *_: Any, **__: Any) -> httpcore.NetworkStream:
            raise Rejected(f"{path} is no web address.")

    transport = httpx.HTTPTransport(trust_env=False)
    # The one seam httpx leaves for it: the pool that opens connections.
    transport._pool = httpcore.ConnectionPool(ssl_context=_trusted(), network_backend=Backend())
    headers = {"User-Agent": AGENT, "Accept-Language": "*"}
    return httpx.Client(transport=transport, timeout=SECONDS, trust_env=False, headers=headers, follow_redirects=False)


def fetch(
    client: "httpx.Client",
    url: str,
    max_bytes: int,
    headers: dict[str, str] | None = None,
    follow: Callable[[str], bool] | None = None,
) -> Fetched:
    """Return what `url` answers, redirects within its own host followed where `follow` (if any) allows it.

    Raises:
        Rejected: no web address, a redirect elsewhere, a private address, or more than `max_bytes`.
        Unavailable: it does not answer.
    """
    import httpx

    host = site(url)
    for _ in range(HOPS):
        if site(url) != host:
            raise Rejected(f"it leads to another site: {url[:200]}")
        try:
            with client.stream("GET", url, headers=headers) as response:
                status, told = response.status_code, {key.lower(): value for key, value in response.headers.items()}
                if status in (301, 302, 303, 307, 308) and "location" in told:
                    url = urljoin(url, told["location"])
                    if follow and site(url) == host and not follow(url):
                        return Fetched(url, status, told)
                    continue
                return Fetched(url, status, told, _body(response, max_bytes) if status == 200 else b"")
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            raise Unavailable(f"{url[:200]} does not answer: {type(error).__name__}.") from error
    raise Rejected(f"it leads on and on: {url[:200]}")


def site(url: str) -> str:
    """Return the host and port of a web address.

    Raises:
        Rejected: it is none, or carries a password.
    """
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError as error:
        raise Rejected(f"{url[:200]!r} is no web address.") from error
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.password:
        raise Rejected(f"{url[:200]!r} is no web address.", "Write https://HOST/PATH, without a password.")
    return f"{parts.hostname}:{80 if port == 443 else port}"


def _body(response: "httpx.Response", max_bytes: int) -> bytes:
    until = time.monotonic() + TOTAL_SECONDS
    body = bytearray()
    for block in response.iter_bytes():
        body += block
        if len(body) > max_bytes:
            raise Rejected(f"larger than {max_bytes:,} bytes")
        if time.monotonic() > until:
            raise Unavailable(f"it took longer than {TOTAL_SECONDS:.0f} seconds.")
    return bytes(body)
