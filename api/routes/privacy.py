"""Routes of privacy: consent, export, legal hold, erasure, and who looked at whose record."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse, JSONResponse, Response
from pydantic import AfterValidator, AwareDatetime, BaseModel, Field
from sqlalchemy.orm import Session

from api.access import ChatHere, PartsHere, StaffHere
from api.failures import responses
from api.parts import Parts
from api.privacy.erasing import forget
from api.privacy.exporting import as_html
from api.routes.customers import CustomerPath
from api.schemas import EntryOut, Input, Output, without_nul
from knowledge.customers import access, consent, erasure, export, holds, persons
from knowledge.customers.entries import Entry
from knowledge.customers.erasure import Wish
from knowledge.customers.privacy_entries import ConsentGiven, ConsentWithdrawn, Ground, HoldSet
from knowledge.customers.record import get_customer
from knowledge.ids import CustomerId, StaffId

router = APIRouter(prefix="/api", tags=["privacy"])
Word = Annotated[str, Field(max_length=32), AfterValidator(without_nul)]
Short = Annotated[str, Field(max_length=200), AfterValidator(without_nul)]
HERE = responses(400, 401, 403, 404, 413, 422)


class ChoiceIn(Input):
    """Yes or no to a purpose on a channel (empty: every channel); `text_version` names the words agreed to."""

    purpose: Word
    channel: Word = ""
    given: bool
    text_version: Short = ""
    objection: bool = False


class ConsentIn(ChoiceIn):
    """The same, written down by a colleague: how and when the customer said so, and what proves it."""

    how: Short
    proof: Annotated[str, Field(max_length=2_000), AfterValidator(without_nul)] = ""
    at: AwareDatetime | None = None


class ConsentOut(Output):
    """The word that counts for a purpose and channel."""

    purpose: str
    channel: str
    given: bool
    objection: bool
    text_version: str
    how: str
    proof: str
    at: datetime


class ConsentsOut(BaseModel):
    """What a customer agreed to and refused; what is not listed was not agreed to."""

    consents: list[ConsentOut]


class HoldIn(Input):
    """Whether a law or a dispute forbids erasing, and why."""

    on: bool
    reason: Annotated[str, Field(min_length=1, max_length=500), AfterValidator(without_nul)]


class ErasureIn(Input):
    """Why the person is forgotten."""

    ground: Ground = "request"


class Certificate(BaseModel):
    """What was erased and what stays; `digest` is over all the rest, `tell` names channels that had their data too."""

    format: str
    records: list[CustomerId]
    at: datetime
    by: str
    ground: Ground
    erased: dict[str, dict[str, int]]
    kept: dict[str, int]
    tell: list[str]
    digest: str


class LookOut(Output):
    """A colleague looked at the record."""

    at: datetime
    staff: StaffId
    what: str
    why: str


class LooksOut(BaseModel):
    """Who looked, the latest first."""

    looks: list[LookOut]


def choose(session: Session, parts: Parts, customer: CustomerId, given: ChoiceIn, author: str) -> Entry:
    """Record a yes or a no; a no needs nothing but its purpose."""
    how = given.how if isinstance(given, ConsentIn) else "chat"
    proof = given.proof if isinstance(given, ConsentIn) else ""
    now = parts.clock()
    at = (given.at if isinstance(given, ConsentIn) else None) or now
    if given.given:
        said = ConsentGiven(given.purpose, given.channel, given.text_version, how, author, proof)
        return consent.give(session, parts.scope, customer, said, at, now)
    no = ConsentWithdrawn(given.purpose, given.channel, how, author, proof, given.objection)
    return consent.withdraw(session, parts.scope, customer, no, at, now)


def _consents(parts: Parts, customer: CustomerId) -> ConsentsOut:
    with parts.database.read() as session:
        get_customer(session, parts.scope, customer)
        records = persons.records_of(session, parts.scope, customer)
        found = consent.consents_of(session, parts.scope, records)
    return ConsentsOut(consents=[ConsentOut.of(one) for one in found.standings])


@router.get("/customers/{customer}/consents", responses=responses(401, 403, 404, 422))
def consents(parts: PartsHere, customer: CustomerPath) -> ConsentsOut:
    """Return what a customer agreed to and refused, with the proof."""
    return _consents(parts, CustomerId(customer))


@router.post("/customers/{customer}/consents", status_code=201, responses=HERE)
def consent_for(parts: PartsHere, staff: StaffHere, customer: CustomerPath, given: ConsentIn) -> EntryOut:
    """Write down what a customer agreed to, withdrew or objects to."""
    with parts.database.write() as session:
        return EntryOut.of(choose(session, parts, CustomerId(customer), given, staff.email))


@router.get("/chat/consents", responses=responses(401, 422))
def own_consents(parts: PartsHere, chat: ChatHere) -> ConsentsOut:
    """Return what the customer agreed to and refused."""
    return _consents(parts, chat.customer)


@router.post("/chat/consents", status_code=201, responses=responses(400, 401, 403, 404, 413, 422))
def own_choice(parts: PartsHere, chat: ChatHere, given: ChoiceIn) -> ConsentsOut:
    """Agree or withdraw, the customer themselves: both are the same request."""
    with parts.database.write() as session:
        choose(session, parts, chat.customer, given, "customer")
    return _consents(parts, chat.customer)


@router.get(
    "/customers/{customer}/export",
    response_class=JSONResponse,
    responses={200: {"content": {"text/html": {"schema": {"type": "string"}}}}, **responses(401, 403, 404, 422)},
)
def export_all(
    parts: PartsHere,
    customer: CustomerPath,
    form: Annotated[
        Literal["json", "html"], Query(alias="format", description="For machines, or for people.")
    ] = "json",
) -> Response:
    """Return everything about one person: what they gave us and what we observed, nothing of anybody else."""
    with parts.database.read() as session:
        told = export.export_person(session, parts.scope, CustomerId(customer), parts.clock())
    name = {"Content-Disposition": f'attachment; filename="{customer}.{form}"'}
    return HTMLResponse(as_html(told), headers=name) if form == "html" else JSONResponse(told, headers=name)


@router.get("/customers/{customer}/access", responses=responses(401, 403, 404, 422))
def show_access(
    parts: PartsHere, customer: CustomerPath, limit: Annotated[int, Query(ge=1, le=10_000)] = 200
) -> LooksOut:
    """Return which colleague looked at a customer's record, when, where and why."""
    with parts.database.read() as session:
        records = persons.records_of(session, parts.scope, CustomerId(customer))
        found = access.looks_at(session, parts.scope, records, limit)
    return LooksOut(looks=[LookOut.of(look) for look in found])


@router.put("/customers/{customer}/hold", responses=HERE)
def hold(parts: PartsHere, staff: StaffHere, customer: CustomerPath, given: HoldIn) -> EntryOut:
    """Place or lift a legal hold: while it stands, nothing of the record is erased."""
    said = HoldSet(given.on, given.reason, staff.email)
    with parts.database.write() as session:
        return EntryOut.of(holds.set_hold(session, parts.scope, CustomerId(customer), said, parts.clock()))


@router.post("/customers/{customer}/erasure", responses=HERE | responses(409, 503))
def erase(parts: PartsHere, staff: StaffHere, customer: CustomerPath, given: ErasureIn) -> Certificate:
    """Forget a person for good, in every room, and return the certificate. It cannot be undone."""
    wish = Wish(CustomerId(customer), staff.email, given.ground)
    return _certificate(forget(parts.database, parts.scope, wish, parts.clock()))


@router.get("/customers/{customer}/erasure", responses=responses(401, 403, 404, 422))
def show_certificate(parts: PartsHere, customer: CustomerPath) -> Certificate:
    """Return the certificate of an erasure."""
    with parts.database.read() as session:
        return _certificate(erasure.get_certificate(session, parts.scope, CustomerId(customer)))


def _certificate(told: Mapping[str, Any]) -> Certificate:
    return Certificate.model_validate(told)
