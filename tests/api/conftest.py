"""Fixtures of the doors: an application over real parts, staff with tokens, customers with sessions."""

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import uvicorn
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.app import create_app
from api.parts import Parts
from api.stopping import Server
from assistant.suggest import open_assistant
from knowledge.customers.entries import Entry, Handle
from knowledge.customers.inbox import Incoming, receive
from knowledge.database import Database, open_database
from knowledge.scope import Scope
from knowledge.settings import Settings
from knowledge.staff.logins import issue_token
from knowledge.staff.people import ROLES, NewStaff, add_staff
from retrieval.embedding import Embedder, open_embedder
from retrieval.search import open_search

PASSWORD = "correct horse battery"


@pytest.fixture(scope="session")
def embedder() -> Embedder:
    return open_embedder(Settings())


@pytest.fixture(scope="session")
def bare(tmp_path_factory: pytest.TempPathFactory, migrated: Path, embedder: Embedder) -> Path:
    """A data folder with empty indexes, to be copied: making them takes three times as long."""
    folder = tmp_path_factory.mktemp("bare") / "data"
    with closing(open_database(f"sqlite:///{migrated}")) as database:
        open_search(Settings(data_dir=folder), database, Scope(), embedder).close()
    return folder


@pytest.fixture
def settings(tmp_path: Path, bare: Path) -> Settings:
    shutil.copytree(bare, tmp_path / "data")
    return Settings(data_dir=tmp_path / "data", max_body_bytes=300_000, port=0)


@pytest.fixture
def parts(settings: Settings, database: Database, scope: Scope, embedder: Embedder) -> Iterator[Parts]:
    search = open_search(settings, database, scope, embedder)
    assistant = open_assistant(settings, search)
    yield Parts(settings, database, scope, search, assistant)
    assistant.close()
    search.close()


@pytest.fixture
def app(parts: Parts) -> FastAPI:
    return create_app(parts)


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app, raise_server_exceptions=False, follow_redirects=False) as opened:
        yield opened


@pytest.fixture
def tokens(parts: Parts) -> dict[str, str]:
    """A bearer token for each role of staff."""
    now, issued = datetime.now(UTC), {}
    with parts.database.write() as session:
        for role in ROLES:
            # No password: hashing three takes longer than most tests.
            email = f"{role}@example.com"
            add_staff(session, parts.scope, NewStaff(email, role.title(), role), now)
            issued[role] = issue_token(session, parts.scope, email, "test", now, timedelta(hours=1))
    return issued


@pytest.fixture
def agent(tokens: dict[str, str]) -> dict[str, str]:
    """The headers of an agent's request."""
    return _bearer(tokens["agent"])


@pytest.fixture
def customer(open_chat: Callable[..., dict[str, str]]) -> dict[str, str]:
    """The headers of a customer's request."""
    return open_chat()


@pytest.fixture
def arrive(parts: Parts) -> Callable[..., Entry]:
    """Let a message arrive by e-mail."""

    def arrive(text: str, email: str = "ana@example.com") -> Entry:
        now = datetime.now(UTC)
        with parts.database.write() as session:
            return receive(session, parts.scope, Incoming("email", Handle("email", email), text, now), now)

    return arrive


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


@pytest.fixture
def open_chat(client: TestClient) -> Callable[..., dict[str, str]]:
    """Open a customer session; returns the headers of its requests."""

    def open_chat(identity: str | None = None) -> dict[str, str]:
        answer = client.post("/chat/session", json={"identity": identity, "carry": "bearer"})
        assert answer.status_code == 201, answer.text
        return _bearer(answer.json()["token"])

    return open_chat


@pytest.fixture
def serving() -> Callable[[FastAPI], AbstractContextManager[tuple[str, Server]]]:
    """Serve an application on a free port; afterwards it must have stopped within seconds."""
    return _serving


@contextmanager
def _serving(app: FastAPI) -> Iterator[tuple[str, Server]]:
    server = Server(uvicorn.Config(app, port=0, log_level="warning", timeout_graceful_shutdown=5))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        deadline = time.monotonic() + 10
        while not server.started:
            assert time.monotonic() < deadline, "the server did not start"
            assert thread.is_alive(), "the server died"
            time.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}", server
    finally:
        server.should_exit = True
        thread.join(8)
        assert not thread.is_alive(), "the server did not stop"


class HelpCentre:
    """A help centre on this machine: pages below a folder, named by a sitemap."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.sitemap = f"{self.url}/sitemap.xml"

    def write(self, name: str, text: str = "") -> None:
        """Write a page; the sitemap does not name it by itself."""
        words = text or f"All about {name} here."
        html = f"<html><head><title>{name.title()}</title></head><body><p>{words}</p></body></html>"
        (self.folder / f"{name}.html").write_text(html)

    def name(self, *names: str) -> None:
        """Let the sitemap name these pages."""
        rows = "".join(f"<url><loc>{self.url}/{name}.html</loc></url>" for name in names)
        (self.folder / "sitemap.xml").write_text(f"<urlset>{rows}</urlset>")

    def close(self) -> None:
        """Answer nobody any more."""
        self.server.shutdown()
        self.server.server_close()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def help_centre(tmp_path: Path) -> Iterator[HelpCentre]:
    """A help centre with two pages."""
    made = HelpCentre(tmp_path / "web")
    made.write("returns")
    made.write("delivery")
    made.name("returns", "delivery")
    yield made
    made.close()
