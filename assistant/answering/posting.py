"""Posting: what the bot decided is carried out only if the conversation is still what it was, in one transaction."""

from dataclasses import dataclass, replace
from datetime import datetime
from math import ceil, isfinite

from sqlalchemy.orm import Session

from assistant import citations
from assistant.answering.drafted import Drafted
from assistant.answering.seeing import READ, Sight, is_with_a_person, read_spoken
from assistant.answering.words import words_of
from assistant.suggest import as_entry
from knowledge.bot.rules import list_rules, rule_for, spend
from knowledge.customers import inbox, timeline
from knowledge.customers.bot_entries import ActionProposed, BotAction, BotDecided, BotReason
from knowledge.customers.conversations import get_conversation
from knowledge.customers.entries import Entry
from knowledge.customers.inbox import Reply
from knowledge.customers.timeline import NewEntry
from knowledge.database import Database
from knowledge.failures import NotFound
from knowledge.ids import EntryId
from knowledge.scope import Scope

AUTHOR = "bot"
# A longer wait is not told in minutes: nobody counts them.
MOST_MINUTES = 240
SPEAKS = frozenset({"peak", "always"})


@dataclass(frozen=True)
class Posted:
    """What a decision is carried out on: what was seen, the wait to tell (seconds), the present time, in whose name.

    `opens` is when the next person is at work, if nobody is.
    """

    sight: Sight
    wait_seconds: float | None
    now: datetime
    company: str = ""
    opens: datetime | None = None


def key_of(answers: EntryId) -> str:
    """Return the dedupe key of the decision about a turn that ends with this message."""
    return f"bot:{answers}"


def post(
    database: Database,
    scope: Scope,
    posted: Posted,
    action: BotAction,
    reason: BotReason,
    drafted: Drafted | None = None,
) -> BotDecided | None:
    """Carry out a decision; return what stands on the timeline about this turn, `None` when nothing does.

    A turn is decided once. When somebody took the conversation, closed it, answered or wrote on meanwhile, no word is
    posted. Keeping out leaves no trace: only what the bot did, or would have done in shadow, is kept.
    """
    if action == "stay" and reason != "thanked":
        return None
    with database.write() as session:
        timeline.hold(session, scope)
        known = timeline.find(session, scope, key_of(posted.sight.spoken.answers))
        if known is not None:
            return known.payload if isinstance(known.payload, BotDecided) else None
        decided = _decided(posted, action, reason, drafted)
        if has_moved_on(session, scope, posted):
            decided = replace(decided, action="stay", reason="overtaken", text="")
        elif reason == "thanked":
            _close(session, scope, posted)
        elif decided.mode in SPEAKS:
            decided = _speak(session, scope, posted, decided, drafted)
        elif decided.mode == "suggest" and drafted is not None:
            timeline.append(session, scope, as_entry(posted.sight.conversation, drafted.shown, posted.now), posted.now)
        _audit(session, scope, posted, drafted)
        _keep(session, scope, posted, decided)
    return decided


def _close(session: Session, scope: Scope, posted: Posted) -> None:
    """Close the conversation: mere thanks for the bot's answer want no further word."""
    if posted.sight.rule.mode in SPEAKS:
        inbox.set_status(session, scope, posted.sight.conversation.id, "resolved", AUTHOR, posted.now)


def _audit(session: Session, scope: Scope, posted: Posted, drafted: Drafted | None) -> None:
    """Keep which tools were used, and what is proposed; in shadow nothing is proposed to anybody."""
    found = posted.sight.conversation
    for used in drafted.used if drafted else ():
        timeline.append(session, scope, NewEntry(found.customer, used, posted.now, found.id), posted.now)
        if used.outcome == "proposed" and posted.sight.rule.mode != "shadow":
            proposed = ActionProposed(
                used.tool, used.arguments, f"The customer wrote: {posted.sight.spoken.text[:200]}"
            )
            timeline.append(session, scope, NewEntry(found.customer, proposed, posted.now, found.id), posted.now)


def has_moved_on(session: Session, scope: Scope, posted: Posted) -> bool:
    """Tell whether the conversation is no longer what was seen: owner, status, rule, and the words that count."""
    seen = posted.sight
    try:
        found = get_conversation(session, scope, seen.conversation.id)
    except NotFound:
        return True  # the customer was forgotten meanwhile
    spoken = read_spoken(timeline.page(session, scope, conversation=found.id, limit=READ))
    rule = rule_for(list_rules(session, scope), found.channel, seen.topic)
    return (
        found.owner is not None
        or found.status == "resolved"
        or found.address != seen.conversation.address
        or [entry.id for entry in spoken.turn] != [entry.id for entry in seen.spoken.turn]
        or spoken.proven != seen.spoken.proven
        or rule.mode != seen.rule.mode
        or is_with_a_person(replace(seen, spoken=spoken), posted.now)
    )


def _decided(posted: Posted, action: BotAction, reason: BotReason, drafted: Drafted | None) -> BotDecided:
    sight = posted.sight
    certificate = sight.certificate
    decided = BotDecided(
        action=action,
        mode=sight.rule.mode,
        answers=sight.spoken.answers,
        turn=tuple(entry.id for entry in sight.spoken.turn),
        reason=reason,
        language=sight.language,
        topic=sight.topic,
        threshold=certificate.threshold if certificate else None,
        risk=certificate.risk if certificate else None,
        wait_seconds=posted.wait_seconds if posted.wait_seconds is not None and isfinite(posted.wait_seconds) else None,
    )
    if drafted is None:
        return decided
    shown = drafted.shown
    titles = {passage.number: passage.title for passage in shown.passages}
    return replace(
        decided,
        text=words_of(sight.language).prove if decided.asks_who else citations.reply_text(shown),
        question=shown.question,
        chance=drafted.chance,
        citations=tuple(titles[number] for number in shown.citations),
        supported=drafted.supported,
        tokens=drafted.tokens,
        tools=tuple(one.tool for one in drafted.used),
    )


def _speak(session: Session, scope: Scope, posted: Posted, decided: BotDecided, drafted: Drafted | None) -> BotDecided:
    """Say it: an answer or a question as drafted, or that a person follows; the first words say who is speaking."""
    sight, handing = posted.sight, decided.action == "hand_off"
    text = handing_words(decided, posted.opens) if handing else decided.text
    if not sight.spoken.bot_spoke:
        text = f"{disclosure(decided.language, posted.company)}\n\n{text}"
    # Who is asked to show who they are has no answer yet: they wait on, and a colleague sees it.
    holding = handing or decided.asks_who
    suggestion = None
    if drafted is not None and not holding:
        suggestion = drafted.shown.suggestion
        timeline.append(session, scope, as_entry(sight.conversation, drafted.shown, posted.now), posted.now)
    reply = Reply(
        sight.conversation.id,
        text,
        AUTHOR,
        key=key_of(decided.answers),
        suggestion=suggestion,
        holding=holding,
    )
    sent = inbox.reply(session, scope, reply, posted.now)
    return replace(decided, sent=sent.id, suggestion=suggestion)


def handing_words(decided: BotDecided, opens: datetime | None) -> str:
    """Return what is said when a person follows: why (a language it cannot answer), and how long it should take."""
    words, minutes = words_of(decided.language), wait_minutes(decided.wait_seconds)
    passing = words.handed
    if minutes:
        passing = words.wait.format(minutes=minutes)
    elif opens is not None:
        passing = words.opens.format(when=f"{opens:%Y-%m-%d, %H:%M} ({opens.tzname()})")
    return f"{words.language} {passing}" if decided.reason == "language" else passing


def wait_minutes(seconds: float | None) -> int | None:
    """Return the wait to tell in whole minutes, rounded up to what it may really take; `None` when it is not told."""
    if seconds is None or not isfinite(seconds):
        return None
    minutes = max(1, ceil(seconds / 60))
    minutes = minutes if minutes <= 5 else ceil(minutes / 5) * 5
    return minutes if minutes <= MOST_MINUTES else None


def disclosure(language: str, company: str) -> str:
    """Return the sentence that says that an AI is speaking and how to reach a person."""
    return words_of(language).disclosure.format(company=company or "Support")


def _keep(session: Session, scope: Scope, posted: Posted, decided: BotDecided) -> Entry:
    spend(session, scope, posted.now.date(), decided.tokens)
    found = posted.sight.conversation
    new = NewEntry(found.customer, decided, posted.now, found.id, key_of(decided.answers))
    return timeline.append(session, scope, new, posted.now)
