"""Routes that find: customers by what is known of them, and what was said and done with one of them."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime, BaseModel

from api.access import PartsHere
from api.failures import responses
from api.routes.conversations import Limit
from api.routes.customers import CustomerPath
from api.schemas import CustomerOut, EntryOut
from knowledge.customers.health import Band
from knowledge.customers.history import read_history
from knowledge.customers.listing import Sort, Wanted, find_customers
from knowledge.customers.record import get_customer
from knowledge.failures import Rejected
from knowledge.ids import CustomerId
from retrieval.history import Found, How, search_history

router = APIRouter(prefix="/api/customers", tags=["customers"])
Words = Annotated[str, Query(max_length=200, description="Must occur in the name or an address.")]


class ListedOut(CustomerOut):
    """A customer in a list: when there last was contact; health only where it was asked for."""

    last_contact: datetime | None = None
    health: float | None = None


class CustomersOut(BaseModel):
    """Some customers; `next` is the offset to go on from, null at the end."""

    customers: list[ListedOut]
    next: int | None


class FoundOut(BaseModel):
    """Something of a history that fits: the entry, its words around the place, and how it was found."""

    entry: EntryOut
    excerpt: str
    score: float
    literal: bool
    word_rank: int | None
    similarity: float | None

    @classmethod
    def of(cls, found: Found) -> "FoundOut":
        """Return it as it goes out."""
        told = {name: value for name, value in vars(found).items() if name != "told"}
        return cls(entry=EntryOut.of(found.told.entry), **told)


class HistoryOut(BaseModel):
    """What was found, the best first; `complete` is false when the person's oldest entries were not looked at."""

    found: list[FoundOut]
    complete: bool


def asked(  # noqa: PLR0913, PLR0917 - each is a parameter of the address
    parts: PartsHere,
    words: Words = "",
    attribute: Annotated[list[str] | None, Query(max_length=10, description="`name=value`; all must fit.")] = None,
    tag: Annotated[str, Query(max_length=200, description="One of the attribute `tags`.")] = "",
    health: Annotated[Band | None, Query(description="Reckoned anew: at most 1,000 persons are looked at.")] = None,
    since: Annotated[AwareDatetime | None, Query(description="The last contact lies at or after it.")] = None,
    until: Annotated[AwareDatetime | None, Query(description="The last contact lies before it.")] = None,
    sort: Sort = "name",
) -> Wanted:
    """Return which customers are asked for.

    Raises:
        Rejected: an attribute is not `name=value`.
    """
    return Wanted(
        words=words.replace("\0", " "),
        attributes=tuple(pair(one) for one in attribute or ()),
        tag=tag.replace("\0", ""),
        band=health,
        since=since,
        until=until,
        sort=sort,
        weighing=parts.standards.health,
    )


def pair(text: str) -> tuple[str, str]:
    """Return name and value of `name=value`.

    Raises:
        Rejected: it is none, or too long.
    """
    name, found, value = text.replace("\0", "").partition("=")
    if not found or not name.strip() or len(text) > 500:
        raise Rejected(f"{text[:50]!r} is no attribute and its value.", "Write name=value, such as plan=Basic.")
    return name.strip(), value.strip()


AskedHere = Annotated[Wanted, Depends(asked)]


@router.get("", responses=responses(401, 403, 422))
def list_some(
    parts: PartsHere, wanted: AskedHere, limit: Limit = 50, offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0
) -> CustomersOut:
    """Return customers by name or by their last contact, all of them or those that fit."""
    with parts.database.read() as session:
        page = find_customers(session, parts.scope, wanted, parts.clock(), limit=limit, offset=offset)
    listed = [
        ListedOut(
            **vars(CustomerOut.of(one.customer)),
            last_contact=one.last_contact,
            health=one.health.score if one.health else None,
        )
        for one in page.listed
    ]
    return CustomersOut(customers=listed, next=page.next)


@router.get("/{customer}/search", responses=responses(401, 403, 404, 422, 503))
def search(
    parts: PartsHere,
    customer: CustomerPath,
    words: Annotated[str, Query(min_length=1, max_length=1_000, description="Words, or a question.")],
    how: How = "both",
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> HistoryOut:
    """Find what was said and done with a customer, on every channel, by words and by meaning."""
    with parts.database.read() as session:
        found = get_customer(session, parts.scope, CustomerId(customer))
        history = read_history(session, parts.scope, found.id)
    hits = search_history(parts.search.embedder, words, history.told, how=how, limit=limit)
    return HistoryOut(found=[FoundOut.of(hit) for hit in hits], complete=history.complete)
