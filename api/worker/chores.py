"""Chores of the house: what has to be done every night without anybody asking."""

from datetime import datetime, timedelta

from api.parts import Parts
from api.privacy.erasing import scrub
from api.worker.work import Job
from knowledge.customers import attachments, retention


def retain(parts: Parts, now: datetime) -> None:
    """Take the words from what is older than the settings keep it."""
    schedule = retention.parse_schedule(parts.settings.retention)
    if schedule.days and retention.retain(parts.database, parts.scope, schedule, now).total():
        scrub(parts.database)


def tidy_files(parts: Parts, now: datetime) -> None:
    """Delete uploads that no message took, and files whose message was retained away."""
    with parts.database.write() as session:
        attachments.sweep(session, parts.scope, now)


TIDY_FILES = Job("tidy_files", timedelta(days=1), tidy_files)
RETAIN = Job("retain", timedelta(days=1), retain)
