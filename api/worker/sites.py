"""The help centres that the settings name, read every night."""

import logging
from datetime import datetime, timedelta

from api.parts import Parts
from api.sites import parse_sites, sync_site
from api.worker.work import Job
from knowledge.failures import Failure
from knowledge.library.ingest import IngestPlan
from knowledge.library.visibility import VisibilityRules

log = logging.getLogger(__name__)


def sync(parts: Parts, now: datetime) -> None:
    """Bring the library up to date with each site; one that cannot be read does not stop the others.

    Raises:
        Failure: the first of those that could not be read.
    """
    failures: list[Failure] = []
    for site in parse_sites(parts.settings.sites):
        plan = IngestPlan(
            now,
            rules=VisibilityRules(default=site.visibility),
            prune=True,
            max_article_bytes=parts.settings.max_article_bytes,
            passage_chars=parts.settings.passage_chars,
        )
        try:
            sync_site(parts, site.url, plan, parts.search.embedder)
        except Failure as failure:
            log.warning("%s: %s", site.url, failure.message)
            failures.append(failure)
    if failures:
        raise failures[0]


SYNC = Job("sync", timedelta(days=1), sync)
