"""Chores of the house: what has to be done every night without anybody asking."""

from datetime import datetime, timedelta

from api.erasing import scrub
from api.parts import Parts
from api.worker.work import Job
from knowledge.customers import retention


def retain(parts: Parts, now: datetime) -> None:
    """Take the words from what is older than the settings keep it."""
    schedule = retention.parse_schedule(parts.settings.retention)
    if schedule.days and retention.retain(parts.database, parts.scope, schedule, now).total():
        scrub(parts.database)


RETAIN = Job("retain", timedelta(days=1), retain)
