"""What can happen around a customer besides messages: what they felt, what they do in the product, their account."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

from knowledge.ids import EntryId

Mood = Literal["positive", "neutral", "negative", "unknown"]


@dataclass(frozen=True)
class MoodNoted:
    """How a message sounds. `score` lies between -1 and 1; `unknown` (and no score) where nothing can be said of it.

    `language` is the message's, "" when it could not be told; `method` names what judged, so that a later one can
    judge again.
    """

    message: EntryId
    mood: Mood
    score: float | None
    language: str
    method: str
    kind: Literal["mood_noted"] = "mood_noted"


@dataclass(frozen=True)
class PreferenceSet:
    """A colleague wrote down what the customer prefers; an empty value: nothing any more."""

    name: str
    value: str
    author: str
    kind: Literal["preference_set"] = "preference_set"


@dataclass(frozen=True)
class IdentityProven:
    """Whoever writes in this conversation showed who they are; `how` they did."""

    how: str
    kind: Literal["identity_proven"] = "identity_proven"


@dataclass(frozen=True)
class ProductEvent:
    """The customer did something in the product (`name`, such as `export_failed`), with plain `properties`."""

    name: str
    properties: dict[str, str | int | float | bool | None] = field(default_factory=dict)
    kind: Literal["product_event"] = "product_event"


@dataclass(frozen=True)
class AccountRecorded:
    """The account and plan of the customer as billing reports it; a later entry of the same account supersedes it."""

    account: str
    plan: str
    status: str
    since: date | None = None
    renews_on: date | None = None
    seats: int | None = None
    value: Decimal | None = None
    currency: str = ""
    kind: Literal["account_recorded"] = "account_recorded"
