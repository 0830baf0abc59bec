"""Parts for the tests of the assistant: passages, briefs, and model servers that behave as badly as real ones."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from assistant.brief import Brief
from knowledge.customers.entries import PassageUsed, Visibility
from knowledge.ids import ArticleId, PassageId

Behave = Callable[[BaseHTTPRequestHandler], None]


def make_passage(number: int, text: str, *, visibility: Visibility = "public", title: str = "Returns") -> PassageUsed:
    return PassageUsed(
        number=number,
        passage=PassageId(f"{number:032x}"),
        article=ArticleId(f"{number + 100:032x}"),
        title=title,
        heading="",
        url="",
        text=text,
        visibility=visibility,
        score=1.0 / number,
        similarity=0.7,
    )


@pytest.fixture
def passage() -> Callable[..., PassageUsed]:
    return make_passage


@pytest.fixture
def brief() -> Brief:
    return Brief(
        "Can I return boots after three weeks?",
        (
            make_passage(1, "Unworn boots can be returned within 30 days. Keep the receipt."),
            make_passage(2, "Gift cards cannot be exchanged for cash.", title="Gift cards"),
        ),
        focus="Can I return boots after three weeks?",
    )


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is what these servers are for."""


@pytest.fixture
def serve() -> Iterator[Callable[[Behave], str]]:
    """Start a loopback HTTP server that answers each POST with `behave`; returns its base URL without version."""
    servers: list[_Server] = []

    def start(behave: Behave) -> str:
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                self.body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                server.seen.append(self)  # type: ignore[attr-defined]
                behave(self)

            def log_message(self, *_: Any) -> None:
                """Stay quiet."""

        server = _Server(("127.0.0.1", 0), Handler)
        server.seen = []  # type: ignore[attr-defined]
        servers.append(server)
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        return f"http://127.0.0.1:{server.server_address[1]}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def closed_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answer_status(handler: BaseHTTPRequestHandler, status: int, headers: dict[str, str] | None = None) -> None:
    body = json.dumps({"error": {"message": "secret detail of the server", "type": "x"}}).encode()
    handler.send_response(status)
    about = {"content-length": str(len(body)), "content-type": "application/json"}
    for name, value in {**(headers or {}), **about}.items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(body)


def start_stream(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("content-type", "text/event-stream")
    handler.send_header("connection", "close")
    handler.end_headers()


def send_event(handler: BaseHTTPRequestHandler, content: str, finish: str | None = None) -> None:
    delta = {"content": content} if content else {}
    chunk = {
        "id": "c1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "m",
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
    }
    handler.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())
    handler.wfile.flush()


def send_usage(handler: BaseHTTPRequestHandler, prompt: int, completion: int) -> None:
    usage = {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}
    chunk = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [], "usage": usage}
    handler.wfile.write(f"data: {json.dumps(chunk)}\n\ndata: [DONE]\n\n".encode())
    handler.wfile.flush()


def stream_text(handler: BaseHTTPRequestHandler, raw: str, *, size: int = 5, finish: str | None = "stop") -> None:
    start_stream(handler)
    for start in range(0, len(raw), size):
        send_event(handler, raw[start : start + size])
    send_event(handler, "", finish)
    send_usage(handler, 11, 7)
    handler.close_connection = True


def drip(handler: BaseHTTPRequestHandler, seconds: float) -> None:
    """Send a byte now and then, so that no socket time-out ever expires."""
    start_stream(handler)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        handler.wfile.write(b":")
        handler.wfile.flush()
        time.sleep(0.05)


class Misbehaviour:
    """The ways a model server answers, as functions of the request handler."""

    status = staticmethod(answer_status)
    start = staticmethod(start_stream)
    event = staticmethod(send_event)
    usage = staticmethod(send_usage)
    stream = staticmethod(stream_text)
    drip = staticmethod(drip)


@pytest.fixture
def server() -> type[Misbehaviour]:
    return Misbehaviour
