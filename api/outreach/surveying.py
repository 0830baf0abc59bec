"""Surveying: asks those who are due, in the web chat or by a mail whose signed link answers one survey, once."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import jwt
from sqlalchemy.orm import Session

from api.channels.channel import Outgoing
from api.outreach.survey_guard import Question, ask_guard
from api.outreach.survey_words import ENGLISH, LINK, words_for
from api.parts import Parts
from api.sessions import secret_of
from assistant.phrases import reply_language
from knowledge.customers import inbox, record, surveys, timeline
from knowledge.customers.conversations import Conversation
from knowledge.customers.entries import Entry, MessageReceived
from knowledge.customers.inbox import Reply
from knowledge.customers.issues import AUTOMATIC
from knowledge.customers.survey_entries import SurveyAsked
from knowledge.customers.surveys import Plan
from knowledge.failures import NotFound
from knowledge.ids import EntryId, IssueId
from knowledge.scope import Scope
from knowledge.settings import Settings

CHANNELS = frozenset({"chat", "email"})
AUDIENCE = "threadline-survey"
MAX_TOKEN_CHARS = 1_000
READ_WORDS = 50


def plan_of(settings: Settings) -> Plan | None:
    """Return what the settings want asked, `None` when nothing is."""
    if not settings.survey or not settings.survey_share:
        return None
    return Plan(settings.survey, settings.survey_share, timedelta(hours=settings.survey_hours))


def ask_due(parts: Parts, now: datetime) -> int:
    """Ask everybody who is due; returns how many were asked."""
    plan = plan_of(parts.settings)
    if plan is None:
        return 0
    with parts.database.read() as session:
        due = [
            issue
            for issue in surveys.sampled(session, parts.scope, plan, now)
            if _where(session, parts, plan, issue, now)
        ]
    return sum(_ask(parts, plan, issue, now) for issue in due)


def _ask(parts: Parts, plan: Plan, issue: IssueId, now: datetime) -> bool:
    """Ask about an issue, unless something happened meanwhile; returns whether it was done."""
    with parts.database.write() as session:
        timeline.hold(session, parts.scope)  # nobody else asks this person, or opens the issue, between look and act
        where = _where(session, parts, plan, issue, now)
        if where is None:
            return False
        language = words_for(_language(session, parts.scope, where)).language
        message = _mail(session, parts, plan, where, language, now) if where.channel == "email" else None
        said = SurveyAsked(plan.survey, issue, where.channel, language, message)
        surveys.note_asked(session, parts.scope, where, said, now)
    return True


def _where(session: Session, parts: Parts, plan: Plan, issue: IssueId, now: datetime) -> Conversation | None:
    """Return the conversation to ask in, `None` when nobody is to be asked, or the guard says no (now)."""
    where = surveys.where_to_ask(session, parts.scope, plan, issue, CHANNELS & set(parts.channels), now)
    if where is None:
        return None
    chars = len(ENGLISH.mail_text(plan.survey, parts.settings.company))
    verdict = ask_guard(session, parts.scope, parts.settings, Question(where, chars), now)
    return where if verdict.allowed else None


def _mail(session: Session, parts: Parts, plan: Plan, where: Conversation, language: str, now: datetime) -> EntryId:
    text = words_for(language).mail_text(plan.survey, parts.settings.company)
    return inbox.reply(session, parts.scope, Reply(where.id, text, AUTOMATIC), now).id


def _language(session: Session, scope: Scope, where: Conversation) -> str:
    entries = timeline.page(session, scope, conversation=where.id, limit=READ_WORDS)
    texts = [one.payload.text for one in entries if isinstance(one.payload, MessageReceived)]
    return reply_language(texts, record.get_customer(session, scope, where.customer).language)


def with_link(session: Session, scope: Scope, settings: Settings, outgoing: Outgoing) -> Outgoing:
    """Return a mail that asks a survey with the address in it; any other message as it is.

    Only the customer's copy has it: who reads the timeline cannot answer for them. Each try makes the same address.
    """
    if LINK not in outgoing.text:
        return outgoing
    asked = timeline.latest_of(session, scope, outgoing.conversation, ("survey_asked",))
    if asked is None or not isinstance(asked.payload, SurveyAsked) or asked.payload.message != outgoing.message:
        return outgoing
    return replace(outgoing, text=outgoing.text.replace(LINK, survey_link(settings, asked)))


def survey_link(settings: Settings, asked: Entry) -> str:
    """Return the address of the page on which a survey is answered: signed, for this survey alone, until it ends."""
    claims = {"sub": asked.id, "aud": AUDIENCE, "exp": asked.at + surveys.LASTS}
    token = jwt.encode(claims, secret_of(settings), algorithm="HS256")
    base = settings.public_url.rstrip("/") or f"http://{settings.host}:{settings.port}"
    return f"{base}/survey/{token}"


def read_link(settings: Settings, token: str) -> EntryId:
    """Return which survey a link is for. When it ended is for the survey to say.

    Raises:
        NotFound: we did not sign it.
    """
    try:
        claims: dict[str, Any] = jwt.decode(
            token[:MAX_TOKEN_CHARS],
            secret_of(settings),
            algorithms=["HS256"],
            audience=AUDIENCE,
            options={"require": ["exp", "aud", "sub"], "verify_exp": False},
        )
    except (jwt.InvalidTokenError, UnicodeError) as error:
        raise NotFound("This link is not valid.", "Open the link from the e-mail again.") from error
    return EntryId(claims["sub"])
