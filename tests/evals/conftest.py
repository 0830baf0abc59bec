"""Fixtures of the evaluation tests."""

import json
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
ASKED = 40


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of public data, beside the repository or where THREADLINE_TEST_DATA says."""
    path = Path(os.environ.get("THREADLINE_TEST_DATA", Path(__file__).parents[3] / "shared" / "data"))
    if not path.is_dir():
        pytest.skip("the public data is not here: set THREADLINE_TEST_DATA")
    return path


@pytest.fixture(scope="session")
def smaller(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo company with half of its questions and the articles they need: quicker to open."""
    folder, whole = tmp_path_factory.mktemp("examples"), EXAMPLES / "tarnfell"
    lines = (whole / "questions.jsonl").read_text().splitlines()
    kept = [line for line in lines if json.loads(line)["answerable"] is True][:ASKED]
    (folder / "tarnfell").mkdir()
    (folder / "tarnfell" / "questions.jsonl").write_text("\n".join(kept))
    for path in {article.partition("#")[0] for line in kept for article in json.loads(line)["articles"]}:
        to = folder / "tarnfell" / "articles" / path
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(whole / "articles" / path, to)
    return folder


@pytest.fixture
def answering() -> Iterator[Callable[[Callable[[str], str]], str]]:
    """Start a loopback chat server that answers with what a script makes of the prompt; returns its address."""
    servers: list[ThreadingHTTPServer] = []

    def start(script: Callable[[str], str]) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
                said = script("\n".join(str(message["content"]) for message in asked["messages"][:2]))
                message = {"role": "assistant", "content": said}
                body = {"id": "x", "object": "chat.completion", "created": 0, "model": "m"}
                body |= {"choices": [{"index": 0, "finish_reason": "stop", "message": message}]}
                sent = json.dumps(body).encode()
                self.send_response(200)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(sent)))
                self.end_headers()
                self.wfile.write(sent)

            def log_message(self, *_: object) -> None:
                """Stay quiet."""

        servers.append(ThreadingHTTPServer(("127.0.0.1", 0), Handler))
        threading.Thread(target=servers[-1].serve_forever, args=(0.02,), daemon=True).start()
        return f"http://127.0.0.1:{servers[-1].server_address[1]}/v1"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()
