"""The help centres and folders that the settings name, read by themselves: every day, or as often as is set."""

import logging
from datetime import datetime, timedelta

from api.parts import Parts
from api.sites import Site, sync_site
from api.worker.work import Job
from knowledge.failures import Failure
from knowledge.library.ingest import IngestPlan
from knowledge.library.sources import LastRead, Place, list_sources, note_failed

# After a failure a source is tried again this soon, then each time so many times later, at most as often as others.
FIRST, FACTOR = timedelta(minutes=5), 4
# Of a source that seems to have lost more, nothing is removed unless a person says so.
MOST_PRUNED = 0.5
log = logging.getLogger(__name__)


def sync(parts: Parts, now: datetime) -> str:
    """Bring the library up to date with each site that is due; one that cannot be read does not stop the others.

    Returns which of them could not be read the last time, and why; "" when all could.
    """
    every = timedelta(hours=parts.settings.sync_hours)
    for site in parts.sites:
        if is_due(_last(parts, site), every, now):
            _bring_up_to_date(parts, site, now)
    lasts = {site.where: _last(parts, site) for site in parts.sites}
    lost = [f"{where}: {last.problem}" for where, last in lasts.items() if last and last.problem]
    return f"{len(lost)} of {len(lasts)} sources cannot be read. {' '.join(lost)}" if lost else ""


def is_due(last: LastRead | None, every: timedelta, now: datetime) -> bool:
    """Tell whether a source that was read like this is to be read now; a clock that was set back makes it due."""
    if last is None:
        return True
    wait = min(every, FIRST * FACTOR ** min(last.failures - 1, 10)) if last.failures else every
    return not last.read_at <= now < last.read_at + wait


def _last(parts: Parts, site: Site) -> LastRead | None:
    with parts.database.read() as session:
        return next((one.last for one in list_sources(session, parts.scope) if one.name == site.source), None)


def _bring_up_to_date(parts: Parts, site: Site, now: datetime) -> None:
    plan = IngestPlan(
        now,
        rules=site.rules,
        prune=True,
        most_pruned=MOST_PRUNED,
        max_article_bytes=parts.settings.max_article_bytes,
        passage_chars=parts.settings.passage_chars,
    )
    try:
        report = sync_site(parts, site.where, plan, parts.search.embedder)
        log.info("%s: %s added, %s changed, %s removed", site.where, report.added, report.changed, report.pruned)
    except Failure as failure:
        log.warning("%s cannot be read: %s", site.where, failure.message)
        _note(parts, site, str(failure), now)
    except Exception as error:  # what goes wrong with one source must not keep the others from being read
        log.exception("%s cannot be read", site.where)
        _note(parts, site, f"{type(error).__name__}; the log of the worker has the details.", now)


def _note(parts: Parts, site: Site, problem: str, now: datetime) -> None:
    note_failed(Place(parts.database, parts.scope, site.source), problem, now)


SYNC = Job("sync", timedelta(minutes=1), sync)
