"""The bot's page for managers: its rules, what certifies it, how it did, and its words beside the agents'."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from api.access import PartsHere, StaffHere
from api.pages.botlines import decided
from api.pages.drawing import draw, zone_of
from api.routes.bot import RISK, drift_of
from api.topics import topics_known
from assistant.answering import judging, outcomes
from assistant.answering.beside import Beside, read_beside, read_unjudged
from assistant.answering.words import listed
from assistant.certify import CONFIDENCE, items_needed
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


@dataclass(frozen=True)
class Judged:
    """The verdicts so far: `customers` are how many count, `needed` how many a bound takes with 0, 1, 2 wrong."""

    answers: int
    customers: int
    wrong: int
    needed: tuple[int, ...]

    @classmethod
    def of(cls, known: Sequence[judging.Label]) -> Self:
        """Count labels."""
        needed = tuple(items_needed(RISK, CONFIDENCE, wrong) for wrong in range(3))
        return cls(len(known), len({one.customer for one in known}), sum(not one.right for one in known), needed)


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
            "judged": Judged.of(known),
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
