"""Reading the library: articles as they stand, listed or one by one."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import TypedDict, Unpack, cast

from sqlalchemy import ColumnElement, and_, distinct, func, or_, select
from sqlalchemy.orm import Session, aliased

from knowledge.customers.entries import Visibility
from knowledge.failures import NotFound
from knowledge.ids import ArticleId
from knowledge.library.tables import ArticleRow
from knowledge.scope import Scope, within


@dataclass(frozen=True)
class Article:
    """An article as it stands. `version` grows with each change; `stated_date` is what its file says;
    `valid_from` and `valid_until` its first and last day, "" = no limit.
    """

    id: ArticleId
    source: str
    key: str
    title: str
    url: str
    language: str
    visibility: Visibility
    version: int
    text: str
    stated_date: str
    ingested_at: datetime
    product: str = ""
    valid_from: str = ""
    valid_until: str = ""

    def valid_on(self, day: date) -> bool:
        """Tell whether the article may be used on a day."""
        return self.valid_from <= day.isoformat() <= (self.valid_until or "9999")


def valid(day: date) -> ColumnElement[bool]:
    """Return the condition that an article may be used on a day."""
    written = day.isoformat()
    return and_(
        or_(ArticleRow.valid_from == "", ArticleRow.valid_from <= written),
        or_(ArticleRow.valid_until == "", ArticleRow.valid_until >= written),
    )


class Same(TypedDict, total=False):
    """What listed articles have in common; `None` = anything."""

    visibility: Visibility | None
    source: str | None
    product: str | None
    language: str | None


def list_articles(
    session: Session, scope: Scope, *, day: date | None = None, limit: int = 1_000, **same: Unpack[Same]
) -> list[Article]:
    """Return at most `limit` articles by title: those that state the `same`, and are valid on a day if given."""
    query = select(ArticleRow).where(within(scope, ArticleRow))
    for name, value in same.items():
        if value is not None:
            query = query.where(getattr(ArticleRow, name) == value)
    if day is not None:
        query = query.where(valid(day))
    return [_article(row) for row in session.scalars(query.order_by(ArticleRow.title, ArticleRow.id).limit(limit))]


def count_articles(session: Session, scope: Scope) -> dict[Visibility, int]:
    """Return how many articles of each visibility there are."""
    rows = session.execute(
        select(ArticleRow.visibility, func.count()).where(within(scope, ArticleRow)).group_by(ArticleRow.visibility)
    )
    return {cast(Visibility, visibility): count for visibility, count in rows}


@dataclass(frozen=True)
class Stated:
    """What articles state of themselves, each once, in order: products and languages."""

    products: tuple[str, ...]
    languages: tuple[str, ...]


def stated(session: Session, scope: Scope) -> Stated:
    """Return the products and languages that articles state."""
    rows = [
        session.scalars(select(column).distinct().where(within(scope, ArticleRow), column != "").order_by(column))
        for column in (ArticleRow.product, ArticleRow.language)
    ]
    return Stated(*(tuple(some) for some in rows))


def sources_sharing(session: Session, scope: Scope, source: str) -> dict[str, int]:
    """Return how many articles of `source` each other source holds word for word."""
    own, other = aliased(ArticleRow), aliased(ArticleRow)
    rows = session.execute(
        select(other.source, func.count(distinct(own.id)))
        .join(own, own.digest == other.digest)
        .where(within(scope, own), within(scope, other), own.source == source, other.source != source)
        .group_by(other.source)
    )
    return {row[0]: row[1] for row in rows}


def get_article(session: Session, scope: Scope, article_id: ArticleId) -> Article:
    """Return one article.

    Raises:
        NotFound: there is none of this id in the scope.
    """
    row = session.scalar(select(ArticleRow).where(within(scope, ArticleRow), ArticleRow.id == article_id))
    if row is None:
        raise NotFound("There is no such article.")
    return _article(row)


def _article(row: ArticleRow) -> Article:
    return Article(
        id=ArticleId(row.id),
        source=row.source,
        key=row.key,
        title=row.title,
        url=row.url,
        language=row.language,
        visibility=cast(Visibility, row.visibility),
        version=row.version,
        text=row.text,
        stated_date=row.stated_date,
        ingested_at=row.ingested_at,
        product=row.product,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
    )
