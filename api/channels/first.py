"""What we send first, as it leaves: the guard is asked once more, and the mail carries the link that stops it."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from api.channels.channel import Outgoing
from api.outreach.outreaching import open_campaign, stop_link
from api.outreach.survey_guard import Question, ask_guard
from api.outreach.surveying import survey_link
from api.parts import Parts
from assistant.outreach.asking import Limits, stop_leaving
from assistant.outreach.facts import Policy
from assistant.outreach.terms import AUTHOR
from assistant.outreach.triggers import Trigger
from knowledge.customers import conversations, timeline
from knowledge.customers.entries import Entry, MessageSent
from knowledge.customers.issues import AUTOMATIC
from knowledge.customers.outreach_entries import OutreachSent
from knowledge.customers.survey_entries import SurveyAsked


def why_not(session: Session, parts: Parts, sent: Entry, now: datetime) -> str:
    """Return why a message that we send first may not leave by now, "" when it may, or is an answer.

    Consent may be withdrawn, a hold set, an issue opened between the yes and this moment, however long the channel kept
    us waiting.
    """
    author = sent.payload.author if isinstance(sent.payload, MessageSent) else ""
    if author == AUTHOR:
        refused = stop_leaving(session, parts.scope, _limits(parts), sent, now)
        return _no(refused.reason, refused.rule) if refused else ""
    asked = _survey_of(session, parts, sent) if author == AUTOMATIC else None
    if asked is None or sent.conversation is None or not isinstance(sent.payload, MessageSent):
        return ""
    where = conversations.get_conversation(session, parts.scope, sent.conversation)
    question = Question(where, len(sent.payload.text), sent.id)
    verdict = ask_guard(session, parts.scope, parts.settings, question, now)
    return "" if verdict.allowed else _no(verdict.reason, verdict.rule)


def _no(reason: str, rule: str) -> str:
    return f"The guard says no: {reason} [{rule}]."


def _limits(parts: Parts) -> Limits:
    campaign = open_campaign(parts.settings)
    return Limits(campaign.policy, campaign.trigger) if campaign else Limits(Policy(), _no_trigger)


def _no_trigger(_name: str) -> Trigger | None:
    return None


def with_stop(session: Session, parts: Parts, sent: Entry, outgoing: Outgoing) -> Outgoing:
    """Return a message that we send first with the address that stops it; any other as it is."""
    author = sent.payload.author if isinstance(sent.payload, MessageSent) else ""
    if author == AUTHOR:
        told = timeline.latest_of(session, parts.scope, outgoing.conversation, ("outreach_sent",))
        ours = told is not None and isinstance(told.payload, OutreachSent) and told.payload.message == sent.id
        return replace(outgoing, stop=stop_link(parts.settings, sent.customer)) if ours else outgoing
    asked = _survey_of(session, parts, sent) if author == AUTOMATIC else None
    return replace(outgoing, stop=survey_link(parts.settings, asked)) if asked else outgoing


def _survey_of(session: Session, parts: Parts, sent: Entry) -> Entry | None:
    if sent.conversation is None:
        return None
    asked = timeline.latest_of(session, parts.scope, sent.conversation, ("survey_asked",))
    mine = asked is not None and isinstance(asked.payload, SurveyAsked) and asked.payload.message == sent.id
    return asked if mine else None
