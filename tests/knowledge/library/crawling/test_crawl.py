"""The crawl against a real server on this machine: rules, changes, limits, and addresses that are none of ours."""

import gzip
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from knowledge.failures import Rejected, Unavailable
from knowledge.library.crawling.crawl import Crawl, Crawler
from knowledge.library.crawling.guard import checked, open_client
from knowledge.library.crawling.sitemap import MAX_BYTES, read_sitemap
from knowledge.library.drafts import Draft, Finding

Answer = tuple[int, dict[str, str], bytes]
PAGE = "<html lang='en'><head><title>{0}</title></head><main><h1>{0}</h1><p>Words about {0}.</p></main></html>"


class Site:
    """A help centre: answers by path, and what was asked for."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.asked: list[str] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.asked.append(self.path)
                status, headers, body = site.answers.get(self.path, (404, {}, b""))
                if headers.get("ETag") and self.headers.get("If-None-Match") == headers["ETag"]:
                    status, body = 304, b""
                self.send_response(status)
                for name, value in {"Content-Type": "text/html", **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def page(self, path: str, title: str, **headers: str) -> None:
        self.answers[path] = (200, headers, PAGE.format(title).encode())

    def sitemap(self, entries: dict[str, str], path: str = "/sitemap.xml") -> str:
        rows = "".join(
            f"<url><loc>{loc if '://' in loc else self.url + loc}</loc>"
            f"{f'<lastmod>{changed}</lastmod>' if changed else ''}</url>"
            for loc, changed in entries.items()
        )
        xml = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{rows}</urlset>'
        self.answers[path] = (200, {}, xml.encode())
        return self.url + path


@pytest.fixture
def site() -> Iterator[Site]:
    made = Site()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def crawl(tmp_path: Path) -> Crawl:
    return Crawl(tmp_path / "kept", seconds=0, private=True, sleep=lambda seconds: None)


def _read(url: str, crawl: Crawl) -> tuple[list[Draft], dict[str, str]]:
    items = list(Crawler(url, crawl).read()[1])
    return (
        [item for item in items if isinstance(item, Draft)],
        {item.where: item.reason for item in items if isinstance(item, Finding)},
    )


def test_pages_become_articles_and_only_changes_are_asked_for_again(site: Site, crawl: Crawl) -> None:
    site.page("/a", "Returns")
    site.page("/b", "Delivery", ETag='"1"')
    url = site.sitemap({"/a": "2026-05-01", "/b": ""})
    drafts, findings = _read(url, crawl)
    assert [(draft.key, draft.title, draft.language) for draft in drafts] == [
        (f"{site.url}/a", "Returns", "en"),
        (f"{site.url}/b", "Delivery", "en"),
    ]
    assert drafts[0].stated_date == "2026-05-01"
    assert drafts[0].visibility is None
    assert "Words about Returns." in drafts[0].text
    assert findings == {}
    site.asked.clear()
    later = replace(crawl, clock=lambda: 4_000_000_000.0)
    assert _read(url, later)[0] == drafts
    assert site.asked == ["/robots.txt", "/sitemap.xml", "/b"]  # asked whether it changed: 304
    site.page("/a", "Returns and refunds")
    site.sitemap({"/a": "2026-06-01", "/b": ""})
    assert _read(url, later)[0][0].title == "Returns and refunds"


def test_a_crawl_that_was_stopped_goes_on(site: Site, crawl: Crawl) -> None:
    for number in range(4):
        site.page(f"/{number}", f"Page {number}")
    url = site.sitemap({f"/{number}": "" for number in range(4)})
    _, items = Crawler(url, crawl).read()
    next(iter(items))
    site.asked.clear()
    drafts, _ = _read(url, crawl)
    assert len(drafts) == 4
    assert site.asked == ["/robots.txt", "/sitemap.xml", "/1", "/2", "/3"]
    site.page("/0", "Page put right")  # the crawl is through: the next one looks at every page, however soon
    assert {draft.title for draft in _read(url, crawl)[0]} == {"Page put right", "Page 1", "Page 2", "Page 3"}


def test_robots_are_obeyed(site: Site, crawl: Crawl) -> None:
    waits: list[float] = []
    site.answers["/robots.txt"] = (200, {}, b"User-agent: *\nDisallow: /staff\nCrawl-delay: 7\n")
    site.page("/a", "Returns")
    site.page("/staff/b", "Secret")
    site.answers["/c"] = (302, {"Location": "/staff/b"}, b"")
    drafts, findings = _read(site.sitemap({"/a": "", "/staff/b": "", "/c": ""}), replace(crawl, sleep=waits.append))
    assert [draft.title for draft in drafts] == ["Returns"]
    assert findings[f"{site.url}/staff/b"] == "robots.txt forbids it"
    assert "robots.txt forbids" in findings[f"{site.url}/c"]
    assert "/staff/b" not in site.asked  # not even to see where /c leads
    assert 6 < max(waits) <= 7
    site.answers["/robots.txt"] = (200, {}, b"User-agent: *\nDisallow: /\n")
    with pytest.raises(Rejected, match="forbids to read the sitemap"):
        _read(f"{site.url}/sitemap.xml", crawl)
    site.answers["/robots.txt"] = (200, {}, b"User-agent: *\nDisallow: /staff\n")
    site.answers["/staff/sitemap.xml"] = site.answers["/sitemap.xml"]
    site.answers["/sitemap.xml"] = (301, {"Location": "/staff/sitemap.xml"}, b"")
    with pytest.raises(Rejected, match="forbids to read the sitemap"):
        _read(f"{site.url}/sitemap.xml", crawl)
    assert "/staff/sitemap.xml" not in site.asked
    site.answers["/robots.txt"] = (503, {}, b"")
    with pytest.raises(Unavailable, match=r"robots\.txt: 503"):
        _read(f"{site.url}/sitemap.xml", crawl)


def test_what_is_no_article_is_reported_and_the_rest_is_read(site: Site, crawl: Crawl) -> None:
    site.page("/good", "Good")
    site.answers["/big"] = (200, {}, b"x" * 200_001)
    site.answers["/bomb"] = (200, {"Content-Encoding": "gzip"}, gzip.compress(b"0" * 30_000_000))
    site.answers["/pdf"] = (200, {"Content-Type": "application/pdf"}, b"%PDF")
    site.answers["/loop"] = (302, {"Location": "/loop"}, b"")
    site.answers["/away"] = (302, {"Location": "http://169.254.169.254/latest/meta-data"}, b"")
    site.answers["/file"] = (302, {"Location": "file:///etc/passwd"}, b"")
    site.answers["/junk"] = (200, {}, bytes(range(256)) * 10)
    names = [
        "/big",
        "/bomb",
        "/pdf",
        "/loop",
        "/away",
        "/file",
        "/gone",
        "/junk",
        "/good",
        "http://10.0.0.1/x",
        "ftp://h/x",
    ]
    drafts, findings = _read(site.sitemap(dict.fromkeys(names, "")), replace(crawl, max_bytes=200_000))
    assert "Good" in [draft.title for draft in drafts]
    told = {where.removeprefix(site.url): reason for where, reason in findings.items()}
    assert told["/big"] == told["/bomb"] == "larger than 200,000 bytes"
    assert "application/pdf" in told["/pdf"]
    assert "on and on" in told["/loop"]
    assert "another site" in told["/away"]
    assert "no web address" in told["/file"]
    assert told["/gone"] == "the site has it no more (404)"
    assert "another site" in told["http://10.0.0.1/x"]
    assert "no web address" in told["ftp://h/x"]


def test_a_busy_site_is_asked_again_after_the_time_it_names(site: Site, crawl: Crawl) -> None:
    site.answers["/a"] = (429, {"Retry-After": "9"}, b"")
    waits: list[float] = []
    _, findings = _read(site.sitemap({"/a": ""}), replace(crawl, sleep=waits.append))
    assert findings == {f"{site.url}/a": "the site answers 429"}
    assert site.asked.count("/a") == 3
    assert sum(wait > 8 for wait in waits) == 2


def test_private_addresses_are_refused_before_anything_is_sent(site: Site, crawl: Crawl) -> None:
    with pytest.raises(Rejected, match="leads into a private network"):
        _read(site.sitemap({"/a": ""}), replace(crawl, private=False))
    assert site.asked == []


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "10.1.2.3",
        "169.254.169.254",
        "0.0.0.0",
        "::1",
        "::ffff:127.0.0.1",
        "fe80::1",
        "2130706433",
        "224.0.0.1",
        "100.64.0.1",
    ],
)
def test_every_kind_of_private_address(host: str) -> None:
    with pytest.raises(Rejected, match="private network"):
        checked(host, 80, private=False)
    with open_client(private=False) as client, pytest.raises(Rejected, match="private network"):
        client.get(f"http://[{host}]/" if ":" in host else f"http://{host}/")


def test_sitemaps_that_are_none() -> None:
    bomb = gzip.compress(b"0" * (MAX_BYTES + 1))
    laughs = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><urlset><url><loc>&b;</loc></url></urlset>'
    for data in (b"", b"hello", b"<html/>", b"\x1f\x8b\x00", bomb, b"<urlset>"):
        with pytest.raises(Rejected):
            read_sitemap("http://h/s.xml", lambda url, data=data: data, 10)
    assert read_sitemap("http://h/s.xml", lambda url: laughs, 10) == []


def test_an_index_of_sitemaps_and_the_most_pages() -> None:
    files = {
        "i": b"<sitemapindex><sitemap><loc>a</loc></sitemap><sitemap><loc>b</loc></sitemap></sitemapindex>",
        "a": b"<urlset><url><loc>1</loc></url><url><loc>2</loc></url></urlset>",
        "b": gzip.compress(b"<urlset><url><loc>2</loc></url><url><loc>3</loc></url></urlset>"),
    }
    assert [page.url for page in read_sitemap("i", files.__getitem__, 10)] == ["1", "2", "3"]
    assert [page.url for page in read_sitemap("i", files.__getitem__, 2)] == ["1", "2"]
