"""The library in the console: articles by title or by search, and one article."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from api.access import PartsHere, StaffHere
from api.pages.drawing import draw
from api.pages.render import article_html, safe_link, without_title
from api.parts import Parts
from knowledge.customers.entries import Visibility
from knowledge.ids import ArticleId
from knowledge.library.articles import Article, count_articles, get_article, list_articles
from retrieval.passages import Hit

router = APIRouter(include_in_schema=False)
Filter = Literal["all", "public", "internal"]
Words = Annotated[str, Query(max_length=500)]
LISTED = 1_000
FOUND = 30


@router.get("/console/library")
def library_page(
    request: Request, parts: PartsHere, me: StaffHere, q: Words = "", visibility: Filter = "all"
) -> HTMLResponse:
    """The articles of one visibility or all: those that a search finds, else by title."""
    wanted: Visibility | None = None if visibility == "all" else visibility
    context: dict[str, Any] = {"me": me, "q": q, "visibility": visibility, "hits": [], "articles": []}
    with parts.database.read() as session:
        context["counts"] = count_articles(session, parts.scope)
        if not q.strip():
            context["articles"] = list_articles(session, parts.scope, visibility=wanted, limit=LISTED)
    if q.strip():
        context["hits"] = _find(parts, q, wanted)
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


def _find(parts: Parts, words: str, wanted: Visibility | None) -> list[Hit]:
    """Return the best hit of each article, best first."""
    hits = parts.search.search(words.replace("\0", ""), audience="agent", limit=FOUND)
    best: dict[ArticleId, Hit] = {}
    for hit in hits:
        if wanted in (None, hit.passage.visibility):
            best.setdefault(hit.passage.article, hit)
    return list(best.values())
