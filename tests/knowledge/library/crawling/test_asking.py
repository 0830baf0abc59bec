"""Help-centre APIs against a scripted server on this machine: pages, keys, limits, and answers that are none.

What the server answers has the shapes that tests/knowledge/library/fixtures/README.md names the sources of.
"""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from knowledge.failures import Failure, Rejected, Unavailable
from knowledge.library.crawling import guard
from knowledge.library.crawling.asking import Asking, parse_keys
from knowledge.library.crawling.crawl import Crawl
from knowledge.library.crawling.pace import asked_pause
from knowledge.library.crawling.vendors import vendor_of
from knowledge.library.drafts import Draft, Finding

FIXTURES = Path(__file__).parents[1] / "fixtures"
ZENDESK, INTERCOM = "/api/v2/help_center/articles.json", "/articles"
CHATWOOT = "/api/v1/accounts/1/portals/help/articles"
Answer = tuple[int, dict[str, str], bytes]
NOW = 1_800_000_000.0


class Api:
    """A server whose answers are a function of the path and how often it was asked."""

    def __init__(self) -> None:
        self.script: Callable[[str, int], Any] = lambda path, times: (404, {}, b"")
        self.asked: list[tuple[str, dict[str, str]]] = []
        api = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                api.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
                told = api.script(self.path, len(api.asked))
                status, headers, body = told if isinstance(told, tuple) else (200, {}, json.dumps(told).encode())
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                blocks = [body] if isinstance(body, bytes) else body
                try:
                    for block in blocks:
                        self.wfile.write(block)
                except OSError:
                    self.close_connection = True

            def log_message(self, *args: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.host = self.url.removeprefix("http://")
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def paths(self) -> list[str]:
        return [path for path, _ in self.asked]


@pytest.fixture
def api() -> Iterator[Api]:
    made = Api()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def crawl(tmp_path: Path) -> Crawl:
    return Crawl(tmp_path / "kept", seconds=0, private=True, sleep=lambda seconds: None, clock=lambda: NOW)


def _zendesk(*ids: int, **more: Any) -> dict[str, Any]:
    rows = [
        {"id": one, "title": f"Article {one}", "body": f"<p>Words of {one}.</p>", "locale": "en-us", "draft": False}
        | {"user_segment_id": None, "user_segment_ids": []}
        for one in ids
    ]
    return {"articles": rows, **more}


def _chatwoot(*ids: int) -> dict[str, Any]:
    rows = [{"id": one, "title": f"A {one}", "content": f"Words of {one}.", "status": "published"} for one in ids]
    return {"payload": rows, "meta": {"current_page": 1, "articles_count": 3}}


def _read(url: str, crawl: Crawl, **keys: str) -> tuple[list[str], dict[str, str]]:
    items = list(Asking(url, crawl, keys).read()[1])
    return (
        [item.key for item in items if isinstance(item, Draft)],
        {item.where: item.reason for item in items if isinstance(item, Finding)},
    )


def test_zendesk_by_cursors_with_a_key_of_its_own(api: Api, crawl: Crawl) -> None:
    cursor = f"{api.url}{ZENDESK}?page%5Bsize%5D=100&page%5Bafter%5D=xxx"
    api.script = lambda path, _: (
        _zendesk(3, meta={"has_more": False}, links={"next": cursor})
        if "after" in path
        else _zendesk(1, 2, meta={"has_more": True}, links={"next": cursor})
    )
    keys = {api.host: "me@shop.example/token:abc", "elsewhere.example": "other"}
    assert _read(api.url + ZENDESK, crawl, **keys) == (["zendesk:1:en-us", "zendesk:2:en-us", "zendesk:3:en-us"], {})
    assert api.paths == [f"{ZENDESK}?page%5Bsize%5D=100", f"{ZENDESK}?page%5Bsize%5D=100&page%5Bafter%5D=xxx"]
    assert [told["authorization"] for _, told in api.asked] == ["Basic bWVAc2hvcC5leGFtcGxlL3Rva2VuOmFiYw=="] * 2
    assert list(crawl.folder.glob("*")) == []  # nothing is left of a run that ended


def test_zendesk_by_offsets_and_without_a_key(api: Api, crawl: Crawl) -> None:
    page = f"{api.url}/api/v2/help_center/en-us/articles?page=2"
    api.script = lambda path, _: _zendesk(2, next_page=None) if "page=2" in path else _zendesk(1, next_page=page)
    url = f"{api.url}/api/v2/help_center/en-us/articles?per_page=1"
    assert _read(url, crawl, **{"other.example": "secret"})[0] == ["zendesk:1:en-us", "zendesk:2:en-us"]
    assert all("authorization" not in told for _, told in api.asked)


@pytest.mark.parametrize("by_address", [True, False])
def test_intercom_by_addresses_and_by_cursors(api: Api, crawl: Crawl, by_address: bool) -> None:
    told = json.loads((FIXTURES / "intercom.json").read_text())
    following = f"{api.url}/articles?per_page=100&page=2" if by_address else {"per_page": 100, "starting_after": "a=="}
    first = {**told, "data": told["data"][:1], "pages": {"type": "pages", "next": following}}
    last = {**told, "data": told["data"][1:], "pages": {"type": "pages"}}
    api.script = lambda path, _: last if "page=2" in path or "starting_after" in path else first
    drafts, findings = _read(api.url + INTERCOM, crawl, **{api.host: "k3y"})
    assert drafts == ["intercom:7:en", "intercom:7:fr"]
    assert set(findings.values()) == {"a draft"}
    assert api.paths[1].endswith("page=2" if by_address else "starting_after=a%3D%3D")
    assert {(told["authorization"], told["intercom-version"]) for _, told in api.asked} == {("Bearer k3y", "2.17")}


def test_chatwoot_by_numbers_until_nothing_is_new(api: Api, crawl: Crawl) -> None:
    api.script = lambda path, _: _chatwoot(*{"page=1": (1, 2), "page=2": (3,)}.get(path.rpartition("?")[2], ()))
    assert _read(api.url + CHATWOOT, crawl, **{api.host: "t0k"}) == (["chatwoot:1", "chatwoot:2", "chatwoot:3"], {})
    assert [path.rpartition("=")[2] for path in api.paths] == ["1", "2", "3"]
    assert {told["api_access_token"] for _, told in api.asked} == {"t0k"}
    api.asked.clear()
    api.script = lambda path, _: _chatwoot(1, 2)  # a server that knows no pages gives all of them each time
    assert _read(api.url + CHATWOOT, crawl) == (["chatwoot:1", "chatwoot:2"], {})
    assert len(api.asked) == 2


def test_lists_without_an_end_are_left_and_reported(api: Api, crawl: Crawl) -> None:
    api.script = lambda path, times: _zendesk(1, next_page=f"{api.url}{ZENDESK}?page={times}")
    drafts, findings = _read(api.url + ZENDESK, crawl)
    assert drafts == ["zendesk:1:en-us"]
    assert list(findings.values()) == ["its pages go on without new articles: no more were read"]
    api.script = lambda path, times: _zendesk(times, next_page=f"{api.url}{ZENDESK}?page={times}")
    drafts, findings = _read(api.url + ZENDESK, replace(crawl, pages=5))
    assert len(drafts) == 5
    assert "more than 5 articles" in next(iter(findings.values()))


def test_a_busy_api_is_asked_again_when_it_says(api: Api, crawl: Crawl) -> None:
    waits: list[float] = []
    busy = {1: (429, {"Retry-After": "7"}, b""), 2: (500, {}, b"")}
    api.script = lambda path, times: busy.get(times, _zendesk(1))
    assert _read(api.url + ZENDESK, replace(crawl, sleep=waits.append))[0] == ["zendesk:1:en-us"]
    assert 6 < waits[1] <= 7
    api.asked.clear()
    api.script = lambda path, times: (429, {"Retry-After": "3600"}, b"")
    with pytest.raises(Unavailable, match="asks to wait for 3600 seconds"):
        _read(api.url + ZENDESK, crawl)
    assert len(api.asked) == 1  # an hour is not waited for
    api.script = lambda path, times: (503, {}, b"")
    with pytest.raises(Unavailable, match="answers 503"):
        _read(api.url + ZENDESK, crawl)
    assert len(api.asked) == 4


def test_what_was_read_before_it_stopped_is_not_asked_for_again(api: Api, crawl: Crawl) -> None:
    broken = (500, {}, b"")
    page = f"{api.url}{ZENDESK}?page=2"
    api.script = lambda path, _: broken if "page=2" in path else _zendesk(1, next_page=page)
    items = Asking(api.url + ZENDESK, crawl, {}).read()[1]
    assert isinstance(next(items), Draft)
    with pytest.raises(Unavailable, match="answers 500"):
        next(items)
    api.asked.clear()
    api.script = lambda path, _: _zendesk(2)
    assert _read(api.url + ZENDESK, crawl)[0] == ["zendesk:1:en-us", "zendesk:2:en-us"]
    assert api.paths == [f"{ZENDESK}?page=2"]
    api.asked.clear()
    assert _read(api.url + ZENDESK, crawl)[0] == ["zendesk:2:en-us"]  # a run that ended starts anew
    later = replace(crawl, clock=lambda: NOW + 4_000)
    api.script = lambda path, _: broken if "page=2" in path else _zendesk(1, next_page=page)
    with pytest.raises(Unavailable):
        _read(api.url + ZENDESK, crawl)
    api.asked.clear()
    api.script = lambda path, _: _zendesk(9)
    assert _read(api.url + ZENDESK, later)[0] == ["zendesk:9:en-us"]  # and so does one of an hour ago


@pytest.mark.parametrize("status", [401, 403])
def test_a_key_that_is_refused(api: Api, crawl: Crawl, status: int) -> None:
    api.script = lambda path, _: (status, {}, b"secret words of the server")
    with pytest.raises(Rejected, match=f"refuses: {status}") as failure:
        _read(api.url + ZENDESK, crawl, **{api.host: "s3cret"})
    assert "THREADLINE_HELP_CENTRE_KEYS" in str(failure.value)
    assert "s3cret" not in str(failure.value)
    assert "secret words" not in str(failure.value)


@pytest.mark.parametrize(
    ("following", "match"),
    [
        ("http://169.254.169.254/articles", "another site"),
        ("https://evil.example/api/v2/help_center/articles.json?page=2", "another site"),
        ("file:///etc/passwd", "no web address"),
        ("/api/v2/users.json", "no list of articles"),
    ],
)
def test_a_key_goes_nowhere_else(api: Api, crawl: Crawl, following: str, match: str) -> None:
    api.script = lambda path, _: _zendesk(1, next_page=following)
    with pytest.raises(Rejected, match=match):
        _read(api.url + ZENDESK, crawl, **{api.host: "s3cret"})
    assert len(api.asked) == 1


@pytest.mark.parametrize("location", ["/api/v2/help_center/de/articles.json", "https://evil.example/articles"])
def test_redirects_are_not_followed(api: Api, crawl: Crawl, location: str) -> None:
    api.script = lambda path, _: (302, {"Location": location}, b"")
    with pytest.raises(Rejected, match="leads"):
        _read(api.url + ZENDESK, crawl, **{api.host: "s3cret"})
    assert len(api.asked) == 1


def test_private_addresses_and_keys_in_the_clear_are_refused_before_anything_is_sent(api: Api, crawl: Crawl) -> None:
    public = replace(crawl, private=False)
    with pytest.raises(Rejected, match="private network"):
        _read(api.url + ZENDESK, public)
    with pytest.raises(Rejected, match="in the clear"):
        _read(api.url + ZENDESK, public, **{api.host: "s3cret"})
    assert api.asked == []


@pytest.mark.parametrize(
    ("answer", "match"),
    [
        (b"{", "no list of articles"),
        (b"[" * 5_000, "no list of articles"),
        (b"<html>Sign in</html>", "no list of articles"),
        (b"\xff\xfe\x00", "no list of articles"),
        (json.dumps(_chatwoot(1)).encode(), "no list of articles of Zendesk"),
        (b'{"articles": {}}', "no list of articles"),
        (b'{"articles": [' + b'{"id": 1},' * 40_000 + b'{"id": 1}]}', "larger than 200,000 bytes"),
    ],
)
def test_answers_that_are_none(api: Api, crawl: Crawl, answer: bytes, match: str) -> None:
    api.script = lambda path, _: (200, {}, answer)
    with pytest.raises(Failure, match=match):
        _read(api.url + ZENDESK, replace(crawl, max_bytes=10_000))


def test_odd_articles_do_not_stop_the_others(api: Api, crawl: Crawl) -> None:
    odd: list[Any] = [1, None, {"id": []}, {"id": 7, "draft": False, "body": "<p>" + "word " * 3_000, "locale": "en"}]
    told = _zendesk(1, meta=[], links="x", count=True, next_page=3)
    api.script = lambda path, _: {**told, "articles": [*odd, *told["articles"]]}
    drafts, findings = _read(api.url + ZENDESK, replace(crawl, max_bytes=10_000))
    assert drafts == ["zendesk:1:en-us"]
    assert sorted(findings.values()) == ["larger than 10,000 bytes", *["no article with an id"] * 3]


def test_an_answer_that_trickles_is_given_up(api: Api, crawl: Crawl, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "TOTAL_SECONDS", 0.05)
    pause = threading.Event()

    def trickle() -> Iterator[bytes]:
        for _ in range(20):
            pause.wait(0.02)
            yield b" "

    api.script = lambda path, _: (200, {}, trickle())
    with pytest.raises(Unavailable, match="took longer"):
        _read(api.url + ZENDESK, crawl)


def test_whose_api_an_address_is() -> None:
    told = {
        "https://shop.zendesk.com/api/v2/help_center/articles.json": "zendesk",
        "https://shop.zendesk.com/api/v2/help_center/pt-br/articles": "zendesk",
        "https://api.eu.intercom.io/articles": "intercom",
        "https://chat.example.com/api/v1/accounts/12/portals/user-guide/articles": "chatwoot",
        "https://help.example.com/sitemap.xml": None,
        "https://shop.zendesk.com/api/v2/users.json": None,
        "https://shop.zendesk.com/api/v2/help_center/../users/articles/x": None,
    }
    assert {url: vendor_of(url) for url in told} == told


def test_pauses_in_seconds_dates_and_times() -> None:
    date = format_datetime(datetime.fromtimestamp(NOW + 30, UTC), usegmt=True)
    assert asked_pause({"retry-after": "5"}, NOW) == 5
    assert asked_pause({"retry-after": date}, NOW) == 30
    assert asked_pause({"x-ratelimit-reset": str(int(NOW) + 9)}, NOW) == 9
    assert asked_pause({"x-ratelimit-reset": "1"}, NOW) == 0
    assert [asked_pause({"retry-after": odd}, NOW) for odd in ("soon", "-1", "٣", "")] == [None] * 4


def test_keys_of_hosts() -> None:
    assert parse_keys(" Shop.Zendesk.com=me@x.example/token:a= , api.intercom.io = dG9r== ,") == {
        "shop.zendesk.com": "me@x.example/token:a=",
        "api.intercom.io": "dG9r==",
    }
    for wrong in ("s3cret", "https://h=s3cret", "h=", "h=s3 cret", "h=s3cret\r\nX: y"):
        with pytest.raises(Rejected) as failure:
            parse_keys(wrong)
        assert "s3" not in str(failure.value)
