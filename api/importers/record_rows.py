"""The rows of an import about the product and the account: what a customer did there, and what billing reports."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from api.importers.row_parts import Id, Instant, Money, Part, limited

Value = Annotated[str, limited(1_000)] | bool | int | Annotated[float, Field(allow_inf_nan=False)] | None


class ProductEventGiven(Part):
    """The customer did something in the product."""

    type: Literal["product_event"]
    id: Id
    customer: Id
    at: Instant
    name: Annotated[str, limited(200, 1)]
    properties: Annotated[dict[Annotated[str, limited(100)], Value], Field(max_length=50, default_factory=dict)]


class AccountGiven(Part):
    """The account and plan as billing reports it; sent again when it changes."""

    type: Literal["account"]
    id: Id
    customer: Id
    at: Instant
    plan: Annotated[str, limited(200, 1)]
    status: Annotated[str, limited(64, 1)]
    since: date | None = None
    renews_on: date | None = None
    seats: Annotated[int, Field(ge=0, le=10_000_000)] | None = None
    value: Money | None = None
    currency: Annotated[str, limited(8)] = ""
