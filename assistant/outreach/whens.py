"""What can set off a trigger, as its YAML says it: one typed form a kind, and what a text of that kind may name."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from knowledge.customers.survey_entries import Survey

Days = Annotated[int, Field(ge=1, le=365)]
Word = Annotated[str, Field(min_length=1, max_length=120)]


class Strict(BaseModel):
    """A part of the file: a field that is none stops the reading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class DeliveryLate(Strict):
    """An order is said to be late, or is not `done` so many days after it was placed."""

    kind: Literal["delivery_late"]
    statuses: tuple[Word, ...] = ("late", "delayed")
    days: Days | None = None
    done: tuple[Word, ...] = ("delivered", "cancelled", "returned", "refunded")


class PaymentFailed(Strict):
    """A payment failed in the product, or billing says the account owes."""

    kind: Literal["payment_failed"]
    events: tuple[Word, ...] = ("payment_failed",)
    statuses: tuple[Word, ...] = ("past_due", "unpaid")


class PageVisits(Strict):
    """The same page (its address holds `url`) was looked at so many times within so many hours."""

    kind: Literal["page_visits"]
    url: Annotated[str, Field(min_length=3, max_length=500)]
    visits: Annotated[int, Field(ge=2, le=100)] = 3
    within_hours: Annotated[int, Field(ge=1, le=24 * 30)] = 48


class PromiseDue(Strict):
    """We promised something, and so many days later nothing more was said in that conversation."""

    kind: Literal["promise_due"]
    days: Days = 3


class SurveyUnhappy(Strict):
    """They rated us this low."""

    kind: Literal["survey_unhappy"]
    survey: Survey = "csat"
    most: Annotated[int, Field(ge=0, le=10)] = 2


class Incident(Strict):
    """Something broke: whoever has one of these plans, orders or product events before it began is told."""

    kind: Literal["incident"]
    name: Word
    began: AwareDatetime
    plans: tuple[Word, ...] = ()
    skus: tuple[Word, ...] = ()
    events: tuple[Word, ...] = ()


class HealthFalling(Strict):
    """Health fell by so many points within so many days."""

    kind: Literal["health_falling"]
    points: Annotated[int, Field(ge=1, le=100)] = 20
    days: Days = 30


class SameProblem(Strict):
    """They had a product event about which at least so many others wrote to us within so many days of it."""

    kind: Literal["same_problem"]
    event: Word
    customers: Annotated[int, Field(ge=1, le=100_000)] = 3
    days: Days = 7


When = Annotated[
    DeliveryLate | PaymentFailed | PageVisits | PromiseDue | SurveyUnhappy | Incident | HealthFalling | SameProblem,
    Field(discriminator="kind"),
]
# What a text may name beside $name, by the kind of its trigger.
NAMES: Mapping[str, frozenset[str]] = {"delivery_late": frozenset({"order"}), "page_visits": frozenset({"page"})}
