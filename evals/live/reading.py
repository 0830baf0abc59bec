"""From the record to stories: each issue's entries are read once and folded."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from evals.live.contacts import contacts
from evals.live.repeating import repeats_of
from evals.live.stories import Asked, Change, Contact, Draft, Handover, Known, Message, Offer, Speaker, Story, Survey
from knowledge.customers import timeline
from knowledge.customers.entries import (
    ConversationAssigned,
    ConversationOpened,
    Entry,
    MessageReceived,
    MessageSent,
    StatusChanged,
    SuggestionJudged,
    SuggestionShown,
    SurveyAnswered,
)
from knowledge.customers.facts.fold import facts_of
from knowledge.customers.facts.said import said_of
from knowledge.customers.record import get_customers
from knowledge.customers.routing_entries import ConversationOffered, OfferAnswered
from knowledge.customers.survey_entries import SurveyAsked
from knowledge.customers.tables import ConversationRow
from knowledge.ids import ConversationId, CustomerId
from knowledge.scope import Scope, within

A_DAY = timedelta(days=1)
BOT = "bot"
MOST_ENTRIES = 2_000


def read_stories(session: Session, scope: Scope, since: datetime) -> list[Story]:
    """Return the story of each issue that anything happened in at or after `since`, whole, the oldest first."""
    query = (
        select(ConversationRow.id, ConversationRow.issue, ConversationRow.customer)
        .where(within(scope, ConversationRow), ConversationRow.last_at >= since)
        .order_by(ConversationRow.opened_at, ConversationRow.id)
    )
    issues = list(dict.fromkeys(row.issue for row in session.execute(query)))
    stories = [story for issue in issues for story in _story(session, scope, issue)]
    known = get_customers(session, scope, {CustomerId(one.customer) for one in stories})
    names = {customer: person.name for customer, person in known.items()}
    return [replace(one, name=names.get(CustomerId(one.customer), "")) for one in stories]


def _story(session: Session, scope: Scope, issue: str) -> Iterator[Story]:
    query = (
        select(ConversationRow.id, ConversationRow.customer, ConversationRow.subject)
        .where(within(scope, ConversationRow), ConversationRow.issue == issue)
        .order_by(ConversationRow.opened_at, ConversationRow.id)
    )
    rows = session.execute(query).all()
    entries = [
        entry
        for row in rows
        for entry in timeline.page(session, scope, conversation=ConversationId(row.id), limit=MOST_ENTRIES)
    ]
    story = tell(issue, rows[0].customer, sorted(entries, key=lambda one: (one.at, one.seq)))
    if story is not None:
        yield replace(story, topic=story.topic or rows[0].subject)


def tell(issue: str, customer: CustomerId | str, entries: Sequence[Entry]) -> Story | None:
    """Fold the entries of an issue, in the order of time, into its story; `None` when nobody said anything."""
    said = list(messages(entries))
    if not said:
        return None
    found = contacts(said)
    passed = tuple(handovers(entries, found))
    breaks = [*(one.at for one in passed), *(contact.start for contact in found[1:])]
    return Story(
        issue=issue,
        customer=str(customer),
        topic="",
        contacts=found,
        changes=tuple(changes(entries)),
        handovers=passed,
        surveys=tuple(_surveys(entries, said)),
        facts=tuple(_facts(entries)),
        repeats=tuple(repeats_of(entries, breaks)),
        drafts=tuple(_drafts(entries)),
        owners=tuple(_owners(entries)),
        offers=tuple(_offers(entries)),
        asked=tuple(
            Asked(one.at, sum(one.payload.tokens.values()))
            for one in entries
            if isinstance(one.payload, SuggestionShown)
        ),
        surveyed=any(one.kind in ("survey_asked", "survey_sent") for one in entries),
    )


def messages(entries: Iterable[Entry]) -> Iterator[Message]:
    """What was said, with who said it; a public conversation's messages are public.

    A mail that asks a survey is no contact.
    """
    entries = list(entries)
    surveys = {entry.payload.message for entry in entries if isinstance(entry.payload, SurveyAsked)}
    public: set[object] = set()
    for entry in entries:
        payload, where = entry.payload, str(entry.conversation or "")
        if isinstance(payload, ConversationOpened) and payload.public:
            public.add(entry.conversation)
        if isinstance(payload, MessageReceived):
            yield Message(
                entry.id, "customer", "", payload.text, entry.at, payload.channel, where, entry.conversation in public
            )
        elif isinstance(payload, MessageSent) and entry.id not in surveys:
            speaker: Speaker = "bot" if payload.author == BOT else "agent"
            open_to_all = entry.conversation in public
            yield Message(
                entry.id, speaker, payload.author, payload.text, entry.at, payload.channel, where, open_to_all
            )


def changes(entries: Iterable[Entry]) -> Iterator[Change]:
    """The issue's status over its conversations: resolved when all are, open again when a customer writes."""
    states: dict[object, str] = {}
    before = ""
    for entry in entries:
        payload = entry.payload
        if isinstance(payload, MessageReceived):
            states[entry.conversation] = "open"
        elif isinstance(payload, StatusChanged):
            states[entry.conversation] = payload.status
        else:
            continue
        now = next((one for one in ("open", "pending", "resolved") if one in states.values()), "open")
        if now != before:
            author = payload.author if isinstance(payload, StatusChanged) else ""
            yield Change(cast("Change", now), entry.at, author)  # type: ignore[arg-type]
            before = now


def handovers(entries: Sequence[Entry], found: Sequence[Contact]) -> Iterator[Handover]:
    """Changes of hands and of channel, in the order of time."""
    yield from sorted([*_hands(entries), *_moves(entries, found)], key=lambda one: one.at)


def _hands(entries: Sequence[Entry]) -> Iterator[Handover]:
    """From the bot to the first person, and from person to person; back to the giver within a day is a return."""
    owner = BOT if any(isinstance(one.payload, MessageSent) and one.payload.author == BOT for one in entries) else ""
    spoke_before = [one for one in entries if isinstance(one.payload, MessageSent)]
    given = [one for one in entries if isinstance(one.payload, ConversationAssigned)]
    for place, entry in enumerate(given):
        assert isinstance(entry.payload, ConversationAssigned)
        taker = entry.payload.owner or ""
        if owner == BOT and not any(one.at <= entry.at for one in spoke_before):
            owner = ""
        if owner and taker and taker != owner:
            yield Handover(
                "bot→agent" if owner == BOT else "agent→agent",
                owner,
                taker,
                entry.at,
                taken_at=_first(spoke_before, taker, entry.at),
                opened_at=_opened(entries, taker, entry.at),
                returned=_returned(given[place + 1 :], owner, entry.at),
            )
        owner = taker or owner


def _first(sent: Sequence[Entry], author: str, after: datetime) -> datetime | None:
    for one in sent:
        if isinstance(one.payload, MessageSent) and one.payload.author == author and one.at >= after:
            return one.at
    return None


def _opened(entries: Sequence[Entry], reader: str, after: datetime) -> datetime | None:
    read = (
        one.at
        for one in entries
        if one.kind == "package_opened" and getattr(one.payload, "author", reader) == reader and one.at >= after
    )
    return next(read, None)


def _returned(later: Sequence[Entry], giver: str, at: datetime) -> bool:
    owners = [(one.at, one.payload.owner) for one in later if isinstance(one.payload, ConversationAssigned)]
    return any(owner in (giver, None) and when - at <= A_DAY for when, owner in owners)


def _moves(entries: Sequence[Entry], found: Sequence[Contact]) -> Iterator[Handover]:
    """From channel to channel: taken with the first word of a person on the new one, who read the package since the
    customer came there (or, where we began it, since the contact before); back on the old one within a day is a return.
    """
    for place, (one, two) in enumerate(pairwise(found), start=2):
        if one.channel == two.channel:
            continue
        answer = next((said for said in two.messages if said.speaker == "agent"), None)
        back = next((later for later in found[place:] if later.channel != two.channel), None)
        yield Handover(
            "channel→channel",
            one.channel,
            two.channel,
            two.start,
            taken_at=answer.at if answer else None,
            opened_at=_opened(entries, answer.author, (two if two.inbound else one).start) if answer else None,
            returned=back is not None and back.channel == one.channel and back.start <= two.start + A_DAY,
        )


def _owners(entries: Iterable[Entry]) -> Iterator[tuple[datetime, str]]:
    for entry in entries:
        if isinstance(entry.payload, ConversationAssigned):
            yield entry.at, entry.payload.owner or ""


def _offers(entries: Iterable[Entry]) -> Iterator[Offer]:
    entries = list(entries)
    answers = {one.payload.offer: one.payload.answer for one in entries if isinstance(one.payload, OfferAnswered)}
    for one in entries:
        if isinstance(one.payload, ConversationOffered):
            yield Offer(one.payload.to, one.payload.arm, one.at, answers.get(one.id, ""))


def _surveys(entries: Iterable[Entry], said: Sequence[Message]) -> Iterator[Survey]:
    for entry in entries:
        if isinstance(entry.payload, SurveyAnswered):
            channel = next((one.channel for one in reversed(said) if one.at <= entry.at), "")
            yield Survey(entry.payload.survey, entry.payload.score, entry.at, channel)


def _facts(entries: Sequence[Entry]) -> Iterator[Known]:
    threads: dict[object, list[Entry]] = {}
    for entry in entries:
        threads.setdefault(entry.conversation, []).append(entry)
    for thread in threads.values():
        for one in facts_of(said_of(thread)):
            if not one.internal:
                yield Known(one.type, one.label, one.value, one.text, one.sources, one.at)


def _drafts(entries: Sequence[Entry]) -> Iterator[Draft]:
    judged = {one.payload.suggestion: one.payload for one in entries if isinstance(one.payload, SuggestionJudged)}
    sent = {one.id: one for one in entries if isinstance(one.payload, MessageSent)}
    for entry in entries:
        shown = entry.payload
        if not isinstance(shown, SuggestionShown) or not shown.text:
            continue
        verdict = judged.get(shown.suggestion)
        reply = sent.get(verdict.sent) if verdict and verdict.sent else None
        text = reply.payload.text if reply and isinstance(reply.payload, MessageSent) else ""
        yield Draft(shown.text, verdict.verdict if verdict else "ignored", text, entry.at, reply.at if reply else None)
