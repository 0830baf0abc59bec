"""Tools from an HTTP API by setting: only what the file allows, for whom it is proven, and mistakes stop the start."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest
import yaml

from api.bot_apis import read_apis
from api.parts import open_tools
from assistant.tools.choosing import use_tool
from assistant.tools.toolbox import Caller
from handoff.plan import Plan
from knowledge.customers.entries import Handle
from knowledge.customers.record import KnownHandle, NewCustomer, save_customer
from knowledge.database import Database
from knowledge.failures import Rejected
from knowledge.ids import ConversationId
from knowledge.scope import Scope
from knowledge.settings import Settings
from retrieval.embedding import Embedder
from tests.conftest import NOW


def parameter(name: str, where: str = "query") -> dict[str, Any]:
    return {"name": name, "in": where, "required": True, "schema": {"type": "string"}}


PATHS = {
    "/parcels/{number}": {
        "get": {"operationId": "parcel_state", "parameters": [parameter("number", "path"), parameter("customer")]},
        "delete": {"operationId": "drop_parcel", "parameters": [parameter("number", "path"), parameter("customer")]},
    },
    "/stock": {"get": {"operationId": "stock"}},
    "/slow": {"get": {"operationId": "slow"}},
}


class Shop(BaseHTTPRequestHandler):
    seen: ClassVar[list[str]] = []
    wait: ClassVar[threading.Event] = threading.Event()

    def do_GET(self) -> None:
        self.seen.append(f"{self.command} {self.path} {self.headers.get('Authorization', '')}")
        if self.path == "/slow":
            self.wait.wait(5)
        body = json.dumps({"state": "on its way"}).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Stay quiet."""


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    Shop.seen, Shop.wait = [], threading.Event()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Shop)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    url = f"http://127.0.0.1:{server.server_address[1]}"
    (tmp_path / "shop.yaml").write_text(yaml.safe_dump({"servers": [{"url": url}], "paths": PATHS}))
    monkeypatch.setenv("SHOP_KEY", "Bearer s3cret")
    yield write(tmp_path, {"parcel_state": {"examples": ["Where is my parcel?"]}, "slow": {"seconds": 0.2}})
    Shop.wait.set()
    server.shutdown()
    server.server_close()


def write(folder: Path, operations: dict[str, Any], **more: Any) -> Path:
    api = {
        "spec": "shop.yaml",
        "local": ["127.0.0.1"],
        "headers": {"Authorization": "env:SHOP_KEY"},
        "whose": "customer",
        "key": "email",
        "operations": operations,
    }
    place = folder / "apis.yaml"
    place.write_text(yaml.safe_dump({"apis": [{name: value for name, value in (api | more).items() if value}]}))
    return place


@pytest.fixture
def ana(database: Database, scope: Scope) -> Caller:
    handles = (
        KnownHandle(Handle("email", "eve@example.com"), False),
        KnownHandle(Handle("email", "ana@example.com"), True),
    )
    with database.write() as session:
        who = save_customer(session, scope, NewCustomer("shop-7", handles=handles), NOW)
    return Caller((who,), ConversationId("c" * 32), True)


def test_a_question_reads_the_proven_customers_own_parcel(
    file: Path, database: Database, scope: Scope, ana: Caller, embedder: Embedder, tmp_path: Path
) -> None:
    box = open_tools(Settings(data_dir=tmp_path, bot_apis=file, bot_tools=""), database, scope, lambda: NOW, Plan())
    assert box.allowed == {"parcel_state", "slow"}
    used = use_tool(box, ana, "where is my parcel PX-55 now?", embedder.embed)
    assert used is not None
    assert (used.tool, used.outcome, used.told) == ("parcel_state", "done", '{"state": "on its way"}')
    assert Shop.seen == ["GET /parcels/PX-55?customer=ana%40example.com Bearer s3cret"]
    assert use_tool(box, ana, "where is my parcel?", embedder.embed) is None  # it has to be told which
    stranger = Caller(ana.records, ana.conversation, False)
    refused = use_tool(box, stranger, "where is my parcel PX-55 now?", embedder.embed)
    assert refused is not None
    assert refused.outcome == "refused"
    assert box.use(ana, "parcel_state", {"number": "PX-55", "customer": "eve@example.com"}).outcome == "refused"
    assert box.use(ana, "drop_parcel", {"number": "PX-55"}).outcome == "refused"  # the file does not allow it
    assert box.use(ana, "slow", {}).outcome in ("timed_out", "failed")
    assert len([one for one in Shop.seen if "parcels" in one]) == 1


def test_by_the_shops_key_and_for_nobody_unknown(file: Path, database: Database, scope: Scope, ana: Caller) -> None:
    write(file.parent, {"parcel_state": {}, "drop_parcel": {}, "stock": {"identity": "anybody"}}, key="external_key")
    tools = {one.name: one for one in read_apis(file, database, scope)}
    assert (tools["drop_parcel"].changes, tools["parcel_state"].changes) == (True, False)
    assert (tools["stock"].identity, tools["parcel_state"].identity) == ("anybody", "proven")
    given = tools["parcel_state"].arguments.model_validate({"number": "1"})
    tools["parcel_state"].run(ana, given)
    assert Shop.seen == ["GET /parcels/1?customer=shop-7 Bearer s3cret"]
    write(file.parent, {"parcel_state": {}}, key="phone")
    (phone,) = read_apis(file, database, scope)
    with pytest.raises(Rejected, match="does not know"):
        phone.run(ana, given)
    # whose data it is asked for cannot be given away by the file
    write(file.parent, {"parcel_state": {"identity": "anybody"}})
    assert read_apis(file, database, scope)[0].identity == "proven"


@pytest.mark.parametrize(
    ("operations", "more", "told"),
    [
        ({"nothing": {}}, {}, "no operation nothing"),
        ({"stock": {"seconds": 900}}, {}, "seconds"),
        ({"stock": {}}, {"local": ["other.example"]}, "not among the hosts"),
        ({"stock": {}}, {"local": None, "hosts": ["127.0.0.1"]}, "without TLS"),
        ({"stock": {}}, {"headers": {"X": "env:NOT_SET"}}, "NOT_SET"),
        ({"stock": {}}, {"spec": "missing.yaml"}, "cannot be read"),
        ({"stock": {}}, {"surprise": 1}, "surprise"),
        ({}, {}, "operations"),
    ],
)
def test_a_mistake_stops_the_start_and_is_told(
    file: Path, database: Database, scope: Scope, operations: dict[str, Any], more: dict[str, Any], told: str
) -> None:
    write(file.parent, operations, **more)
    with pytest.raises(Rejected, match=told):
        read_apis(file, database, scope)


@pytest.mark.parametrize("content", [b"\xff\xfe", b"[" * 5_000, b"apis: 1", b"", b"{a: b", b"x" * 3_000_000])
def test_what_is_no_such_file_is_told(file: Path, database: Database, scope: Scope, content: bytes) -> None:
    file.write_bytes(content)
    with pytest.raises(Rejected):
        read_apis(file, database, scope)
