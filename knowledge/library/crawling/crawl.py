"""The crawl: the pages of a sitemap as articles, politely, and only what changed since last time."""

import hashlib
import json
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from urllib.robotparser import RobotFileParser

from knowledge.failures import Failure, Rejected, Unavailable
from knowledge.library.crawling.guard import AGENT, Fetched, open_client, site
from knowledge.library.crawling.pace import Pace
from knowledge.library.crawling.sitemap import MAX_BYTES, Page, read_sitemap
from knowledge.library.drafts import Draft, Fields, Finding, decode
from knowledge.library.webpages import decode_page, read_html

if TYPE_CHECKING:
    import httpx

ROBOTS_BYTES = 500_000
LONGEST_WAIT = 30.0
# A crawl that was stopped goes on where it was: what it fetched so lately is not asked for again.
RESUMES_WITHIN = 3_600.0
# What a server says of a page that is no more, though its sitemap still names it.
GONE = (404, 410)


@dataclass(frozen=True)
class Crawl:
    """How to crawl: `folder` keeps what was read; at least `seconds` pass between two requests.

    `private` allows addresses of private networks. `pages` and `max_bytes` (of one page) are the most there may be.
    """

    folder: Path
    pages: int = 5_000
    seconds: float = 0.5
    max_bytes: int = 5_000_000
    private: bool = False
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.time


@dataclass(frozen=True)
class Kept:
    """A page as it was read: what the server said of its version, and the article in it."""

    url: str
    changed: str
    etag: str
    modified: str
    fetched: float
    title: str
    text: str
    stated: dict[str, str]


class Crawler:
    """One crawl of one site."""

    def __init__(self, url: str, crawl: Crawl) -> None:
        """Prepare it.

        Raises:
            Rejected: the address is none.
        """
        self._url, self._crawl, self._site = url, crawl, site(url)
        self._folder = crawl.folder / hashlib.sha256(url.encode()).hexdigest()[:24]
        self._pace = Pace(crawl.seconds, crawl.sleep, crawl.clock)
        self._robots = RobotFileParser()
        self._began = 0.0

    def read(self) -> tuple[int, Iterator[Draft | Finding]]:
        """Return how many pages the sitemap has, and each page's article or why there is none.

        Raises:
            Rejected: robots.txt forbids the sitemap, or it is none.
            Unavailable: the site does not answer.
        """
        with open_client(self._crawl.private) as client:
            self._learn_rules(client)
            pages = read_sitemap(self._url, lambda url: self._sitemap(client, url), self._crawl.pages)
        return len(pages), self._articles(pages)

    def _articles(self, pages: list[Page]) -> Iterator[Draft | Finding]:
        self._folder.mkdir(parents=True, exist_ok=True)
        self._began = self._begin()
        with open_client(self._crawl.private) as client:
            for page in pages:
                try:
                    yield self._page(client, page)
                except Failure as failure:
                    yield Finding(page.url, failure.message.rstrip("."), key=page.url)
        self._mark.unlink(missing_ok=True)

    def _begin(self) -> float:
        """Return when this crawl began: the one before, if it was stopped, is gone on with."""
        try:
            return float(self._mark.read_text("ascii"))
        except (OSError, ValueError):
            self._mark.write_text(str(self._crawl.clock()), "ascii")
            return self._crawl.clock()

    @property
    def _mark(self) -> Path:
        return self._folder / "under-way"

    def _page(self, client: "httpx.Client", page: Page) -> Draft | Finding:
        if site(page.url) != self._site:
            return Finding(page.url, "another site: only pages of the sitemap's own are read", harmless=True)
        if not self._allowed(page.url):
            return Finding(page.url, "robots.txt forbids it", harmless=True)
        kept = self._kept(page.url)
        if kept and self._fresh(kept, page):
            return _draft(kept)
        headers = {"If-None-Match": kept.etag} if kept and kept.etag else {}
        if kept and kept.modified:
            headers["If-Modified-Since"] = kept.modified
        found = self._pace.fetch(client, page.url, self._crawl.max_bytes, headers, self._allowed)
        if found.status == 304 and kept:
            return _draft(kept)
        if not self._allowed(found.url):
            return Finding(page.url, "it leads to a page that robots.txt forbids", harmless=True)
        return self._take(page, found)

    def _take(self, page: Page, found: Fetched) -> Draft | Finding:
        if found.status in GONE:
            return Finding(page.url, f"the site has it no more ({found.status})", harmless=True)
        if found.status != 200:
            return Finding(page.url, f"the site answers {found.status}", key=page.url)
        told = found.headers
        kind, _, more = told.get("content-type", "text/html").lower().partition(";")
        kind = kind.strip()
        if kind not in ("text/html", "application/xhtml+xml"):
            return Finding(page.url, f"it is {kind[:60]}, no page", harmless=True)
        fields = Fields()
        page_text, _ = decode_page(found.body, more.partition("charset=")[2].partition(";")[0])
        title, text = read_html(page_text.replace("\0", ""), fields)
        version = (page.changed, told.get("etag", ""), told.get("last-modified", ""))
        kept = Kept(page.url, *version, self._crawl.clock(), title, text, fields.values)
        self._keep(kept)
        return _draft(kept)

    def _fresh(self, kept: Kept, page: Page) -> bool:
        lately = kept.fetched >= self._began and 0 <= self._crawl.clock() - kept.fetched < RESUMES_WITHIN
        return page.changed == kept.changed and (page.changed != "" or lately)

    def _allowed(self, url: str) -> bool:
        return self._robots.can_fetch(AGENT, url)

    def _learn_rules(self, client: "httpx.Client") -> None:
        parts = urlsplit(self._url)
        found = self._pace.fetch(client, f"{parts.scheme}://{parts.netloc}/robots.txt", ROBOTS_BYTES)
        if found.status >= 500 or found.status == 429:
            raise Unavailable(f"{self._site} does not tell its rules (robots.txt: {found.status}).", "Try again later.")
        self._robots.parse(decode(found.body)[0].splitlines() if found.status == 200 else [])
        wished = self._robots.crawl_delay(AGENT)
        self._pace.seconds = max(self._crawl.seconds, min(float(wished or 0), LONGEST_WAIT))

    def _sitemap(self, client: "httpx.Client", url: str) -> bytes:
        if site(url) != self._site:
            raise Rejected(f"The sitemap names one of another site: {url[:200]}")
        found = self._pace.fetch(client, url, MAX_BYTES, follow=self._allowed) if self._allowed(url) else None
        if found is None or not self._allowed(found.url):
            raise Rejected("robots.txt forbids to read the sitemap.", f"Allow {AGENT} there.")
        if found.status != 200:
            raise Unavailable(f"The sitemap {url[:200]} answers {found.status}.", "Check the address.")
        return found.body

    def _kept(self, url: str) -> Kept | None:
        try:
            return Kept(**json.loads(self._file(url).read_text("utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    def _keep(self, kept: Kept) -> None:
        file = self._file(kept.url)
        fresh = file.with_suffix(".new")
        fresh.write_text(json.dumps(asdict(kept)), "utf-8", errors="replace")
        os.replace(fresh, file)

    def _file(self, url: str) -> Path:
        return self._folder / f"{hashlib.sha256(url.encode()).hexdigest()}.json"


def _draft(kept: Kept) -> Draft:
    parts = urlsplit(kept.url)
    fields = Fields({"updated": kept.changed, **{k: v for k, v in kept.stated.items() if v}, "url": kept.url})
    return fields.draft(kept.url, kept.title or parts.path, kept.text, path=parts.path.lstrip("/"))
