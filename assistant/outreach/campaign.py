"""The journey of a message that we send first: trigger, guard, holdout, draft, approval, guard again, outbox.

Each step is an entry, in one transaction, under a key that names what it is about: killed anywhere, a run goes on where
it was, and nothing is proposed or sent twice.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from assistant.outreach import guard, people
from assistant.outreach.approving import Said, approve, settle_rest
from assistant.outreach.choosing import Way, ways_of
from assistant.outreach.drafting import Frame, draft
from assistant.outreach.firing import Fired, firings
from assistant.outreach.guard import Verdict
from assistant.outreach.holdout import held_out, looked_at
from assistant.outreach.looking import reading
from assistant.outreach.reading import Message, read_facts
from assistant.outreach.sampling import read_samples, words_of
from assistant.outreach.terms import BY_TRIGGER, Campaign
from assistant.outreach.triggers import Plan, Trigger
from knowledge.customers import timeline
from knowledge.customers.entries import Entry
from knowledge.customers.outreach_entries import OutreachHeldOut, OutreachProposed, OutreachRefused, Step
from knowledge.customers.record import Customer, get_customer
from knowledge.customers.timeline import NewEntry
from knowledge.database import Database
from knowledge.ids import CustomerId
from knowledge.library.articles import Article, list_articles
from knowledge.scope import Scope


@dataclass(frozen=True)
class Case:
    """A trigger that went off for a person, and the key of what comes of it; `waits`: for the sample of a trigger."""

    trigger: Trigger
    fired: Fired
    person: CustomerId
    waits: bool = False

    @property
    def key(self) -> str:
        """The same for the same trigger, person and evidence."""
        return f"outreach:{self.trigger.name}:{self.person}:{self.fired.evidence or self.fired.at.isoformat()}"

    @property
    def until(self) -> datetime:
        """Until when it is fresh."""
        return self.fired.at + timedelta(hours=self.trigger.fresh_hours)


def run(database: Database, scope: Scope, campaign: Campaign, now: datetime) -> Counter[str]:
    """Propose what fresh firings ask for, send what trusted triggers and settled samples may; returns what came of it.

    The first message of a sample is always looked at, then a share of them: the others wait for it.
    """
    came: Counter[str] = Counter()
    with database.read() as session:
        stands = {name for name, one in read_samples(session, scope, campaign.plan, now).items() if one.stands}
    for case in list(cases(database, scope, campaign.plan, now)):
        with database.write() as session:
            done = _propose(session, scope, campaign, replace(case, waits=_waits(case, stands)), now)
        if done is None:
            continue
        came[done.kind.removeprefix("outreach_")] += 1
        if isinstance(done.payload, OutreachProposed):
            stands.add(case.trigger.name)
            if done.payload.auto:
                said = Said(done.id, True, BY_TRIGGER)
                came[approve(database, scope, campaign, said, now).kind.removeprefix("outreach_")] += 1
    return came + settle_rest(database, scope, campaign, now)


def _waits(case: Case, stands: Collection[str]) -> bool:
    one = case.trigger
    looked = one.name not in stands or looked_at(case.key, one.name, one.sample_share)
    return one.approval == "sample" and not looked


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
        auto=trigger.approval == "trusted",
        sample=words_of(trigger) if trigger.approval == "sample" else "",
        rest=case.waits,
    )
    return timeline.append(session, scope, NewEntry(customer.id, proposed, now, dedupe_key=case.key), now)


def _no_way(trigger: Trigger, reach: Sequence[Way]) -> Verdict:
    seen = {"channels": ", ".join(trigger.channels)}
    if reach:
        return Verdict("refuse", "channel", "none of their channels is fit for it now", seen)
    return Verdict("refuse", "address", "none of the channels reaches them", seen)


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
