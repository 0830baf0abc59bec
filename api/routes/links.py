"""Routes by which agents say which records are one person's, take it back, and decide on what was suggested."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from fastapi import APIRouter, Path, Query
from pydantic import AfterValidator, BaseModel, Field

from api.access import PartsHere, StaffHere
from api.failures import responses
from api.parts import Parts
from api.routes.conversations import Limit
from api.routes.customers import CustomerPath
from api.schemas import Id, Input, Output, without_nul
from assistant.understanding.grouping import group_person
from knowledge.customers import links, pairs
from knowledge.customers.links import Ground, Link
from knowledge.customers.record import get_customer
from knowledge.failures import Conflict
from knowledge.ids import CustomerId

router = APIRouter(prefix="/api", tags=["identity"])
Reason = Annotated[str, Field(max_length=500), AfterValidator(without_nul)]
RowPath = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$")]


class LinkIn(Input):
    """Two records, and whether they are one person's (`same`) or two people's (`apart`)."""

    one: Id
    other: Id
    kind: Literal["same", "apart"] = "same"
    reason: Reason = ""


class ReasonIn(Input):
    """Why; may be empty."""

    reason: Reason = ""


class LinkOut(BaseModel):
    """A row of the ledger; `proof`: a verified key shows it. `revokes` names the row that no longer holds."""

    id: str
    kind: Literal["same", "apart", "revoked"]
    one: CustomerId
    other: CustomerId
    at: datetime
    author: str
    reason: str
    score: float | None
    evidence: dict[str, Any]
    proof: bool
    revokes: str | None
    holds: bool

    @classmethod
    def of(cls, link: Link, holds: bool = True) -> Self:
        """Return the row as it goes out."""
        told = {name: value for name, value in vars(link).items() if name in cls.model_fields}
        return cls(**told, **{**vars(link.ground), "evidence": dict(link.ground.evidence)}, holds=holds)


class LinksOut(BaseModel):
    """Every row about a person's records, in the order they were written."""

    links: list[LinkOut]


class PairOut(Output):
    """Two records that may be one person's; weights in `evidence` are log2 of the odds each field adds."""

    id: str
    one: CustomerId
    other: CustomerId
    score: float
    source: str
    reason: str
    evidence: dict[str, Any]
    made_at: datetime | None


class PairsOut(BaseModel):
    """Pairs nobody has decided on, the likeliest first."""

    pairs: list[PairOut]


@router.get("/customers/{customer}/links", responses=responses(401, 403, 404, 422))
def list_links(parts: PartsHere, customer: CustomerPath) -> LinksOut:
    """Return who or what joined and parted the records of a person, and whether it still holds."""
    with parts.database.read() as session:
        get_customer(session, parts.scope, CustomerId(customer))
        rows = links.history(session, parts.scope, CustomerId(customer))
    holding = {row.id for row in links.holding(rows)}
    return LinksOut(links=[LinkOut.of(row, row.id in holding) for row in rows])


@router.post("/links", status_code=201, responses=responses(400, 401, 403, 404, 409, 413, 422))
def add(parts: PartsHere, me: StaffHere, given: LinkIn) -> LinkOut:
    """Say that two records are one person's, or two people's; what is said already is a conflict."""
    say = links.link if given.kind == "same" else links.part
    ground, now = Ground(me.email, given.reason), parts.clock()
    with parts.database.write() as session:
        row = say(session, parts.scope, CustomerId(given.one), CustomerId(given.other), ground, now)
    return _new(parts, row)


@router.post("/links/{link}/revocation", status_code=201, responses=responses(400, 401, 403, 404, 409, 413, 422))
def revoke(parts: PartsHere, me: StaffHere, link: RowPath, given: ReasonIn) -> LinkOut:
    """Take a row back: what it joined is apart again as if it had never been."""
    with parts.database.write() as session:
        return LinkOut.of(links.unlink(session, parts.scope, link, Ground(me.email, given.reason), parts.clock()))


@router.get("/pairs", responses=responses(401, 403, 422))
def list_pairs(
    parts: PartsHere,
    customer: Annotated[str | None, Query(pattern=r"^[0-9a-f]{32}$")] = None,
    limit: Limit = 50,
    offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
) -> PairsOut:
    """Return the pairs of records that may be one person's and wait for somebody to decide."""
    whose = CustomerId(customer) if customer else None
    with parts.database.read() as session:
        found = pairs.waiting(session, parts.scope, customer=whose, limit=limit, offset=offset)
    return PairsOut(pairs=[PairOut.of(pair) for pair in found])


@router.post("/pairs/{pair}/acceptance", status_code=201, responses=responses(401, 403, 404, 409, 422))
def accept(parts: PartsHere, me: StaffHere, pair: RowPath) -> LinkOut:
    """Link the two records of a pair, with its evidence."""
    with parts.database.write() as session:
        row = pairs.accept(session, parts.scope, pair, me.email, parts.clock())
    return _new(parts, row)


@router.post("/pairs/{pair}/refusal", status_code=201, responses=responses(400, 401, 403, 404, 409, 413, 422))
def refuse(parts: PartsHere, me: StaffHere, pair: RowPath, given: ReasonIn) -> LinkOut:
    """Remember that a pair is two people: it is not suggested again, and no key joins them."""
    with parts.database.write() as session:
        row = pairs.refuse(session, parts.scope, pair, me.email, given.reason, parts.clock())
    return _new(parts, row)


def _new(parts: Parts, row: Link | None) -> LinkOut:
    """Return what was said; of records that are one person's now, what is one problem becomes one issue."""
    if row is None:
        raise Conflict("That is said already.", "GET the links of the customer to see by whom.")
    if row.kind == "same":
        group_person(parts.database, parts.scope, parts.search.embedder, row.one, parts.clock())
    return LinkOut.of(row)
