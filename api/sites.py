"""Help centres on the web: which the settings name, and bringing the library up to date with one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol, cast

from knowledge.customers.entries import Visibility
from knowledge.failures import Rejected
from knowledge.library.crawling.asking import Asking, parse_keys
from knowledge.library.crawling.crawl import Crawl, Crawler
from knowledge.library.crawling.guard import site as checked_site
from knowledge.library.crawling.vendors import vendor_of
from knowledge.library.ingest import Embeds, IngestPlan, Place, Progress, ingest_items, quiet
from knowledge.library.report import IngestReport

if TYPE_CHECKING:
    from knowledge.database import Database
    from knowledge.scope import Scope
    from knowledge.settings import Settings


class Here(Protocol):
    """What commands and workers have: the settings, the database and the scope."""

    @property
    def settings(self) -> "Settings":
        """Return the settings."""
        ...

    @property
    def database(self) -> "Database":
        """Return the database."""
        ...

    @property
    def scope(self) -> "Scope":
        """Return the scope."""
        ...


@dataclass(frozen=True)
class Site:
    """The address of a sitemap or of an API, and the visibility of pages that state none."""

    url: str
    visibility: Visibility | None


def is_address(path: str) -> bool:
    """Tell an address on the web from a path."""
    return path.lower().startswith(("http://", "https://"))


def parse_sites(text: str) -> Sequence[Site]:
    """Return the sites that a setting names: "ADDRESS [public|internal]", by comma.

    Raises:
        Rejected: it is of another form.
    """
    found: list[Site] = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        url, _, stated = part.partition(" ")
        if stated.strip() not in ("", "public", "internal"):
            raise Rejected(f"{part[:200]!r} in THREADLINE_SITES is no site.", "Write https://HOST/sitemap.xml public")
        checked_site(url)
        found.append(Site(url, cast(Visibility, stated.strip()) if stated.strip() else None))
    return found


def sync_site(
    here: Here, url: str, plan: IngestPlan, embedder: Embeds | None, progress: Progress = quiet
) -> IngestReport:
    """Bring the library up to date with the help centre whose sitemap or API is at `url`.

    Raises:
        Rejected: the address is none or private, robots.txt or the API forbids it, or it is neither.
        Unavailable: the site or the embedder does not answer; a re-run goes on.
    """
    settings = here.settings
    crawl = Crawl(
        folder=settings.data_dir / "crawl",
        pages=settings.crawl_pages,
        seconds=settings.crawl_seconds,
        max_bytes=settings.max_article_bytes,
        private=settings.crawl_private,
    )
    keys = parse_keys(settings.help_centre_keys.get_secret_value())
    items = (Asking(url, crawl, keys) if vendor_of(url) else Crawler(url, crawl)).read()
    place = Place(here.database, here.scope, (plan.source or url)[:500])
    return ingest_items(place, items, replace(plan, source=place.source), embedder, progress)
