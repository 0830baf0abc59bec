"""A real cross-encoder of random weights, an endpoint over real HTTP, and what can go wrong with both."""

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from knowledge.failures import Rejected, Unavailable
from knowledge.settings import Settings
from retrieval.cross import READ, open_reranker
from retrieval.lexical import LexicalIndex
from retrieval.minilm import weights_folder
from retrieval.rerank import in_order
from tests.retrieval.test_rerank import candidate


class Endpoint(ThreadingHTTPServer):
    """A rerank server whose behaviour a test sets; it likes short passages."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.status, self.body, self.wait, self.seen = 200, b"", 0.0, list[dict[str, Any]]()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1/"


class Handler(BaseHTTPRequestHandler):
    server: Endpoint

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.seen.append({"path": self.path, "key": self.headers["Authorization"], **asked})
        time.sleep(self.server.wait)
        rows = [{"index": n, "relevance_score": 1 / len(text)} for n, text in enumerate(asked["documents"])]
        rows.sort(key=lambda row: -row["relevance_score"])
        try:
            self.send_response(self.server.status)
            self.end_headers()
            self.wfile.write(self.server.body or json.dumps({"results": rows}).encode())
        except OSError:
            return  # whoever asked has gone

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


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cross-encoder of one small layer, saved as any other is."""
    import torch
    from transformers import AutoTokenizer, BertConfig, BertForSequenceClassification

    torch.manual_seed(7)
    folder = tmp_path_factory.mktemp("cross") / "tiny"
    tokenizer = AutoTokenizer.from_pretrained(str(weights_folder()))
    config = BertConfig(
        vocab_size=len(tokenizer), hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16
    )
    config.num_labels = 1
    BertForSequenceClassification(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


LEXICAL = LexicalIndex()
FOUND = [candidate("a", 1.0, 1.0, 1.0), candidate("b", 0.8, 0.8, 0.8), candidate("c", 0.6, 0.6, 0.6)]


def order(settings: Settings, found: list[Any] = FOUND) -> list[str]:
    reranker = open_reranker(settings)
    assert reranker is not None
    return [one.fused.id for one in in_order("how do I wax boots", found, reranker, LEXICAL)]


def endpoint_settings(endpoint: Endpoint, **more: Any) -> Settings:
    return Settings(reranker="endpoint", reranker_url=endpoint.url, reranker_model="m", **more)


def test_a_real_cross_encoder_orders_as_its_own_scores_say(tiny: Path) -> None:
    from sentence_transformers import CrossEncoder

    texts = [f"{one.passage.title}\n{one.passage.text}" for one in FOUND]
    scores = CrossEncoder(str(tiny), device="cpu").predict([("how do I wax boots", text) for text in texts])
    wanted = [FOUND[place].fused.id for place in sorted(range(3), key=lambda place: -scores[place])]
    assert order(Settings(reranker=str(tiny))) == wanted


def test_only_the_first_are_read_and_the_rest_follows(endpoint: Endpoint) -> None:
    many = [candidate(f"p{n}", 1 - n / 100, 1 - n / 100, 1 - n / 100) for n in range(READ + 5)]
    found = order(endpoint_settings(endpoint), many)
    assert len(endpoint.seen[0]["documents"]) == READ
    assert found[READ:] == [f"p{n}" for n in range(READ, READ + 5)]


def test_an_endpoint_is_asked_as_its_protocol_says(endpoint: Endpoint) -> None:
    shortest = sorted(FOUND, key=lambda one: len(one.passage.title) + len(one.passage.text))
    assert order(endpoint_settings(endpoint, reranker_key=SecretStr("k"))) == [one.fused.id for one in shortest]
    asked = endpoint.seen[-1]
    assert (asked["path"], asked["key"], asked["model"], asked["top_n"]) == ("/v1/rerank", "Bearer k", "m", 3)
    assert asked["query"] == "how do I wax boots"


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, b"{}"),
        (401, b"no"),
        (200, b"not json"),
        (200, b'{"results": []}'),
        (200, b'{"results": [{"index": 7, "relevance_score": 1}]}'),
        (200, b'{"results": [{"index": 0, "relevance_score": NaN}]}'),
        (200, b'{"results": [{"index": -1, "relevance_score": "x"}]}'),
    ],
)
def test_a_broken_endpoint_leaves_the_order_without_it(
    endpoint: Endpoint, status: int, body: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    endpoint.status, endpoint.body = status, body
    assert order(endpoint_settings(endpoint)) == ["a", "b", "c"]
    assert "The order without it is used" in caplog.text


def test_one_that_is_too_slow_is_not_waited_for(endpoint: Endpoint) -> None:
    endpoint.wait = 2.0
    began = time.monotonic()
    assert order(endpoint_settings(endpoint, reranker_timeout_s=0.2)) == ["a", "b", "c"]
    assert time.monotonic() - began < 1.9


def test_nobody_answers() -> None:
    assert order(Settings(reranker="endpoint", reranker_url="http://127.0.0.1:9/v1")) == ["a", "b", "c"]


def test_settings_that_cannot_be_followed_stop_the_start(tmp_path: Path) -> None:
    with pytest.raises(Rejected, match="THREADLINE_RERANKER_URL"):
        open_reranker(Settings(reranker="endpoint"))
    with pytest.raises(Unavailable, match="cannot be loaded"):
        open_reranker(Settings(reranker=str(tmp_path)))
    assert open_reranker(Settings(reranker="none")) is None
