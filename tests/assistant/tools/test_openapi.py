"""Tools from an OpenAPI description call named hosts only, read by GET, and never let a customer say whose data."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import pytest

from assistant.tools.openapi import Api, check_address, tools_of
from assistant.tools.toolbox import Caller, Toolbox
from knowledge.failures import Rejected
from knowledge.ids import ConversationId, CustomerId

ANA = Caller((CustomerId("a" * 32),), ConversationId("c" * 32), True)


def parameter(name: str, where: str = "query", kind: str = "string", required: bool = True) -> dict[str, Any]:
    return {"name": name, "in": where, "required": required, "schema": {"type": kind}}


PATHS = {
    "/orders/{order}": {
        "get": {"operationId": "get_order", "parameters": [parameter("order", "path"), parameter("customer")]},
        "delete": {"operationId": "cancel", "parameters": [parameter("order", "path"), parameter("customer")]},
    },
    "/stock": {
        "get": {
            "operationId": "stock",
            "parameters": [parameter("sku"), parameter("max", kind="integer", required=False)],
        }
    },
    "/away": {"get": {"operationId": "away"}},
    "/huge": {"get": {"operationId": "huge"}},
    "/odd": {
        "get": {"operationId": "odd name!"},
        "post": {"operationId": "deep", "parameters": [{"name": "x", "in": "body"}]},
    },
}


class Shop(BaseHTTPRequestHandler):
    seen: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.seen.append(f"{self.command} {self.path} {self.headers.get('X-Key', '')}")
        body = b"x" * 50_000 if self.path == "/huge" else json.dumps({"path": self.path}).encode()
        self.send_response(302 if self.path == "/away" else 200)
        self.send_header("location", "http://169.254.169.254/latest")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_DELETE = do_GET  # noqa: N815  the name http.server looks for

    def log_message(self, *_: object) -> None:
        """Stay quiet."""


@pytest.fixture
def api() -> Iterator[Api]:
    Shop.seen = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Shop)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    spec = {"servers": [{"url": f"http://127.0.0.1:{server.server_address[1]}"}], "paths": PATHS}
    local = frozenset({"127.0.0.1"})
    yield Api(spec, frozenset(), local, {"X-Key": "k"}, "customer", lambda caller: caller.records[0][:4])
    server.shutdown()
    server.server_close()


def test_get_reads_the_rest_is_proposed_and_whose_is_ours_to_say(api: Api) -> None:
    box = Toolbox(tools_of(api))
    assert set(box.tools) == {"get_order", "cancel", "stock", "away", "huge"}
    used = box.use(ANA, "get_order", {"order": "TF-1/../../admin"})
    assert used.outcome == "done"
    assert Shop.seen == ["GET /orders/TF-1%2F..%2F..%2Fadmin?customer=aaaa k"]
    assert box.use(ANA, "get_order", {"order": "TF-1", "customer": "bbbb"}).outcome == "refused"
    assert box.use(ANA, "get_order", {"order": ".."}).outcome == "failed"
    assert box.use(ANA, "cancel", {"order": "TF-1"}).outcome == "proposed"
    assert len(Shop.seen) == 1
    assert box.carry_out(ANA, "cancel", {"order": "TF-1"}).outcome == "done"
    assert Shop.seen[-1].startswith("DELETE /orders/TF-1?customer=aaaa")
    stranger = Caller((), ANA.conversation, False)
    assert box.use(stranger, "get_order", {"order": "TF-1"}).outcome == "refused"
    assert box.use(stranger, "stock", {"sku": "x"}).outcome == "done"
    assert box.use(stranger, "stock", {"sku": "x", "max": "many"}).outcome == "refused"


def test_redirects_and_floods_end_it(api: Api) -> None:
    box = Toolbox(tools_of(api))
    assert box.use(ANA, "away", {}).outcome == "failed"
    assert box.use(ANA, "huge", {}).outcome == "failed"
    assert "k" not in box.use(ANA, "away", {}).told.split()


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/x", "http://api.example/x", "https://user:pw@api.example/", "ftp://api.example/",
        "https://api.example.evil.example/", "//api.example", "", "https://[::1", "https://api.example@evil.example/",
    ],
)  # fmt: skip
def test_other_addresses_are_refused(url: str) -> None:
    with pytest.raises(Rejected):
        check_address(Api({}, frozenset({"api.example"})), url)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "10.0.0.8", "169.254.169.254", "0.0.0.0"])
def test_a_named_host_that_leads_into_our_network_is_refused(host: str) -> None:
    with pytest.raises(Rejected, match="private"):
        check_address(Api({}, frozenset({host})), f"https://{host}/")


@pytest.mark.parametrize("spec", [{}, {"servers": []}, {"servers": [{"url": 7}]}, {"servers": "x", "paths": []}])
def test_a_description_that_is_none_is_refused(spec: dict[str, Any]) -> None:
    with pytest.raises(Rejected):
        tools_of(Api(spec, frozenset({"api.example"})))
