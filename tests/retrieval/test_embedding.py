"""Which embedder is opened, and an endpoint over real HTTP with all that can go wrong."""

import gc
import json
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import SecretStr

from knowledge.failures import Rejected, Unavailable
from knowledge.settings import Settings
from retrieval.embedding import AT_ONCE, open_embedder, with_v1

# The client keeps its connection until it is collected, which is done before the next module's tests.
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")


class Endpoint(ThreadingHTTPServer):
    """An OpenAI-compatible embeddings server whose behaviour a test sets."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.status, self.body, self.seen, self.delay = 200, b"", list[dict[str, Any]](), 0.0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    server: Endpoint

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.seen.append({"path": self.path, "key": self.headers["Authorization"], **asked})
        time.sleep(self.server.delay)
        rows = [{"index": i, "object": "embedding", "embedding": [3.0, 4.0, 0.0]} for i, _ in enumerate(asked["input"])]
        answer = {"object": "list", "model": "m", "data": rows, "usage": {"prompt_tokens": 1, "total_tokens": 1}}
        self.send_response(self.server.status)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        with suppress(BrokenPipeError):  # whoever asked has gone
            self.wfile.write(self.server.body or json.dumps(answer).encode())

    def log_message(self, *args: object) -> None:
        """Stay quiet."""


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    server = Endpoint()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()
    gc.collect()


def _settings(endpoint: Endpoint, **more: Any) -> Settings:
    return Settings(embedder="endpoint", embedding_url=endpoint.url, embedding_model="m", **more)


def test_an_endpoint_is_asked_as_its_protocol_says(endpoint: Endpoint) -> None:
    embedder = open_embedder(_settings(endpoint, embedding_key=SecretStr("k")))
    rows = embedder.embed(["one", ""])
    assert np.allclose(rows, [[0.6, 0.8, 0.0]] * 2)
    assert embedder.dimensions == 3
    last = endpoint.seen[-1]
    assert (last["path"], last["key"], last["input"]) == ("/v1/embeddings", "Bearer k", ["one", " "])
    assert embedder.embed([]).shape == (0, 3)


def test_many_texts_are_many_requests_in_their_order(endpoint: Endpoint) -> None:
    embedder = open_embedder(_settings(endpoint))
    texts = [f"text {number}" for number in range(2 * AT_ONCE + 1)]
    assert embedder.embed(texts).shape == (len(texts), 3)
    asked = [one["input"] for one in endpoint.seen[1:]]
    assert [len(some) for some in asked] == [AT_ONCE, AT_ONCE, 1]
    assert [text for some in asked for text in some] == texts


def test_a_slow_endpoint_is_unavailable_and_the_reason_says_so(
    endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("retrieval.embedding.SECONDS", 0.2)
    endpoint.delay = 1.0
    with pytest.raises(Unavailable, match="took it longer"):
        open_embedder(_settings(endpoint))


@pytest.mark.filterwarnings("ignore:Pydantic serializer")  # the client's own remark on the nonsense it got
@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, b"{}"),
        (401, b'{"error": {"message": "no"}}'),
        (200, b"not json"),
        (200, b'{"data": []}'),
        (200, b'{"object": "list", "model": "m", "data": [{"index": 0, "embedding": [0.0, 0.0]}]}'),
        (200, b'{"object": "list", "model": "m", "data": [{"index": 0, "embedding": ["x"]}]}'),
    ],
)
def test_a_broken_endpoint_is_unavailable(endpoint: Endpoint, status: int, body: bytes) -> None:
    endpoint.status, endpoint.body = status, body
    with pytest.raises(Unavailable, match="THREADLINE_EMBEDDING_URL"):
        open_embedder(_settings(endpoint))


def test_an_endpoint_that_changes_its_dimensions_is_unavailable(endpoint: Endpoint) -> None:
    embedder = open_embedder(_settings(endpoint))
    endpoint.body = b'{"object": "list", "model": "m", "data": [{"index": 0, "embedding": [1.0, 0.0]}]}'
    with pytest.raises(Unavailable, match="shape"):
        embedder.embed(["x"])


def test_nobody_answers() -> None:
    with pytest.raises(Unavailable, match="cannot be used"):
        open_embedder(Settings(embedder="endpoint", embedding_url="http://127.0.0.1:9", embedding_model="m"))


def test_an_endpoint_needs_its_settings() -> None:
    with pytest.raises(Rejected, match="no endpoint is named"):
        open_embedder(Settings(embedder="endpoint"))


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("http://h:1", "http://h:1/v1"),
        ("http://h:1/", "http://h:1/v1"),
        ("http://h/v1/", "http://h/v1"),
        ("http://h/openai/v3", "http://h/openai/v3"),
        ("http://vllm2", "http://vllm2/v1"),
    ],
)
def test_v1_is_added_when_it_is_missing(given: str, used: str) -> None:
    assert with_v1(given) == used


@pytest.mark.parametrize("name", ["no/such-model", "{tmp}"])
def test_a_model_that_is_not_here_is_unavailable(name: str, tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="THREADLINE_EMBEDDER names"):
        open_embedder(Settings(embedder=name.format(tmp=tmp_path)))
