"""Outreach by time and by word: triggers propose and send; a yes to a sample and a stop count at once."""

from datetime import datetime, timedelta

from api.outreach.choosing import BestFirst
from api.outreach.outreaching import open_campaign
from api.parts import Parts
from api.worker.work import Job, Reaction
from assistant.outreach.approving import settle_rest
from assistant.outreach.campaign import run
from assistant.outreach.stopping import hear
from knowledge.customers.entries import Entry
from knowledge.customers.outreach_entries import OutreachApproved


def reach_out(parts: Parts, now: datetime) -> None:
    """Look once at what set off a trigger; without a file of triggers nothing is done."""
    campaign = open_campaign(parts.settings, BestFirst(parts.database, parts.scope, parts.service, now))
    if campaign is not None:
        run(parts.database, parts.scope, campaign, now)


def follow_sample(parts: Parts, entry: Entry) -> None:
    """Settle what waited for a sample when somebody has looked at it."""
    said, campaign = entry.payload, open_campaign(parts.settings)
    if campaign is not None and isinstance(said, OutreachApproved) and said.sample and not said.by_sample:
        settle_rest(parts.database, parts.scope, campaign, parts.clock())


def hear_stop(parts: Parts, entry: Entry) -> None:
    """Write down that a customer answered STOP to what we sent first."""
    with parts.database.write() as session:
        hear(session, parts.scope, entry, parts.clock())


REACH_OUT = Job("reach_out", timedelta(minutes=15), reach_out)
FOLLOW_SAMPLE = Reaction("follow_sample", frozenset({"outreach_approved"}), follow_sample)
HEAR_STOP = Reaction("hear_stop", frozenset({"message_received"}), hear_stop, within=timedelta(days=14))
