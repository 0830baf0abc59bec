"""The rows of an import: what each line of JSON may say, checked once at the door."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, Field, TypeAdapter, ValidationError, model_validator

from api.importers.call_rows import CallGiven
from api.importers.record_rows import AccountGiven, ProductEventGiven
from api.importers.row_parts import (
    MAX_LINE_BYTES,
    Author,
    Channel,
    Facts,
    HandleGiven,
    Id,
    Instant,
    Money,
    Part,
    Short,
    Text,
    limited,
)
from knowledge.customers.feeling import SCALES
from knowledge.customers.survey_entries import Survey
from knowledge.failures import Rejected


def _web_address(url: str) -> str:
    if not url.startswith(("https://", "http://", "/")) or url.startswith(("//", "/\\")):
        raise ValueError("starts with none of https://, http:// and /")
    return url


class CustomerGiven(Part):
    """Who somebody is."""

    type: Literal["customer"]
    id: Id
    name: Short = ""
    handles: Annotated[tuple[HandleGiven, ...], Field(max_length=50)] = ()
    language: Annotated[str, limited(16)] = ""
    timezone: Annotated[str, limited(64)] = ""
    preferences: Facts = Field(default_factory=dict)
    attributes: Facts = Field(default_factory=dict)


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
    subject: Annotated[str, limited(300)] | None = None
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
    name: Annotated[str, limited(300, 1)]
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
    currency: Annotated[str, limited(8)] = ""
    status: Annotated[str, limited(64, 1)]
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
    url: Annotated[str, limited(2_000, 1), AfterValidator(_web_address)]
    title: Annotated[str, limited(500)] = ""


_SCORES = {name: range(least, most + 1) for name, (least, most) in SCALES.items()}


class SurveyGiven(Part):
    """The customer rated us."""

    type: Literal["survey"]
    id: Id
    customer: Id
    conversation: Id | None = None
    kind: Survey
    score: int
    comment: Annotated[str, limited(5_000)] | None = None
    at: Instant

    @model_validator(mode="after")
    def _score_on_its_scale(self) -> "SurveyGiven":
        scale = _SCORES[self.kind]
        if self.score not in scale:
            raise ValueError(f"score of a {self.kind} lies between {scale[0]} and {scale[-1]}")
        return self


Row = Annotated[
    CustomerGiven
    | MessageGiven
    | NoteGiven
    | OrderGiven
    | AssignmentGiven
    | StatusGiven
    | PageViewGiven
    | SurveyGiven
    | CallGiven
    | ProductEventGiven
    | AccountGiven,
    Field(discriminator="type"),
]
_ROW: TypeAdapter[Row] = TypeAdapter(Row)
TYPES = (
    *("customer", "message", "note", "order", "assignment", "status"),
    *("page_view", "survey", "call", "product_event", "account"),
)


MANY_BRACKETS = 100


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
    try:
        if isinstance(given, str | bytes):
            decoded = _decode(given)
            return _ROW.validate_python(_cleaned(decoded) if _may_be_unclean(given) else decoded)
        return _ROW.validate_python(_cleaned(given))
    except RecursionError as error:
        raise Rejected("the row is nested too deeply") from error
    except ValidationError as error:
        raise Rejected("; ".join(_explain(problem) for problem in error.errors()[:5])) from error


def unknown_fields(part: Part, place: str = "") -> Iterator[str]:
    """Yield the fields of a row that we know nothing about, as `message.colour` or `order.items.size`."""
    place = place or str(getattr(part, "type", ""))
    if part.model_extra:
        yield from (f"{place}.{name}" for name in part.model_extra)
    for name in _nested(type(part)):
        value = getattr(part, name)
        for inner in value if isinstance(value, tuple) else (value,):
            if isinstance(inner, Part):
                yield from unknown_fields(inner, f"{place}.{name}")


@cache
def _nested(kind: type[Part]) -> tuple[str, ...]:
    """The fields of a row that hold other parts."""

    def holds(annotation: Any) -> bool:
        is_part = isinstance(annotation, type) and issubclass(annotation, Part)
        return is_part or any(holds(inner) for inner in get_args(annotation))

    return tuple(name for name, known in kind.model_fields.items() if holds(known.annotation))


def _may_be_unclean(line: str | bytes) -> bool:
    """Whether a line may hold what `_cleaned` takes out (an escape, half of a surrogate pair), or be nested deeply."""
    if isinstance(line, str):
        return "\\u" in line or not line.isascii() or line.count("{") + line.count("[") > MANY_BRACKETS
    return b"\\u" in line or b"\xed" in line or line.count(b"{") + line.count(b"[") > MANY_BRACKETS


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
