"""Written cases of identity: what happens, whose it truly is, and why it is hard."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import combinations
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from knowledge.customers import identity, inbox, joining, links, persons
from knowledge.customers.entries import Handle
from knowledge.customers.inbox import Incoming
from knowledge.customers.links import Ground
from knowledge.customers.record import KnownHandle, NewCustomer, save_customer
from knowledge.database import Database
from knowledge.ids import CustomerId
from knowledge.scope import Scope

CASES = Path(__file__).with_name("cases.yaml")


class Step(BaseModel):
    """One thing that happens to one person's record.

    `source` saves a customer under that id of an outside system; `writes` is a message from a handle; `signs_in` proves
    that e-mail address in the chat session `during`; `shares` marks a handle as shared; `apart` says that this person's
    and another's records are two people. Handles are written kind:value, with a `?` before a mere claim.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    who: str
    source: str = ""
    name: str = ""
    facts: Mapping[str, str] = {}
    has: tuple[str, ...] = ()
    writes: str = ""
    signs_in: str = ""
    during: str = ""
    shares: str = ""
    apart: str = ""
    days: Annotated[int, Field(ge=0)] = 0


class Case(BaseModel):
    """What happens, in order; `days` of a step count from the beginning."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    kind: Literal["household", "shared", "recycled", "typo", "claim", "session", "namesake", "veto", "same"]
    why: str
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Outcome:
    """Pairs of steps of different people that became one; how many pairs of one person's there are, and were joined."""

    wrong: tuple[tuple[Step, Step], ...]
    same: int
    rightly: int


@dataclass
class _Stage:
    database: Database
    scope: Scope
    begin: datetime
    records: dict[str, list[CustomerId]] = field(default_factory=dict)


def read_cases() -> tuple[Case, ...]:
    """Read the written cases."""
    return tuple(Case.model_validate(row) for row in yaml.safe_load(CASES.read_text(encoding="utf-8")))


def wrongly_joined(database: Database, case: Case, begin: datetime) -> Outcome:
    """Let the steps of a case happen in a scope of its own, through the product's own doors, and say who became one."""
    stage = _Stage(database, Scope(brand=case.id), begin)
    landed = [(step, record) for step in case.steps if (record := _perform(stage, step)) is not None]
    with database.read() as session:
        person = persons.persons_of(session, stage.scope, {record for _, record in landed})
    wrong, same, rightly = [], 0, 0
    for (mine, one), (theirs, other) in combinations(landed, 2):
        joined = person[one] == person[other]
        if mine.who != theirs.who:
            wrong += [(mine, theirs)] if joined else []
        else:
            same, rightly = same + 1, rightly + joined
    return Outcome(tuple(wrong), same, rightly)


def _perform(stage: _Stage, step: Step) -> CustomerId | None:
    now = stage.begin + timedelta(days=step.days)
    with stage.database.write() as session:
        if step.shares:
            identity.mark_shared(session, stage.scope, _handle(step.shares).handle, True)
            return None
        if step.apart:
            mine, theirs = stage.records[step.who][0], stage.records[step.apart][0]
            links.part(session, stage.scope, mine, theirs, Ground("sara@shop.example"), now)
            return None
        if step.source:
            new = NewCustomer(step.source, step.name, attributes=step.facts, handles=tuple(map(_handle, step.has)))
            record = save_customer(session, stage.scope, new, now)
        elif step.signs_in:
            record = identity.recognise(session, stage.scope, Handle("email", step.signs_in), True, now)
            _sign_in(session, stage.scope, step, record, now)
        else:
            known = _handle(step.writes)
            incoming = Incoming(known.handle.kind, known.handle, "Hello", now, verified=known.verified)
            record = inbox.receive(session, stage.scope, incoming, now).customer
    stage.records.setdefault(step.who, []).append(record)
    return record


def _sign_in(session: Session, scope: Scope, step: Step, person: CustomerId, now: datetime) -> None:
    anonymous = identity.find(session, scope, Handle("chat", step.during)) if step.during else None
    if anonymous is not None:
        joining.by_session(session, scope, anonymous, person, now)


def _handle(text: str) -> KnownHandle:
    kind, _, value = text.removeprefix("?").partition(":")
    return KnownHandle(Handle(kind, value), not text.startswith("?"))
