"""Articles asked of a help centre's API, page by page; a run that was killed goes on where it was."""

import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from knowledge.failures import Rejected, Unavailable
from knowledge.library.crawling.crawl import RESUMES_WITHIN, Crawl
from knowledge.library.crawling.guard import Fetched, open_client, site
from knowledge.library.crawling.pace import Pace, asked_pause
from knowledge.library.crawling.vendors import Vendor, count_of, first_page, headers_for, next_page, vendor_of
from knowledge.library.drafts import Draft, Finding
from knowledge.library.helpcentres import FILE_TO_TEXT, articles_in, parse_answer, read_rows

if TYPE_CHECKING:
    import httpx

# Of one answer, however large an article may be.
ANSWER_BYTES = 50_000_000
KEYS = "THREADLINE_HELP_CENTRE_KEYS"


@dataclass(frozen=True)
class Answered:
    """One page of an API: its address, whose it is, its fields and its articles as they came."""

    url: str
    answer: Mapping[str, Any]
    rows: list[Any]


def parse_keys(text: str) -> dict[str, str]:
    """Return keys by host (and port, where one is stated), of "HOST=KEY" by comma.

    Raises:
        Rejected: it is of another form.
    """
    found: dict[str, str] = {}
    for number, part in enumerate(filter(None, (part.strip() for part in text.split(","))), start=1):
        host, _, key = (word.strip() for word in part.partition("="))
        if not host or not key or "/" in host or not key.isprintable() or not key.isascii() or " " in key:
            raise Rejected(f"Entry {number} of {KEYS} is no host with its key.", "Write HOST=KEY, by comma.")
        found[host.lower()] = key
    return found


class Asking:
    """One reading of one API; `keys` are for the hosts they name and go to no other."""

    def __init__(self, url: str, crawl: Crawl, keys: Mapping[str, str]) -> None:
        """Prepare it.

        Raises:
            Rejected: the address is no API that is known, or a key would travel in the clear.
        """
        vendor, self._site = vendor_of(url), site(url)
        if vendor is None:
            raise Rejected(f"{url[:200]} is no list of articles of Zendesk, Intercom or Chatwoot.")
        self._vendor: Vendor = vendor
        self._url, self._crawl = first_page(vendor, url), crawl
        parts = urlsplit(url)
        key = keys.get(parts.netloc.lower(), keys.get((parts.hostname or "").lower(), ""))
        if key and parts.scheme != "https" and not crawl.private:
            raise Rejected(
                f"The key of {parts.netloc} would travel in the clear.", "Write https:// before the address."
            )
        self._headers = headers_for(vendor, key)
        self._folder = crawl.folder / hashlib.sha256(url.encode()).hexdigest()[:24]
        self._pace = Pace(crawl.seconds, crawl.sleep, crawl.clock)

    def read(self) -> tuple[int, Iterator[Draft | Finding]]:
        """Return about how many articles there are, and each of them or why it is none.

        Raises:
            Rejected: the key is refused, the address leads elsewhere, or it answers no list of articles.
            Unavailable: the API does not answer or asks to wait; what was read is kept for an hour.
        """
        with open_client(self._crawl.private) as client:
            first = self._page(client, self._url, 1)
        return count_of(first.answer, len(first.rows)), self._articles(first)

    def _articles(self, page: Answered) -> Iterator[Draft | Finding]:
        seen: set[str] = set()
        with open_client(self._crawl.private) as client:
            for number in range(1, self._crawl.pages + 1):
                new = [row for row in page.rows if _mark(row) not in seen]
                seen.update(map(_mark, page.rows))
                yield from read_rows(self._vendor, new, page.url, self._crawl.max_bytes)
                following = next_page(self._vendor, page.url, page.answer, len(new))
                over = bool(following) and (len(seen) >= self._crawl.pages or not new)
                if over:
                    yield Finding(page.url, self._why(len(seen)))
                if over or not following:
                    shutil.rmtree(self._folder, ignore_errors=True)
                    return
                self._same(following)
                page = self._page(client, following, number + 1)

    def _why(self, articles: int) -> str:
        if articles >= self._crawl.pages:
            return f"there are more than {self._crawl.pages:,} articles: the others were not read"
        return "its pages go on without new articles: no more were read"

    def _same(self, url: str) -> None:
        """Refuse to take the key to another host, or to another door of this one."""
        if site(url) != self._site or urlsplit(url).scheme != urlsplit(self._url).scheme:
            raise Rejected(f"{self._site} names a next page of another site: {url[:200]}")
        if vendor_of(url) != self._vendor:
            raise Rejected(f"{self._site} names a next page that is no list of articles: {url[:200]}")

    def _page(self, client: "httpx.Client", url: str, number: int) -> Answered:
        body = self._kept(url, number)
        fresh = body is None
        if body is None:
            most = min(self._crawl.max_bytes * FILE_TO_TEXT, ANSWER_BYTES)
            found = self._pace.fetch(client, url, most, self._headers, lambda _: False)
            self._check(found)
            body = found.body
        answer = parse_answer(body)
        articles = articles_in(answer) if answer else None
        if answer is None or articles is None or articles[0] != self._vendor:
            raise Rejected(f"{url[:200]} answers no list of articles of {self._vendor.title()}.", "Check the address.")
        if fresh:
            self._keep(url, number, body)
        return Answered(url, answer, articles[1])

    def _check(self, found: Fetched) -> None:
        if found.status in (401, 403):
            raise Rejected(f"{self._site} refuses: {found.status}.", f"Put its key into {KEYS} (HOST=KEY).")
        if found.status == 429:
            pause = asked_pause(found.headers, self._crawl.clock())
            wait = f" for {pause:.0f} seconds" if pause else ""
            raise Unavailable(f"{self._site} asks to wait{wait}.", "Run it again later: it goes on where it was.")
        if 300 <= found.status < 400:
            raise Rejected(f"{self._site} leads elsewhere, and a key is not taken there: {found.url[:200]}")
        if found.status != 200:
            raise Unavailable(f"{self._site} answers {found.status}.", "Check the address, or run it again later.")

    def _kept(self, url: str, number: int) -> bytes | None:
        try:
            kept = json.loads(self._file(number).read_text("utf-8"))
            age = self._crawl.clock() - float(kept["fetched"])
            same = kept["url"] == url and 0 <= age < RESUMES_WITHIN
            return str(kept["body"]).encode() if same else None
        except (OSError, ValueError, TypeError, KeyError):
            return None

    def _keep(self, url: str, number: int, body: bytes) -> None:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        kept = {"url": url, "fetched": self._crawl.clock(), "body": body.decode("utf-8", "replace")}
        fresh = self._file(number).with_suffix(".new")
        fresh.write_text(json.dumps(kept), "utf-8")
        os.replace(fresh, self._file(number))

    def _file(self, number: int) -> Path:
        return self._folder / f"page-{number}.json"


def _mark(row: object) -> str:
    """Return what tells an article of a list from the others: its id and locale, or all of it."""
    if isinstance(row, dict) and isinstance(row.get("id"), str | int):
        return f"{row['id']}:{row.get('locale')}"
    return hashlib.sha256(json.dumps(row, sort_keys=True).encode()).hexdigest()
