"""Parts for the tests of the assistant: passages, briefs, and model servers that behave as badly as real ones."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from assistant.brief import Brief
from assistant.drafting.extractive import ExtractiveDrafter
from assistant.suggest import Assistant
from knowledge.customers.entries import Entry, Handle, PassageUsed, Payload, Visibility
from knowledge.customers.inbox import Incoming, Reply, receive, reply
from knowledge.customers.record import KnownHandle, NewCustomer, save_customer
from knowledge.customers.timeline import NewEntry, append
from knowledge.database import Database
from knowledge.ids import ArticleId, ConversationId, CustomerId, PassageId
from knowledge.library.ingest import IngestPlan, ingest
from knowledge.library.visibility import VisibilityRules
from knowledge.scope import Scope
from knowledge.settings import Settings
from retrieval.embedding import Embedder, open_embedder
from retrieval.search import Search, open_search

NOW = datetime(2026, 11, 1, 9, 0, tzinfo=UTC)
MAIL = Handle("email", "maya@example.org")

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


ARTICLES = {
    "returns.md": "# Returning an item\n\nUnworn boots can be returned within 30 days of delivery. "
    "Keep the receipt and the box. Worn boots cannot be returned.\n",
    "shipping.md": "# Delivery times\n\nStandard delivery takes three to five working days. "
    "Express delivery takes one working day and costs 9.90 euros.\n",
    "gift-cards.md": "# Gift cards\n\nGift cards are valid for three years. They cannot be exchanged for cash.\n",
    "tents.md": "# Caring for your tent\n\nDry the tent before storing it. Never wash it in a machine.\n",
    "internal-goodwill.md": "# Internal: goodwill for late boots\n\nAgents may grant the zebra voucher of twenty "
    "euros when boots arrive more than nine days late. Never mention the zebra voucher before a customer complains.\n",
}


@pytest.fixture(scope="session")
def embedder() -> Embedder:
    return open_embedder(Settings())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small library: four public articles and an internal one."""
    place = tmp_path / "articles"
    place.mkdir()
    for name, text in ARTICLES.items():
        (place / name).write_text(text)
    return place


@pytest.fixture
def search(database: Database, scope: Scope, folder: Path, tmp_path: Path, embedder: Embedder) -> Iterator[Search]:
    rules = VisibilityRules(internal=("title:Internal*",), default="public")
    ingest(database, scope, [folder], IngestPlan(now=NOW, rules=rules), embedder)
    opened = open_search(Settings(data_dir=tmp_path / "data"), database, scope, embedder)
    yield opened
    opened.close()


@pytest.fixture
def assistant(search: Search) -> Assistant:
    return Assistant(search, ExtractiveDrafter(), ExtractiveDrafter())


class Desk:
    """A small company at work: writes into the record as channels and agents do; each step is a minute later."""

    def __init__(self, database: Database, scope: Scope) -> None:
        self.database, self.scope, self.now = database, scope, NOW

    def tick(self) -> datetime:
        self.now += timedelta(minutes=1)
        return self.now

    def customer(self, *handles: KnownHandle, name: str = "Maya Lind", **more: Any) -> CustomerId:
        new = NewCustomer(external_key=f"c{self.tick()}", name=name, handles=handles, **more)
        with self.database.write() as session:
            return save_customer(session, self.scope, new, self.now)

    def receive(self, text: str, address: Handle = MAIL, **more: Any) -> Entry:
        at = self.tick()
        incoming = Incoming(address.kind, address, text, at, **more)
        with self.database.write() as session:
            return receive(session, self.scope, incoming, at)

    def reply(self, conversation: ConversationId, text: str) -> Entry:
        at = self.tick()
        with self.database.write() as session:
            return reply(session, self.scope, Reply(conversation, text, "agent@example.org"), at)

    def append(self, customer: CustomerId, payload: Payload, conversation: ConversationId | None = None) -> Entry:
        at = self.tick()
        with self.database.write() as session:
            return append(session, self.scope, NewEntry(customer, payload, at, conversation), at)


@pytest.fixture
def desk(database: Database, scope: Scope) -> Desk:
    return Desk(database, scope)
