"""The rows of an import: what each line of JSON may say, checked once at the door."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    StringConstraints,
    TypeAdapter,
    ValidationError,
    model_validator,
)

from knowledge.failures import Rejected

MAX_LINE_BYTES = 1_000_000
MAX_FACTS_CHARS = 20_000
FIRST_YEAR, LAST_YEAR = 1900, 2199

Channel = Literal["chat", "email", "phone", "whatsapp", "sms", "instagram", "app"]


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


def _web_address(url: str) -> str:
    if not url.startswith(("https://", "http://", "/")) or url.startswith(("//", "/\\")):
        raise ValueError("starts with none of https://, http:// and /")
    return url


def _limited(most: int, least: int = 0) -> StringConstraints:
    return StringConstraints(strip_whitespace=True, min_length=least, max_length=most)


Id = Annotated[str, _limited(200, 1)]
Short = Annotated[str, _limited(200)]
Author = Annotated[str, _limited(320)]
Text = Annotated[str, _limited(1_000_000, 1)]  # the setting THREADLINE_MAX_MESSAGE_CHARS narrows it
Instant = Annotated[AwareDatetime, AfterValidator(_to_utc)]
Facts = Annotated[dict[str, JsonValue], AfterValidator(_small)]
Money = Annotated[Decimal, Field(max_digits=18, allow_inf_nan=False)]


class Part(BaseModel):
    """A piece of a row. Fields we do not know are kept apart, to be counted."""

    model_config = ConfigDict(extra="allow", frozen=True, hide_input_in_errors=True)


class HandleGiven(Part):
    """An address, and whether the source vouches that it is this person's."""

    kind: Annotated[str, _limited(32, 1)]
    value: Annotated[str, _limited(320, 1)]
    verified: bool = True


class CustomerGiven(Part):
    """Who somebody is."""

    type: Literal["customer"]
    id: Id
    name: Short = ""
    handles: Annotated[tuple[HandleGiven, ...], Field(max_length=50)] = ()
    language: Annotated[str, _limited(16)] = ""
    timezone: Annotated[str, _limited(64)] = ""
    preferences: Facts = {}
    attributes: Facts = {}


class MessageGiven(Part):
    """What the customer wrote or said (`in`), or what we answered (`out`)."""

    type: Literal["message"]
    id: Id
    conversation: Id
    channel: Channel
    direction: Literal["in", "out"]
    at: Instant
    text: Text
    customer: Id | None = None
    handle: HandleGiven | None = None
    subject: Annotated[str, _limited(300)] | None = None
    author: Author | None = None
    public: bool = False

    @model_validator(mode="after")
    def _has_a_person(self) -> "MessageGiven":
        if self.customer is None and self.handle is None:
            raise ValueError("customer or handle is required")
        return self


class NoteGiven(Part):
    """A note for colleagues."""

    type: Literal["note"]
    id: Id
    conversation: Id
    customer: Id | None = None
    author: Author
    at: Instant
    text: Text


class ItemGiven(Part):
    """One line of an order."""

    sku: Short = ""
    name: Annotated[str, _limited(300, 1)]
    quantity: Annotated[int, Field(ge=0, le=1_000_000)] = 1
    price: Money | None = None


class OrderGiven(Part):
    """A purchase as the shop reports it; sent again when it changes."""

    type: Literal["order"]
    id: Id
    customer: Id
    at: Instant
    placed_at: Instant | None = None
    items: Annotated[tuple[ItemGiven, ...], Field(max_length=1_000)] = ()
    total: Money | None = None
    currency: Annotated[str, _limited(8)] = ""
    status: Annotated[str, _limited(64, 1)]
    carrier: Short | None = None
    tracking: Short | None = None


class AssignmentGiven(Part):
    """Who owns the conversation from now on; `null`: nobody."""

    type: Literal["assignment"]
    id: Id
    conversation: Id
    agent: Author | None
    author: Author | None = None
    at: Instant


class StatusGiven(Part):
    """Somebody set the status by hand."""

    type: Literal["status"]
    id: Id
    conversation: Id
    status: Literal["open", "pending", "resolved"]
    author: Author
    at: Instant


class PageViewGiven(Part):
    """The customer looked at a page."""

    type: Literal["page_view"]
    id: Id
    customer: Id
    at: Instant
    url: Annotated[str, _limited(2_000, 1), AfterValidator(_web_address)]
    title: Annotated[str, _limited(500)] = ""


_SCORES = {"csat": range(1, 6), "ces": range(1, 8), "nps": range(11)}


class SurveyGiven(Part):
    """The customer rated us."""

    type: Literal["survey"]
    id: Id
    customer: Id
    conversation: Id | None = None
    kind: Literal["csat", "ces", "nps"]
    score: int
    comment: Annotated[str, _limited(5_000)] | None = None
    at: Instant

    @model_validator(mode="after")
    def _score_on_its_scale(self) -> "SurveyGiven":
        scale = _SCORES[self.kind]
        if self.score not in scale:
            raise ValueError(f"score of a {self.kind} lies between {scale[0]} and {scale[-1]}")
        return self


Row = Annotated[
    CustomerGiven | MessageGiven | NoteGiven | OrderGiven | AssignmentGiven | StatusGiven | PageViewGiven | SurveyGiven,
    Field(discriminator="type"),
]
_ROW: TypeAdapter[Row] = TypeAdapter(Row)
TYPES = ("customer", "message", "note", "order", "assignment", "status", "page_view", "survey")


@dataclass(frozen=True)
class Unreadable:
    """What a reader of another format could make no row of: why, and what it saw."""

    reason: str
    seen: bytes | Mapping[str, Any]


Given = str | bytes | Mapping[str, Any] | Unreadable


def read_row(given: Given) -> Row:
    """Read one row: a line of JSON, or its object.

    Raises:
        Rejected: it is no JSON object, of no known type, or a field is missing, malformed or too long.
    """
    if isinstance(given, Unreadable):
        raise Rejected(given.reason)
    if isinstance(given, str | bytes):
        given = _decode(given)
    try:
        return _ROW.validate_python(_cleaned(given))
    except RecursionError as error:
        raise Rejected("the row is nested too deeply") from error
    except ValidationError as error:
        raise Rejected("; ".join(_explain(problem) for problem in error.errors()[:5])) from error


def unknown_fields(part: Part, place: str = "") -> Iterator[str]:
    """Yield the fields of a row that we know nothing about, as `message.colour` or `order.items.size`."""
    place = place or str(getattr(part, "type", ""))
    yield from (f"{place}.{name}" for name in part.model_extra or {})
    for name in type(part).model_fields:
        value = getattr(part, name)
        for inner in value if isinstance(value, tuple) else (value,):
            if isinstance(inner, Part):
                yield from unknown_fields(inner, f"{place}.{name}")


def _decode(line: str | bytes) -> Mapping[str, Any]:
    if len(line) > MAX_LINE_BYTES:
        raise Rejected(f"the line is longer than {MAX_LINE_BYTES} bytes")
    try:
        decoded = json.loads(line)
    except UnicodeDecodeError as error:
        raise Rejected("the line is no UTF-8 text") from error
    except (ValueError, RecursionError) as error:
        raise Rejected(f"the line is no JSON: {error}") from error
    if not isinstance(decoded, dict):
        raise Rejected("the line is no JSON object")
    return decoded


def _cleaned(value: Any) -> Any:
    """Return a JSON value without what a database refuses: NUL characters and half surrogate pairs."""
    if isinstance(value, str):
        return value.replace("\0", "").encode("utf-8", "replace").decode()
    if isinstance(value, Mapping):
        return {_cleaned(key): _cleaned(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_cleaned(inner) for inner in value]
    return value


def _explain(problem: Mapping[str, Any]) -> str:
    kind = problem["type"]
    if kind == "union_tag_not_found":
        return "type: is missing"
    if kind == "union_tag_invalid":
        return f"type: is none of {', '.join(TYPES)}"
    place = ".".join(str(step) for step in problem["loc"])
    place = place.partition(".")[2]  # the first step repeats the type
    message = str(problem["msg"]).removeprefix("Value error, ")
    return f"{place}: {message}" if place else message
