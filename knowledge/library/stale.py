"""Articles that need a look because of their age: past their dates, not yet in them, or not updated for long."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge.library.tables import ArticleRow
from knowledge.scope import Scope, within

Reason = Literal["past its last day", "before its first day", "not updated"]


@dataclass(frozen=True)
class StaleArticle:
    """An article, why it needs a look, and since (or until) which day. `dated`: the article itself gives that day."""

    article: str
    source: str
    key: str
    title: str
    visibility: str
    reason: Reason
    day: date
    dated: bool


def stale_articles(session: Session, scope: Scope, today: date, days: int) -> list[StaleArticle]:
    """Return what is outside its dates, or was last changed more than `days` days ago; the oldest first.

    An article's date is what it states; where it states none, when its present text was read.
    """
    columns = (
        ArticleRow.id,
        ArticleRow.source,
        ArticleRow.key,
        ArticleRow.title,
        ArticleRow.visibility,
        ArticleRow.valid_from,
        ArticleRow.valid_until,
        ArticleRow.stated_date,
        ArticleRow.ingested_at,
    )
    found: list[StaleArticle] = []
    for row in session.execute(select(*columns).where(within(scope, ArticleRow))):
        stated = _day(row.stated_date)
        if judged := _judge((row.valid_from, row.valid_until), stated or row.ingested_at.date(), today, days):
            dated = judged[0] != "not updated" or stated is not None
            found.append(StaleArticle(row.id, row.source, row.key, row.title, row.visibility, *judged, dated))
    return sorted(found, key=lambda one: (one.day, one.title, one.article))


def count_reasons(articles: Iterable[StaleArticle]) -> dict[str, int]:
    """Return how many articles there are for each reason."""
    counts: dict[str, int] = {}
    for one in articles:
        counts[one.reason] = counts.get(one.reason, 0) + 1
    return counts


def _judge(valid: tuple[str, str], changed: date, today: date, days: int) -> tuple[Reason, date] | None:
    first, last = valid
    if last and last < today.isoformat():
        return "past its last day", date.fromisoformat(last)
    if first and first > today.isoformat():
        return "before its first day", date.fromisoformat(first)
    return ("not updated", changed) if changed < today - timedelta(days=days) else None


def _day(stated: str) -> date | None:
    try:
        return date.fromisoformat(stated[:10])
    except ValueError:
        return None
