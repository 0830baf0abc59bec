"""Parts for the tests of handing over: a real model server on loopback that says what it is told to."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from knowledge.settings import Settings


@pytest.fixture
def speaks() -> Iterator[Callable[..., tuple[Settings, list[str]]]]:
    """Start a server that gives one answer (or a status); return the settings for it, and what it was sent."""
    servers: list[ThreadingHTTPServer] = []

    def start(answer: str, status: int = 200) -> tuple[Settings, list[str]]:
        seen: list[str] = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                seen.append(self.rfile.read(int(self.headers["content-length"])).decode())
                message = {"role": "assistant", "content": answer}
                told = {
                    "id": "1", "object": "chat.completion", "created": 1, "model": "m",
                    "choices": [{"index": 0, "finish_reason": "stop", "message": message}],
                }  # fmt: skip
                body = json.dumps(told if status == 200 else {"error": {"message": "no"}}).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Stay quiet."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        servers.append(server)
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        url = f"http://127.0.0.1:{server.server_address[1]}"
        return Settings(chat_url=url, chat_model="m", drafter="endpoint", chat_seconds=5), seen

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()
