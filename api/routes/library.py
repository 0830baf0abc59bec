"""Routes into the library: articles and search; internal ones exist for staff only."""

from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel

from api.access import CallerHere, PartsHere
from api.failures import responses
from api.schemas import ArticleOut, ArticlesOut, ArticleSummary, HitsOut, SearchIn
from knowledge.customers.entries import Visibility
from knowledge.failures import NotFound
from knowledge.ids import ArticleId
from knowledge.library.articles import get_article, list_articles
from knowledge.library.sources import Source, list_sources
from retrieval.passages import Audience
from retrieval.store import utc_today

router = APIRouter(prefix="/api", tags=["library"])
ArticlePath = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$")]


class SourcesOut(BaseModel):
    """Sources by name; `last` is null where no reading was written down."""

    sources: list[Source]


@router.get("/articles", responses=responses(401, 422))
def list_some(parts: PartsHere, caller: CallerHere, limit: Annotated[int, Query(ge=1, le=1_000)] = 200) -> ArticlesOut:
    """Return articles by title."""
    visibility: Visibility | None = None if caller.staff else "public"
    with parts.database.read() as session:
        day = None if caller.staff else utc_today()
        found = list_articles(session, parts.scope, visibility=visibility, day=day, limit=limit)
    return ArticlesOut(articles=[ArticleSummary.of(article) for article in found])


@router.get("/articles/{article}", responses=responses(401, 404, 422))
def show(parts: PartsHere, caller: CallerHere, article: ArticlePath) -> ArticleOut:
    """Return one article."""
    with parts.database.read() as session:
        found = get_article(session, parts.scope, ArticleId(article))
    if caller.staff is None and not (found.visibility == "public" and found.valid_on(utc_today())):
        raise NotFound("There is no such article.")
    return ArticleOut.of(found)


@router.post("/search", responses=responses(400, 401, 403, 413, 422, 503))
def search(parts: PartsHere, caller: CallerHere, given: SearchIn) -> HitsOut:
    """Return the best passages for a query, of one product or language where it names them."""
    audience: Audience = "agent" if caller.staff else "customer"
    return HitsOut(hits=parts.search.search(given.query, audience=audience, limit=given.limit, only=given.only))


@router.get("/sources", responses=responses(401, 403))
def sources(parts: PartsHere) -> SourcesOut:
    """Return where articles come from, when each source was read last, and what came of it."""
    with parts.database.read() as session:
        return SourcesOut(sources=list_sources(session, parts.scope))
