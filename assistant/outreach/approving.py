"""Approving: a proposal gets its yes or no, is held against the guard once more, and goes to the outbox."""

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from assistant.outreach.asking import Asked, ask_again, refusal
from assistant.outreach.guard import Verdict
from assistant.outreach.sampling import read_samples
from assistant.outreach.terms import AUTHOR, Campaign
from assistant.outreach.triggers import Trigger
from knowledge.customers import inbox, timeline
from knowledge.customers.entries import ConversationOpened, Entry, Handle
from knowledge.customers.inbox import Reply
from knowledge.customers.outreach_entries import OutreachApproved, OutreachProposed, OutreachSent
from knowledge.customers.timeline import NewEntry
from knowledge.database import Database
from knowledge.failures import Conflict, NotFound
from knowledge.ids import EntryId
from knowledge.scope import Scope


@dataclass(frozen=True)
class Said:
    """A colleague's (or a trusted trigger's) yes or no to a proposal; `by_sample`: they said it of a sample of it."""

    proposal: EntryId
    approved: bool
    author: str
    by_sample: bool = False


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
        word = OutreachApproved(said.proposal, said.approved, said.author, said.by_sample, proposed.sample)
        settled = NewEntry(entry.customer, word, now, None, key)
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
    key = f"outreach-refused:{entry.id}:{verdict.rule}"
    refused = NewEntry(entry.customer, refusal(asked, "sending", verdict), now, dedupe_key=key)
    return timeline.find(session, scope, key) or timeline.append(session, scope, refused, now)


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


def settle_rest(database: Database, scope: Scope, campaign: Campaign, now: datetime) -> Counter[str]:
    """Send what waited for a sample that has its yes, turn down what waited for one that got a no.

    May be called again and by several at once: each proposal is settled once.
    """
    came: Counter[str] = Counter()
    with database.read() as session:
        samples = read_samples(session, scope, campaign.plan, now)
    for sample in samples.values():
        words = [(name, False, sample.stopper) for name in sample.stopped]
        words += [(name, True, sample.author) for name in sample.rest] if sample.goes else []
        for name, approved, author in words:
            said = Said(name, approved, author, by_sample=True)
            with suppress(Conflict):  # somebody else has settled it a moment ago
                came[approve(database, scope, campaign, said, now).kind.removeprefix("outreach_")] += 1
    return came
