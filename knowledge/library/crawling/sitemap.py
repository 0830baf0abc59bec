"""Sitemaps (sitemaps.org): the pages of a site and when each changed; indexes, gzip and hostile XML."""

import gzip
import io
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from knowledge.failures import Rejected

# The protocol's own limits: 50 MB unpacked, 50,000 addresses; an index names sitemaps, never another index.
MAX_BYTES = 52_428_800
MAX_SITEMAPS = 500


@dataclass(frozen=True)
class Page:
    """A page of the site; `changed` is what the sitemap says of its last change, "" = nothing."""

    url: str
    changed: str


def read_sitemap(url: str, get: Callable[[str], bytes], most: int) -> list[Page]:
    """Return at most `most` pages of the sitemap or index at `url`, each once; `get` fetches.

    Raises:
        Rejected: it is no sitemap.
    """
    pages: dict[str, Page] = {}
    kind, entries = _parse(get(url))
    groups: Iterator[list[Page]] = iter([entries])
    if kind == "sitemapindex":
        groups = (_parse(get(entry.url))[1] for entry in entries[:MAX_SITEMAPS])
    for group in groups:
        for page in group:
            if len(pages) == most:
                return list(pages.values())
            pages.setdefault(page.url, page)
    return list(pages.values())


def _parse(data: bytes) -> tuple[str, list[Page]]:
    from lxml import etree  # type: ignore[import-untyped]

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=False)
    try:
        root = etree.fromstring(_unpacked(data), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Rejected("It is no sitemap: no valid XML.", "Give the address of a sitemap.xml.") from error
    kind = etree.QName(root).localname
    if kind not in ("urlset", "sitemapindex"):
        raise Rejected(f"It is no sitemap: its root is {kind[:40]}.", "Give the address of a sitemap.xml.")
    found = [
        Page(_child(entry, "loc"), _child(entry, "lastmod")) for entry in root.iterchildren("{*}url", "{*}sitemap")
    ]
    return kind, [page for page in found if page.url]


def _unpacked(data: bytes) -> bytes:
    if not data.startswith(b"\x1f\x8b"):
        return data
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as stream:
            unpacked = stream.read(MAX_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise Rejected("The sitemap's gzip file is damaged.") from error
    if len(unpacked) > MAX_BYTES:
        raise Rejected(f"The sitemap unpacks to more than {MAX_BYTES:,} bytes.")
    return unpacked


def _child(entry: Any, name: str) -> str:
    return next((str(one.text or "").strip() for one in entry.iterchildren("{*}" + name)), "")[:2_000]
