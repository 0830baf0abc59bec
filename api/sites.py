"""Help centres and folders that the settings name, and bringing the library up to date with one."""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

from knowledge.customers.entries import Visibility
from knowledge.failures import Rejected
from knowledge.library.crawling.asking import Asking, parse_keys
from knowledge.library.crawling.crawl import Crawl, Crawler
from knowledge.library.crawling.guard import site as checked_site
from knowledge.library.crawling.vendors import vendor_of
from knowledge.library.ingest import SOURCE_CHARS, Embeds, IngestPlan, Progress, ingest, ingest_items, quiet, source_of
from knowledge.library.report import IngestReport
from knowledge.library.sources import Place
from knowledge.library.visibility import VisibilityRules

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


FORM = "Write https://HOST/sitemap.xml public, or the whole path of a folder and internal=path:staff/* public."


@dataclass(frozen=True)
class Site:
    """The address of a sitemap or of an API, or the path of a folder, and what its articles are."""

    where: str
    rules: VisibilityRules

    @property
    def source(self) -> str:
        """The name of the source, as `threadline ingest` gives it."""
        return self.where[:SOURCE_CHARS] if is_address(self.where) else source_of(Path(self.where))


def is_address(path: str) -> bool:
    """Tell an address on the web from a path."""
    return path.lower().startswith(("http://", "https://"))


def parse_sites(text: str) -> Sequence[Site]:
    """Return the sites that a setting names, by comma: an address or a path, then words about what is public.

    The words are `public` or `internal` for what states nothing itself, and rules such as `internal=path:staff/*`.

    Raises:
        Rejected: it is of another form.
    """
    return [_parse_site(part) for part in filter(None, (part.strip() for part in text.split(",")))]


def _parse_site(text: str) -> Site:
    try:
        where, *words = shlex.split(text)
    except ValueError:
        where, words = "", []
    if "://" in where:
        checked_site(where)
    elif not where.startswith("/"):
        raise Rejected(f"{text[:200]!r} in THREADLINE_SITES is no site.", FORM)
    defaults: list[Visibility] = []
    rules: dict[str, list[str]] = {"public": [], "internal": []}
    for word in words:
        name, found, rule = word.partition("=")
        if name not in rules:
            raise Rejected(f"{word[:200]!r} in THREADLINE_SITES says nothing about a site.", FORM)
        if found:
            rules[name].append(rule)
        else:
            defaults.append(cast(Visibility, name))
    if len(defaults) > 1:
        raise Rejected(f"{text[:200]!r} in THREADLINE_SITES says both public and internal.", FORM)
    stated = defaults[0] if defaults else None
    return Site(where, VisibilityRules(tuple(rules["internal"]), tuple(rules["public"]), stated))


def sync_site(
    here: Here, url: str, plan: IngestPlan, embedder: Embeds | None, progress: Progress = quiet
) -> IngestReport:
    """Bring the library up to date with the folder at `url`, or the help centre whose sitemap or API is there.

    Raises:
        Rejected: the folder cannot be read; the address is none or private, is forbidden by robots.txt or the API,
            or is neither.
        Unavailable: the site or the embedder does not answer; a re-run goes on.
    """
    if not is_address(url):
        return ingest(here.database, here.scope, [Path(url)], plan, embedder, progress)
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
    place = Place(here.database, here.scope, (plan.source or url)[:SOURCE_CHARS])
    return ingest_items(place, items, replace(plan, source=place.source), embedder, progress)
