"""The journey of a message that we send first: trigger, guard, holdout, draft, approval, guard again, outbox.

Each step is an entry, in one transaction, under a key that names what it is about: killed anywhere, a run goes on where
it was, and nothing is proposed or sent twice.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from assistant.outreach import guard, people
from assistant.outreach.asking import Asked, ask_again, refusal
from assistant.outreach.choosing import AsListed, ChannelChooser, Way, ways_of
from assistant.outreach.drafting import Frame, draft
from assistant.outreach.facts import Policy
from assistant.outreach.firing import Fired, firings
from assistant.outreach.guard import Verdict
from assistant.outreach.holdout import held_out, looked_at
from assistant.outreach.looking import reading
from assistant.outreach.reading import Message, read_facts
from assistant.outreach.triggers import Plan, Trigger
from knowledge.customers import inbox, timeline
from knowledge.customers.entries import ConversationOpened, Entry, Handle
from knowledge.customers.inbox import Reply
from knowledge.customers.outreach_entries import (
    OutreachApproved,
    OutreachHeldOut,
    OutreachProposed,
    OutreachRefused,
    OutreachSent,
    Step,
)
from knowledge.customers.record import Customer, get_customer
from knowledge.customers.tables import EntryRow
from knowledge.customers.timeline import NewEntry
from knowledge.database import Database
from knowledge.failures import Conflict, NotFound
from knowledge.ids import CustomerId, EntryId
from knowledge.library.articles import Article, list_articles
from knowledge.scope import Scope, within

AUTHOR = "outreach"
BY_TRIGGER = "trigger"


@dataclass(frozen=True)
class Campaign:
    """What a run goes by: the triggers, the limits, who chooses the channel, and the link with which somebody stops."""

    plan: Plan
    policy: Policy = field(default_factory=Policy)
    chooser: ChannelChooser = field(default_factory=AsListed)
    stop_link: Callable[[CustomerId], str] = lambda _: ""

    def trigger(self, name: str) -> Trigger | None:
        """Return the trigger of this name, `None` when it is no longer in the file."""
        return next((one for one in self.plan.triggers if one.name == name), None)


@dataclass(frozen=True)
class Case:
    """A trigger that went off for a person, and the key of what comes of it."""

    trigger: Trigger
    fired: Fired
    person: CustomerId

    @property
    def key(self) -> str:
        """The same for the same trigger, person and evidence."""
        return f"outreach:{self.trigger.name}:{self.person}:{self.fired.evidence or self.fired.at.isoformat()}"

    @property
    def until(self) -> datetime:
        """Until when it is fresh."""
        return self.fired.at + timedelta(hours=self.trigger.fresh_hours)


def run(database: Database, scope: Scope, campaign: Campaign, now: datetime) -> Counter[str]:
    """Propose what fresh firings ask for, send what trusted triggers may; returns how many of what came of it."""
    came: Counter[str] = Counter()
    for case in list(cases(database, scope, campaign.plan, now)):
        with database.write() as session:
            done = _propose(session, scope, campaign, case, now)
        if done is None:
            continue
        came[done.kind.removeprefix("outreach_")] += 1
        if isinstance(done.payload, OutreachProposed) and done.payload.auto:
            came[approve(database, scope, campaign, Said(done.id, True, BY_TRIGGER), now).kind[9:]] += 1
    return came


def cases(database: Database, scope: Scope, plan: Plan, now: datetime) -> Iterable[Case]:
    """Yield what triggers went off for, not longer ago than each says; the latest firing of a person and trigger."""
    with database.read() as session:
        known = people.others(session, scope, plan)
        for person, entries in people.reached(session, scope, reading(plan.triggers, now)):
            for trigger in plan.triggers:
                since = now - timedelta(hours=trigger.fresh_hours)
                found = [one for one in firings(trigger.when, person, entries, known, now) if one.at > since]
                if found:
                    yield Case(trigger, found[-1], person)


def _propose(session: Session, scope: Scope, campaign: Campaign, case: Case, now: datetime) -> Entry | None:
    timeline.hold(session, scope)
    if timeline.find(session, scope, case.key) is not None:
        return None
    trigger, customer = case.trigger, get_customer(session, scope, case.person)
    article = article_of(session, scope, trigger, now)
    reach = ways_of(customer, trigger.channels)
    ways = campaign.chooser.order(customer, reach, now)
    if not ways:
        return _refuse(session, scope, case, ("proposing", _no_way(trigger, reach)), now)
    words = draft(trigger, case.fired, customer, article, Frame(campaign.plan.sender, campaign.stop_link(customer.id)))
    drawn = held_out(customer.id, trigger.name, trigger.holdout)
    verdicts = [
        (way, _judge(session, scope, campaign, (customer, Message(trigger.purpose, way, words.content, drawn)), now))
        for way in ways
    ]
    way, verdict = next((one for one in verdicts if one[1].outcome != "refuse"), verdicts[0])
    if verdict.outcome == "refuse":
        return _refuse(session, scope, case, ("proposing", verdict), now)
    if trigger.timing == "best" and campaign.chooser.moment(customer, way, now, case.until) > now:
        return None  # a later run comes back to it
    if verdict.outcome == "hold_out":
        out = OutreachHeldOut(trigger.name, case.fired.evidence, trigger.holdout)
        return timeline.append(session, scope, NewEntry(customer.id, out, now, dedupe_key=case.key), now)
    proposed = OutreachProposed(
        trigger=trigger.name,
        evidence=case.fired.evidence,
        purpose=trigger.purpose,
        channel=way.channel,
        address_kind=way.address.kind,
        address=way.address.value,
        text=words.text,
        why=case.fired.why,
        citations=(article.id,) if article else (),
        auto=_is_auto(case),
    )
    return timeline.append(session, scope, NewEntry(customer.id, proposed, now, dedupe_key=case.key), now)


def _no_way(trigger: Trigger, reach: Sequence[Way]) -> Verdict:
    seen = {"channels": ", ".join(trigger.channels)}
    if reach:
        return Verdict("refuse", "channel", "none of their channels is fit for it now", seen)
    return Verdict("refuse", "address", "none of the channels reaches them", seen)


def _is_auto(case: Case) -> bool:
    if case.trigger.approval == "sample":
        return not looked_at(case.key, case.trigger.name, case.trigger.sample_share)
    return case.trigger.approval == "trusted"


def article_of(session: Session, scope: Scope, trigger: Trigger, now: datetime) -> Article | None:
    """Return the public article a trigger names, as long as it may be used today."""
    if not trigger.article:
        return None
    public = list_articles(session, scope, visibility="public", day=now.date(), limit=10_000)
    return next((one for one in public if trigger.article in (one.key, one.id, one.title)), None)


def _judge(
    session: Session, scope: Scope, campaign: Campaign, about: tuple[Customer, Message], now: datetime
) -> Verdict:
    return guard.judge(read_facts(session, scope, *about, now), campaign.policy)


def _refuse(session: Session, scope: Scope, case: Case, said: tuple[Step, Verdict], now: datetime) -> Entry | None:
    """Store a refusal, once for each rule: hours, caps and open issues pass, and the next run asks again."""
    step, verdict = said
    key = f"{case.key}:{step}:{verdict.rule}"
    if timeline.find(session, scope, key) is not None:
        return None
    told = OutreachRefused(
        case.trigger.name, case.fired.evidence, step, verdict.rule, verdict.reason, dict(verdict.facts)
    )
    return timeline.append(session, scope, NewEntry(case.person, told, now, dedupe_key=key), now)


@dataclass(frozen=True)
class Said:
    """A colleague's (or a trusted trigger's) yes or no to a proposal."""

    proposal: EntryId
    approved: bool
    author: str


def approve(database: Database, scope: Scope, campaign: Campaign, said: Said, now: datetime) -> Entry:
    """Settle a proposal; a yes is sent in the same transaction, unless the guard says no by now.

    A refusal leaves it approved by nobody: it can be approved again while it is fresh.

    Returns the entry of the sending, the refusal, or the no.

    Raises:
        NotFound: there is no such proposal.
        Conflict: it was settled before, or its trigger is no longer in the file.
    """
    with database.write() as session:
        timeline.hold(session, scope)
        entry = timeline.get_entry(session, scope, said.proposal)
        proposed = entry.payload
        if not isinstance(proposed, OutreachProposed):
            raise NotFound("There is no such proposal.", "threadline outreach list names them.")
        key = f"outreach-settled:{said.proposal}"
        if timeline.find(session, scope, key) is not None:
            raise Conflict("Somebody has decided about it already.", "Look at the timeline.")
        settled = NewEntry(entry.customer, OutreachApproved(said.proposal, said.approved, said.author), now, None, key)
        if not said.approved:
            return timeline.append(session, scope, settled, now)
        trigger = campaign.trigger(proposed.trigger)
        if trigger is None:
            raise Conflict(f"There is no trigger {proposed.trigger} any more.", "Turn it down.")
        refused = _refuse_now(session, scope, campaign, (trigger, entry), now)
        if refused is not None:
            return refused
        timeline.append(session, scope, settled, now)
        return _send(session, scope, trigger, entry, now)


def _refuse_now(
    session: Session, scope: Scope, campaign: Campaign, about: tuple[Trigger, Entry], now: datetime
) -> Entry | None:
    trigger, entry = about
    asked = Asked(trigger, entry)
    verdict = ask_again(session, scope, campaign.policy, asked, now)
    if entry.at < now - timedelta(hours=trigger.fresh_hours):
        verdict = Verdict("refuse", "fresh", "it was proposed too long ago", {"proposed_at": entry.at.isoformat()})
    if verdict.allowed:
        return None
    return timeline.append(session, scope, NewEntry(entry.customer, refusal(asked, "sending", verdict), now), now)


def _send(session: Session, scope: Scope, trigger: Trigger, entry: Entry, now: datetime) -> Entry:
    proposed = entry.payload
    assert isinstance(proposed, OutreachProposed)  # approve has looked
    address = Handle(proposed.address_kind, proposed.address)
    opened = ConversationOpened(proposed.channel, address, subject=trigger.subject)
    conversation = inbox.open_conversation(session, scope, entry.customer, opened, now, now)
    sent = inbox.reply(session, scope, Reply(conversation.id, proposed.text, AUTHOR, key=f"outreach:{entry.id}"), now)
    inbox.set_status(session, scope, conversation.id, "pending", AUTHOR, now)
    told = OutreachSent(proposed.trigger, entry.id, sent.id, proposed.channel)
    return timeline.append(session, scope, NewEntry(entry.customer, told, now, conversation.id), now)


def waiting(session: Session, scope: Scope, limit: int = 100) -> list[Entry]:
    """Return the proposals nobody has decided about, the oldest first."""
    rows = session.scalars(
        select(EntryRow.id)
        .where(within(scope, EntryRow), EntryRow.kind == "outreach_proposed")
        .order_by(EntryRow.seq.desc())
        .limit(limit * 10)
    )
    open_ones = [one for one in rows if timeline.find(session, scope, f"outreach-settled:{one}") is None]
    found = [timeline.get_entry(session, scope, EntryId(one)) for one in reversed(open_ones)]
    return [one for one in found if one.payload is not None][:limit]
