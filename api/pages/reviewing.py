"""The review page: two drafts for a moment of the past, side by side, without saying which is which."""

from typing import Annotated

from fastapi import APIRouter, Form, Path, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from api.access import PartsHere, StaffHere
from api.pages.drawing import draw
from evals.replay import reviews
from knowledge.customers import access
from knowledge.customers.access import Look

router = APIRouter(include_in_schema=False)
Review = Annotated[str, Path(pattern=reviews.REVIEW.pattern)]
Number = Annotated[int, Path(ge=0, lt=reviews.MOST)]
Side = Annotated[str, Form(pattern="^(left|right|tie)$")]


@router.get("/console/review/{review}")
def review_page(request: Request, parts: PartsHere, me: StaffHere, review: Review) -> HTMLResponse:
    """The next pair this colleague has not rated; that they saw a customer's words is logged."""
    now = parts.clock()
    with parts.database.read() as session:
        pair = reviews.next_pair(session, parts.scope, review, me.email)
        look = Look(me.id, pair.customer, "GET /console/review", review) if pair else None
        fresh = look is not None and access.is_new(session, parts.scope, look, now)
    if look is not None and fresh:
        with parts.database.write() as session:
            access.note(session, parts.scope, look, now)
    return draw(request, "review.html", me=me, review=review, pair=pair)


@router.post("/console/review/{review}/{number}")
def rate_button(parts: PartsHere, me: StaffHere, review: Review, number: Number, side: Side) -> RedirectResponse:
    """Keep a verdict and show the next pair; a second verdict on one pair changes nothing."""
    with parts.database.write() as session:
        reviews.rate(session, parts.scope, review, number, (side, me.email), parts.clock())
    return RedirectResponse(f"/console/review/{review}", 303)
