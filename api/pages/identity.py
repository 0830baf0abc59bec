"""Who is one person, in the console: suggested pairs with their evidence, what was joined, and taking it back."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, get_args

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.access import PartsHere, StaffHere
from api.importers.row_parts import Channel
from api.pages.desk import names_of
from api.pages.drawing import draw
from api.parts import Parts
from api.routes.customers import CustomerPath
from assistant.outreach.facts import PURPOSES
from knowledge.customers import consent, erasure, holds, links, pairs, persons
from knowledge.customers.entries import Handle
from knowledge.customers.links import Link
from knowledge.customers.pairs import Pair
from knowledge.customers.tables import CustomerRow, HandleRow
from knowledge.ids import CustomerId
from knowledge.scope import Scope, within
from knowledge.staff.people import list_staff

router = APIRouter(include_in_schema=False)
SHOWN, LATELY = 50, 5
_FIELD_NAMES = {"given_name": "first name", "family_name": "family name", "house_number": "house number"}


@dataclass(frozen=True)
class Side:
    """One record of a pair: what tells it from others."""

    id: CustomerId
    name: str
    handles: tuple[Handle, ...]
    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Sign:
    """One piece of evidence: what was compared, and how it speaks (log2 of the odds; 0: it decides by itself)."""

    what: str
    weight: float = 0.0


@dataclass(frozen=True)
class Joint:
    """Two records and what is said of them: the pair to decide on, or the row that holds."""

    id: str
    one: Side
    other: Side
    score: float | None
    reason: str
    signs: tuple[Sign, ...]
    author: str = ""
    apart: bool = False


@router.get("/console/pairs")
def pairs_page(request: Request, parts: PartsHere, me: StaffHere) -> HTMLResponse:
    """The pairs of records that may be one person's and wait for somebody to decide."""
    with parts.database.read() as session:
        found = pairs.waiting(session, parts.scope, limit=SHOWN)
        sides = _sides(session, parts.scope, {one for pair in found for one in (pair.one, pair.other)})
        joined = links.joined_lately(session, parts.scope, LATELY)
        sides |= _sides(session, parts.scope, {one for row in joined for one in (row.one, row.other)})
        staff = names_of(list_staff(session, parts.scope))
    joints, lately = [_of_pair(pair, sides) for pair in found], [_of_link(row, sides, staff) for row in joined]
    return draw(request, "pairs.html", me=me, joints=joints, lately=lately, more=len(found) == SHOWN)


@router.get("/console/customers/{customer}/erasure")
def erasure_page(request: Request, parts: PartsHere, me: StaffHere, customer: CustomerPath) -> HTMLResponse:
    """The certificate of an erasure."""
    with parts.database.read() as session:
        told = erasure.get_certificate(session, parts.scope, CustomerId(customer))
    at = datetime.fromisoformat(told["at"])
    return draw(request, "erasure.html", me=me, customer=customer, told=told, at=at)


def read_identity(session: Session, parts: Parts, customer: CustomerId) -> dict[str, Any]:
    """Return what a customer's page shows of identity and privacy."""
    scope = parts.scope
    records = persons.records_of(session, scope, customer)
    rows = links.holding(links.history(session, scope, customer))
    waiting = pairs.waiting(session, scope, customer=customer, limit=SHOWN)
    shown = {one for row in rows for one in (row.one, row.other)}
    shown |= {one for pair in waiting for one in (pair.one, pair.other)}
    sides, staff = _sides(session, scope, shown), names_of(list_staff(session, scope))
    hold = holds.hold_on(session, scope, records)
    return {
        "joints": [_of_link(row, sides, staff) for row in rows],
        "waiting": [_of_pair(pair, sides) for pair in waiting],
        "consents": consent.consents_of(session, scope, records).standings,
        "hold": hold,
        "purposes": sorted(PURPOSES),
        "channels": get_args(Channel),
    }


def _of_pair(pair: Pair, sides: Mapping[CustomerId, Side]) -> Joint:
    return Joint(pair.id, sides[pair.one], sides[pair.other], pair.score, pair.reason, signs_of(pair.evidence))


def _of_link(row: Link, sides: Mapping[CustomerId, Side], staff: Mapping[str, str]) -> Joint:
    said = row.ground
    author = staff.get(said.author, said.author)
    signs = signs_of(said.evidence)
    one, other = sides[row.one], sides[row.other]
    return Joint(row.id, one, other, said.score, said.reason, signs, author, apart=row.kind == "apart")


def signs_of(evidence: Mapping[str, object]) -> tuple[Sign, ...]:
    """Return the evidence as what an agent reads: fields with their weights, the strongest first, or the rule."""
    weights = evidence.get("weights")
    if isinstance(weights, Mapping):
        told = [Sign(_FIELD_NAMES.get(str(name), str(name).replace("_", " ")), float(w)) for name, w in weights.items()]
        return tuple(sorted(told, key=lambda sign: -abs(sign.weight)))
    rule, kind = evidence.get("rule"), evidence.get("kind")
    return (Sign(f"{rule}: {kind}" if kind else str(rule)),) if rule else ()


def _sides(session: Session, scope: Scope, records: Collection[CustomerId]) -> dict[CustomerId, Side]:
    """Return records one by one: of a person, only what this record says."""
    rows = session.scalars(select(CustomerRow).where(within(scope, CustomerRow), CustomerRow.id.in_(list(records))))
    handles: dict[str, list[Handle]] = {}
    query = select(HandleRow).where(HandleRow.customer.in_(list(records))).order_by(HandleRow.created_at, HandleRow.id)
    for handle in session.scalars(query):
        if handle.kind != "chat":
            handles.setdefault(handle.customer, []).append(Handle(handle.kind, handle.value))
    return {CustomerId(row.id): _side(row, handles.get(row.id, [])) for row in rows}


def _side(row: CustomerRow, handles: Sequence[Handle]) -> Side:
    told = tuple((key, str(value)) for key, value in sorted((row.attributes or {}).items()) if value not in ("", None))
    name = row.name or (handles[0].value if handles else "Visitor")
    return Side(CustomerId(row.id), name, tuple(handles), told[:12])
