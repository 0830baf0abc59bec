"""Outreach by time and by word: what triggers ask for is proposed and sent, and who says stop is heard at once."""

from datetime import datetime, timedelta

from api.outreach_choosing import BestFirst
from api.outreaching import open_campaign
from api.parts import Parts
from api.worker.work import Job, Reaction
from assistant.outreach.campaign import run
from assistant.outreach.stopping import hear
from knowledge.customers.entries import Entry


def reach_out(parts: Parts, now: datetime) -> None:
    """Look once at what set off a trigger; without a file of triggers nothing is done."""
    campaign = open_campaign(parts.settings, BestFirst(parts.database, parts.scope, parts.service, now))
    if campaign is not None:
        run(parts.database, parts.scope, campaign, now)


def hear_stop(parts: Parts, entry: Entry) -> None:
    """Write down that a customer answered STOP to what we sent first."""
    with parts.database.write() as session:
        hear(session, parts.scope, entry, parts.clock())


REACH_OUT = Job("reach_out", timedelta(minutes=15), reach_out)
HEAR_STOP = Reaction("hear_stop", frozenset({"message_received"}), hear_stop, within=timedelta(days=14))
