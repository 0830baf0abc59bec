"""Routing by time: rules fire, offers are made and pass on, silent owners give back, customers are told."""

from datetime import datetime, timedelta

from api.parts import Parts
from api.routing import model_of
from api.worker.work import Job
from handoff.assignment.desk import step
from handoff.escalation.acting import escalate_waiting

EVERY = timedelta(seconds=15)


def route(parts: Parts, now: datetime) -> None:
    """Look once at all that wait and do what the service plan says; without a plan nothing is done."""
    plan = parts.service
    if plan.escalation:
        with parts.database.write() as session:
            escalate_waiting(session, parts.scope, plan, now)
    if plan.assignment.offering:
        model = model_of(parts.settings.data_dir)
        with parts.database.write() as session:
            step(session, parts.scope, plan, model, now)


ROUTE = Job("route", EVERY, route)
