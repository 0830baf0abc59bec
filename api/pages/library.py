"""The library in the console: articles by title or by search, and one article."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, Field

from api.access import PartsHere, StaffHere
from api.pages.drawing import draw
from api.pages.render import article_html, safe_link, without_title
from api.parts import Parts
from knowledge.customers.entries import Visibility
from knowledge.ids import ArticleId
from knowledge.library.articles import Article, Same, count_articles, get_article, list_articles, stated
from knowledge.library.sources import list_sources
from retrieval.passages import Hit, Only

router = APIRouter(include_in_schema=False)
Filter = Literal["all", "public", "internal"]
Words = Annotated[str, Field(max_length=500)]
LISTED = 1_000
FOUND = 30


class Asked(BaseModel):
    """What the library is looked through for: words, and what articles state; "" = anything."""

    q: Words = ""
    visibility: Filter = "all"
    product: Annotated[str, Field(max_length=200)] = ""
    language: Annotated[str, Field(max_length=16)] = ""

    @property
    def wanted(self) -> Visibility | None:
        """The visibility asked for, if one is."""
        return None if self.visibility == "all" else self.visibility


@router.get("/console/library")
def library_page(request: Request, parts: PartsHere, me: StaffHere, asked: Annotated[Asked, Query()]) -> HTMLResponse:
    """The articles that a search finds, else all by title; of one visibility, product and language where asked for."""
    same = Same(visibility=asked.wanted, product=asked.product or None, language=asked.language or None)
    context: dict[str, Any] = {"me": me, "asked": asked, "hits": [], "articles": []}
    with parts.database.read() as session:
        context |= {"counts": count_articles(session, parts.scope), "stated": stated(session, parts.scope)}
        context |= {"sources": list_sources(session, parts.scope), "now": parts.clock()}
        if not asked.q.strip():
            context["articles"] = list_articles(session, parts.scope, limit=LISTED, **same)
    if asked.q.strip():
        context["hits"] = _find(parts, asked)
    return draw(request, "library.html", **context)


@router.get("/console/library/{article}")
def article_page(request: Request, parts: PartsHere, me: StaffHere, article: ArticleId) -> HTMLResponse:
    """One article as it stands."""
    with parts.database.read() as session:
        found: Article = get_article(session, parts.scope, article)
    return draw(
        request,
        "article.html",
        me=me,
        article=found,
        body=article_html(without_title(found.text, found.title)),
        source=safe_link(found.url),
    )


def _find(parts: Parts, asked: Asked) -> list[Hit]:
    """Return the best hit of each article, best first."""
    only = Only(asked.product, asked.language)
    hits = parts.search.search(asked.q.replace("\0", ""), audience="agent", limit=FOUND, only=only)
    best: dict[ArticleId, Hit] = {}
    for hit in hits:
        if asked.wanted in (None, hit.passage.visibility):
            best.setdefault(hit.passage.article, hit)
    return list(best.values())
