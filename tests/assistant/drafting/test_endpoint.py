"""The endpoint drafter against real loopback servers, the good and the bad."""

import json
import re
import time
from collections.abc import Callable
from typing import Any

import pytest

from assistant.brief import Brief
from assistant.drafting.endpoint import SHAPES, EndpointDrafter, base_url, open_endpoint
from assistant.drafting.extractive import ExtractiveDrafter
from assistant.progress import Progress, Streamed
from assistant.scripted import ScriptedModel
from assistant.suggest import Assistant, Written, write
from knowledge.failures import Unavailable
from knowledge.settings import Settings

GOOD = json.dumps({"decision": "answer", "text": "Yes, within 30 days. [1] See also [9].", "citations": [1, 9]})
SECONDS = 1.5


@pytest.fixture
def drafter_at() -> Any:
    opened: list[EndpointDrafter] = []

    def at(url: str, seconds: float = SECONDS) -> EndpointDrafter:
        settings = Settings(chat_url=url, chat_model="m", chat_seconds=seconds, drafter="endpoint")
        opened.append(open_endpoint(settings))
        return opened[-1]

    yield at
    for drafter in opened:
        drafter.close()


def test_streams_the_text_and_keeps_only_offered_citations(
    serve: Any, server: Any, drafter_at: Any, brief: Brief
) -> None:
    deltas: list[str] = []
    draft = drafter_at(serve(lambda h: server.stream(h, GOOD)), 10).draft(brief, deltas.append)
    assert draft.text == "Yes, within 30 days. [1] See also."
    assert draft.citations == (1,)
    assert "".join(deltas) == draft.text
    assert len(deltas) > 3
    assert draft.tokens == {"prompt": 11, "completion": 7}
    assert draft.prompt == "draft.v2"


@pytest.mark.parametrize("suffix", ["", "/", "/v1", "/v1/", "/v1/chat/completions"])
def test_the_version_may_be_written_or_not(serve: Any, server: Any, drafter_at: Any, brief: Brief, suffix: str) -> None:
    paths: list[str] = []

    def behave(handler: Any) -> None:
        paths.append(handler.path)
        server.stream(handler, GOOD)

    drafter_at(serve(behave) + suffix, 10).draft(brief, lambda _: None)
    assert paths == ["/v1/chat/completions"]


def test_falls_back_from_json_schema_to_json_object_to_plain_and_remembers(
    serve: Any, server: Any, drafter_at: Any, brief: Brief
) -> None:
    formats: list[str] = []

    def behave(handler: Any) -> None:
        kind = handler.body.get("response_format", {}).get("type", "none")
        formats.append(kind)
        if kind == "none":
            server.stream(handler, f"Here you are:\n```json\n{GOOD}\n```")
        else:
            server.status(handler, 400)

    drafter = drafter_at(serve(behave), 10)
    assert drafter.draft(brief, lambda _: None).citations == (1,)
    drafter.draft(brief, lambda _: None)
    assert formats == ["json_schema", "json_object", "none", "none"]


def cut(handler: Any, server: Any) -> None:
    server.start(handler)
    server.event(handler, GOOD[:40])
    handler.wfile.flush()
    handler.connection.close()


def cut_chunked(handler: Any) -> None:
    handler.send_response(200)
    handler.send_header("content-type", "text/event-stream")
    handler.send_header("transfer-encoding", "chunked")
    handler.end_headers()
    handler.wfile.write(b"ff\r\ndata: {")
    handler.wfile.flush()
    handler.close_connection = True


def raw_body(handler: Any, body: bytes, kind: str = "text/event-stream") -> None:
    handler.send_response(200)
    handler.send_header("content-type", kind)
    handler.send_header("content-length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def endless(handler: Any, server: Any, piece: str) -> None:
    server.start(handler)
    server.event(handler, '{"decision": "answer", "citations": [], "text": "')
    try:
        while True:
            server.event(handler, piece)
    except OSError:
        handler.close_connection = True


BAD: dict[str, tuple[Callable[[Any, Any], None], str]] = {
    "slow": (lambda _h, _s: time.sleep(4), "did not"),
    "drip": (lambda h, s: s.drip(h, 6), "within 1.5 seconds"),
    "429": (lambda h, s: s.status(h, 429, {"retry-after": "30"}), r"\(429\)"),
    "503": (lambda h, s: s.status(h, 503), r"\(503\)"),
    "500": (lambda h, s: s.status(h, 500), r"\(500\)"),
    "401": (lambda h, s: s.status(h, 401), r"\(401\)"),
    "400": (lambda h, s: s.status(h, 400), r"\(400\)"),
    "malformed event": (lambda h, _s: raw_body(h, b"data: {not json\n\n"), "cannot be read"),
    "html": (lambda h, _s: raw_body(h, b"<html>hello</html>", "text/html"), "empty|cannot be read"),
    "wrong events": (lambda h, _s: raw_body(h, b'data: {"choices": 5}\n\ndata: [DONE]\n\n'), "cannot be read"),
    "prose": (lambda h, s: s.stream(h, "Sure! You can return them."), "not answer with the JSON"),
    "malformed json": (lambda h, s: s.stream(h, '{"decision": "answer", "text": }'), "malformed"),
    "wrong schema": (lambda h, s: s.stream(h, '{"answer": "yes"}'), "another form"),
    "wrong decision": (lambda h, s: s.stream(h, '{"decision": "maybe", "text": "x"}'), "another form"),
    "empty text": (lambda h, s: s.stream(h, '{"decision": "answer", "text": " "}'), "empty text"),
    "token limit": (lambda h, s: s.stream(h, GOOD[:50], finish="length"), "token limit"),
    "cut": (cut, "middle of the answer"),
    "cut chunked": (lambda h, _s: cut_chunked(h), "middle of the answer|cannot be read"),
}


@pytest.mark.filterwarnings("ignore:Pydantic serializer warnings")  # what the client says about "wrong events"
@pytest.mark.parametrize("name", BAD)
def test_the_agent_gets_the_extractive_draft_and_the_reason_in_time(
    name: str, serve: Any, server: Any, drafter_at: Any, brief: Brief
) -> None:
    behave, reason = BAD[name]
    written, steps, elapsed = _written(drafter_at(serve(lambda h: behave(h, server))), brief)
    assert written.drafter.name == "extractive"
    assert "Unworn boots can be returned within 30 days." in written.draft.text
    assert re.search(reason, written.fallback), written.fallback
    assert "secret detail" not in written.fallback
    assert elapsed <= SECONDS + 1
    assert [step.step for step in steps][-2:] == ["restart", "text"]


def test_a_server_that_is_down(closed_port: int, drafter_at: Any, brief: Brief) -> None:
    written, _, elapsed = _written(drafter_at(f"http://127.0.0.1:{closed_port}"), brief)
    assert written.drafter.name == "extractive"
    assert written.fallback == "The model server cannot be reached."
    assert elapsed <= SECONDS + 1


def test_one_quick_retry_helps_over_a_hiccup(serve: Any, server: Any, drafter_at: Any, brief: Brief) -> None:
    calls: list[int] = []

    def behave(handler: Any) -> None:
        calls.append(1)
        server.status(handler, 503) if len(calls) == 1 else server.stream(handler, GOOD)

    assert drafter_at(serve(behave), 10).draft(brief, lambda _: None).decision == "answer"
    assert len(calls) == 2


def test_a_failing_listener_is_not_taken_for_a_failing_model(brief: Brief) -> None:
    drafter = EndpointDrafter(ScriptedModel(script=[GOOD]), "scripted", 5)

    def listener(_text: str) -> None:
        raise ValueError("the page is gone")

    with pytest.raises(ValueError, match="the page is gone"):
        drafter.draft(brief, listener)
    drafter.close()


def test_works_again_after_a_time_out(brief: Brief) -> None:
    def hang(_messages: Any) -> str:
        time.sleep(0.6)
        return GOOD

    drafter = EndpointDrafter(ScriptedModel(script=[hang, GOOD]), "scripted", 0.2)
    with pytest.raises(Unavailable, match=r"0\.2 seconds"):
        drafter.draft(brief, lambda _: None)
    time.sleep(0.6)
    assert drafter.draft(brief, lambda _: None).decision == "answer"
    drafter.close()


def test_an_abstention_streams_and_cites_nothing(brief: Brief) -> None:
    raw = json.dumps({"decision": "abstain", "text": "I do not know [1]", "citations": [1]})
    drafter = EndpointDrafter(ScriptedModel(script=[list(raw)]), "scripted", 5)
    deltas: list[str] = []
    draft = drafter.draft(brief, deltas.append)
    assert (draft.decision, draft.text, draft.citations, deltas) == ("abstain", "", (), [])
    drafter.close()


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("http://h:1", "http://h:1/v1"),
        ("http://h/v1/", "http://h/v1"),
        ("https://h/openai/v1", "https://h/openai/v1"),
        ("https://h/v1beta/openai/", "https://h/v1beta/openai"),
        ("http://h/api", "http://h/api/v1"),
    ],
)
def test_base_url(written: str, expected: str) -> None:
    assert base_url(written) == expected


@pytest.mark.parametrize("written", ["ftp://h", "localhost:8000", "http://"])
def test_base_url_refuses_what_is_no_address(written: str) -> None:
    with pytest.raises(Unavailable):
        base_url(written)


def test_an_endpoint_without_address_or_model_does_not_start() -> None:
    with pytest.raises(Unavailable, match="THREADLINE_CHAT_URL"):
        open_endpoint(Settings(drafter="endpoint"))


def test_the_first_shape_asks_for_the_strict_schema() -> None:
    schema = SHAPES[0]["extra_body"]["response_format"]["json_schema"]["schema"]
    assert schema["required"] == list(schema["properties"])


def _written(drafter: EndpointDrafter, brief: Brief) -> tuple[Written, list[Progress], float]:
    steps: list[Progress] = []
    assistant = Assistant(None, drafter, ExtractiveDrafter())  # type: ignore[arg-type]
    start = time.monotonic()
    written = write(assistant, brief, Streamed(steps.append))
    return written, steps, time.monotonic() - start


@pytest.mark.parametrize("piece", ["on and on ", "\\n" * 2_000, "[1] "])
def test_an_endless_answer_ends_early(serve: Any, server: Any, drafter_at: Any, brief: Brief, piece: str) -> None:
    began = time.monotonic()
    with pytest.raises(Unavailable, match="far more"):
        drafter_at(serve(lambda h: endless(h, server, piece)), 60).draft(brief, lambda _: None)
    assert time.monotonic() - began < 30


def test_what_acts_on_a_reader_is_taken_out_of_an_answer(
    serve: Any, server: Any, drafter_at: Any, brief: Brief
) -> None:
    text = (
        "Yes.\x1b[2J\u202eterces\u2066 ![x](https://evil.example/?q=1) <img src=x onerror=alert(1)>\nBye\x00\x7f. [1]"
    )
    raw = json.dumps({"decision": "answer", "text": text, "citations": [1]})
    deltas: list[str] = []
    draft = drafter_at(serve(lambda h: server.stream(h, raw)), 10).draft(brief, deltas.append)
    assert draft.text == "Yes.[2Jterces ![x](https://evil.example/?q=1) <img src=x onerror=alert(1)>\nBye. [1]"
    assert draft.text.startswith("".join(deltas))
