"""Surveys by time: who had an issue resolved a while ago is asked how it was."""

from datetime import datetime, timedelta

from api.outreach.surveying import ask_due
from api.parts import Parts
from api.worker.work import Job


def ask(parts: Parts, now: datetime) -> None:
    """Ask everybody who is due; nobody when the settings name no survey."""
    ask_due(parts, now)


SURVEYS = Job("surveys", timedelta(minutes=5), ask)
