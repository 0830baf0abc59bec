"""The pieces that rows of an import are made of: bounded texts, moments, addresses."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, JsonValue, StringConstraints

MAX_LINE_BYTES = 1_000_000
MAX_FACTS_CHARS = 20_000
FIRST_YEAR, LAST_YEAR = 1900, 2199

Channel = Literal["chat", "email", "phone", "video", "whatsapp", "sms", "instagram", "app"]


def _to_utc(at: datetime) -> datetime:
    # Wide of the calendar's ends, where a change of the time zone overflows.
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise ValueError(f"lies outside the calendar of {FIRST_YEAR} to {LAST_YEAR}")
    return at.astimezone(UTC)


def _small(facts: dict[str, JsonValue]) -> dict[str, JsonValue]:
    try:
        length = len(json.dumps(facts, allow_nan=False))
    except ValueError as error:
        raise ValueError("holds a number that JSON does not know (NaN or Infinity)") from error
    if length > MAX_FACTS_CHARS:
        raise ValueError(f"is longer than {MAX_FACTS_CHARS} characters")
    return facts


def limited(most: int, least: int = 0) -> StringConstraints:
    """Bound a text: blanks around it go, then it has `least` to `most` characters."""
    return StringConstraints(strip_whitespace=True, min_length=least, max_length=most)


Id = Annotated[str, limited(200, 1)]
Short = Annotated[str, limited(200)]
Author = Annotated[str, limited(320)]
Text = Annotated[str, limited(1_000_000, 1)]  # the setting THREADLINE_MAX_MESSAGE_CHARS narrows it
Instant = Annotated[AwareDatetime, AfterValidator(_to_utc)]
Facts = Annotated[dict[str, JsonValue], AfterValidator(_small)]
Money = Annotated[Decimal, Field(max_digits=18, allow_inf_nan=False)]


class Part(BaseModel):
    """A piece of a row. Fields we do not know are kept apart, to be counted."""

    model_config = ConfigDict(extra="allow", frozen=True, hide_input_in_errors=True)


class HandleGiven(Part):
    """An address, and whether the source vouches that it is this person's."""

    kind: Annotated[str, limited(32, 1)]
    value: Annotated[str, limited(320, 1)]
    verified: bool = True
