"""The bot's page for managers: its rules, what certifies it, how it did, and its words beside the agents'."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from api.access import PartsHere, StaffHere
from api.pages.botlines import decided
from api.pages.drawing import draw, zone_of
from api.routes.bot import drift_of
from api.topics import topics_known
from assistant.answering import judging, outcomes
from assistant.answering.beside import Beside, read_beside, read_unjudged
from assistant.answering.words import listed
from knowledge.bot import rules
from knowledge.customers.inbox import SELF_DELIVERING

router = APIRouter(include_in_schema=False)
MEANINGS = {
    "off": "it does nothing",
    "shadow": "it only notes what it would have said",
    "suggest": "it drafts for agents",
    "peak": "it answers while the queue has a peak",
    "always": "it answers at any time",
}
ENDED = {
    "confirmed": "the customer said so, or rated it 4 or 5",
    "assumed": "nothing more asked for 24 hours",
    "verified": "nothing for 72 hours, every sentence borne out, nobody found it wrong",
    "durable": "verified, and no contact on any channel for 7 days",
}
LATEST = 20
CHANNELS = ("chat", "email", "whatsapp", "sms", "app")


@router.get("/console/bot")
def bot_page(request: Request, parts: PartsHere, me: StaffHere) -> HTMLResponse:
    """Everything about the bot on one page."""
    now = parts.clock()
    with parts.database.read() as session:
        known = judging.labels(session, parts.scope)
        certified = rules.certified(session, parts.scope)
        context: dict[str, Any] = {
            "rules": rules.list_rules(session, parts.scope),
            "history": rules.history(session, parts.scope, 20),
            "certified": certified,
            "judged": judging.tally(known),
            "counts": outcomes.counts(outcomes.read_outcomes(session, parts.scope, now), now),
            "beside": _told(read_beside(session, parts.scope, LATEST)),
            "unjudged": _told(read_unjudged(session, parts.scope, known)),
            "spent": rules.spent(session, parts.scope, now.date()),
        }
    return draw(
        request,
        "bot.html",
        me=me,
        now=now,
        zone=zone_of(request),
        modes=MEANINGS,
        ended=ENDED,
        topics=topics_known(parts.settings, parts.service),
        channels=sorted({*CHANNELS, *SELF_DELIVERING}),
        languages=sorted(parts.bot.languages & set(listed())),
        ceiling=parts.bot.daily_tokens,
        drift=drift_of(parts, certified),
        **context,
    )


def _told(found: list[Beside]) -> list[tuple[Beside, str]]:
    return [(one, decided(one.decided)) for one in found]
