"""Pruning: articles that are gone from their source leave the library with all that hangs on them."""

from collections.abc import Collection

from sqlalchemy import delete, select

from knowledge.database import Database
from knowledge.library import passages
from knowledge.library.drafts import Finding
from knowledge.library.report import IngestReport
from knowledge.library.tables import ArticleRow, PassageRow
from knowledge.scope import Scope, within


def prune_source(database: Database, scope: Scope, source: str, keys: Collection[str], report: IngestReport) -> int:
    """Remove the articles of `source` that are not among `keys`; returns how many.

    Where something could not be read nothing is removed: an unreadable article is not a removed one.
    """
    if report.skipped or not keys:
        report.notes.append(Finding(source, "nothing was pruned because not all of it could be read", harmless=True))
        return 0
    with database.read() as session:
        rows = session.execute(
            select(ArticleRow.id, ArticleRow.key).where(within(scope, ArticleRow), ArticleRow.source == source)
        )
        gone = [row.id for row in rows if row.key not in keys]
    for some in passages.chunks(gone, 500):
        with database.write() as session:
            state = passages.lock_library(session, scope)
            own = PassageRow.article.in_(some)
            digests = session.scalars(select(PassageRow.digest).where(own)).all()
            session.execute(delete(PassageRow).where(own))
            session.execute(delete(ArticleRow).where(ArticleRow.id.in_(some)))
            passages.drop_unused_vectors(session, digests)
            state.revision += 1
    return len(gone)
