"""Routing by time: rules fire, offers are made and pass on, silent owners give back, customers are told."""

from datetime import datetime, timedelta

from api.parts import Parts
from api.routing import whatever_is_usable
from api.worker.work import Job
from handoff.assignment.desk import is_due, step
from handoff.escalation.acting import escalate_waiting, firing

EVERY = timedelta(seconds=15)


def route(parts: Parts, now: datetime) -> None:
    """Look once at all that wait and do what the service plan says; without a plan nothing is done.

    A look at a long queue takes a second: nobody else's writing waits for one after which there is nothing to do.
    """
    plan = parts.service
    with parts.database.read() as session:
        fires = bool(firing(session, parts.scope, plan, now))
    if fires:
        with parts.database.write() as session:
            escalate_waiting(session, parts.scope, plan, now)
    if plan.assignment.offering:
        use = whatever_is_usable(parts.settings.data_dir, plan)
        with parts.database.read() as session:
            due = is_due(session, parts.scope, use.plan, use.model, now)
        if due:
            with parts.database.write() as session:
                step(session, parts.scope, use.plan, use.model, now)


ROUTE = Job("route", EVERY, route)
