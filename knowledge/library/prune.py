"""Pruning: articles that are gone from their source leave the library with all that hangs on them."""

from collections.abc import Collection

from sqlalchemy import delete, select

from knowledge.library import passages
from knowledge.library.drafts import MAX_KEY, Finding, clean, shorten
from knowledge.library.report import IngestReport
from knowledge.library.sources import Place
from knowledge.library.tables import ArticleRow, PassageRow
from knowledge.scope import within

# So few may go whatever share of their source they are.
FEW = 10


def prune_source(place: Place, keys: Collection[str], report: IngestReport, most: float = 1.0) -> int:
    """Remove the articles of the source that are not among `keys`; returns how many.

    An unreadable article is not a removed one: it stays, and where it is not known which one it is, all stay. So do
    all where more than the share `most` would go.
    """
    if not keys or not all(finding.key for finding in report.skipped):
        return _left(place, report, "nothing was pruned because not all of it could be read")
    there = {*keys, *(shorten(clean(finding.key), MAX_KEY) for finding in report.skipped)}
    with place.database.read() as session:
        own = within(place.scope, ArticleRow), ArticleRow.source == place.source
        rows = session.execute(select(ArticleRow.id, ArticleRow.key).where(*own)).all()
    gone = [row.id for row in rows if row.key not in there]
    if len(gone) > max(FEW, most * len(rows)):
        reason = f"{len(gone)} of its {len(rows)} articles would be gone: none was pruned; `threadline ingest` with"
        return _left(place, report, f"{reason} --prune does it")
    for some in passages.chunks(gone, 500):
        _remove(place, some)
    return len(gone)


def _left(place: Place, report: IngestReport, reason: str) -> int:
    report.notes.append(Finding(place.source, reason, harmless=True))
    return 0


def _remove(place: Place, articles: Collection[str]) -> None:
    with place.database.write() as session:
        state = passages.lock_library(session, place.scope)
        own = PassageRow.article.in_(articles)
        digests = session.scalars(select(PassageRow.digest).where(own)).all()
        session.execute(delete(PassageRow).where(own))
        session.execute(delete(ArticleRow).where(ArticleRow.id.in_(articles)))
        passages.drop_unused_vectors(session, digests)
        state.revision += 1
