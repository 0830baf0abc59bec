"""The row of a call: who was on it, and what was said, as utterances or as a WebVTT transcript."""

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from api.importers.row_parts import Author, HandleGiven, Id, Instant, Part, Short, limited
from api.importers.transcripts import CUSTOMER, utterances_of
from knowledge.failures import Rejected

MAX_SECONDS = 7 * 24 * 3600
Seconds = Annotated[float, Field(ge=0, le=MAX_SECONDS, allow_inf_nan=False)]


class UtteranceGiven(Part):
    """What one speaker said from one second of the call to another."""

    speaker: Short
    start: Seconds
    end: Seconds
    text: Annotated[str, limited(20_000, 1)]

    @model_validator(mode="after")
    def _goes_forward(self) -> "UtteranceGiven":
        if self.end < self.start:
            raise ValueError("ends before it starts")
        return self


class CallGiven(Part):
    """A call or a video meeting, `at` its beginning. `speakers` says of each label who it is.

    Without a conversation of its own it is one by itself. `webvtt` is read into `utterances`.
    """

    type: Literal["call"]
    id: Id
    conversation: Id
    medium: Literal["phone", "video"] = "phone"
    direction: Literal["in", "out"] = "in"
    at: Instant
    seconds: Seconds | None = None
    answered: bool = True
    customer: Id | None = None
    handle: HandleGiven | None = None
    subject: Annotated[str, limited(300)] | None = None
    speakers: Annotated[dict[Short, Author], Field(max_length=50)] = Field(default_factory=dict)
    utterances: Annotated[tuple[UtteranceGiven, ...], Field(max_length=20_000)] = ()

    @model_validator(mode="before")
    @classmethod
    def _complete(cls, given: Any) -> Any:
        """Give it its own conversation, and read a WebVTT transcript."""
        if not isinstance(given, dict):
            return given
        given = dict(given)
        if given.get("conversation") is None and isinstance(given.get("id"), str):
            given["conversation"] = f"call:{given['id']}"[:200]
        transcript = given.pop("webvtt", None)
        if transcript is not None:
            if given.get("utterances"):
                raise ValueError("has both utterances and webvtt")
            try:
                given["utterances"] = utterances_of(transcript)
            except Rejected as failure:
                raise ValueError(str(failure)) from failure
        if isinstance(given.get("utterances"), list):
            given["utterances"] = tuple(given["utterances"])
        return given

    @model_validator(mode="after")
    def _people_are_known(self) -> "CallGiven":
        if self.customer is None and self.handle is None:
            raise ValueError("customer or handle is required")
        if strangers := sorted({said.speaker for said in self.utterances} - set(self.speakers)):
            named = ", ".join(repr(label) for label in strangers[:5])
            raise ValueError(f"speakers does not say who {named} is: “{CUSTOMER}”, or a colleague's e-mail address")
        return self

    @property
    def channel(self) -> Literal["phone", "video"]:
        """The channel it came by."""
        return self.medium

    @property
    def public(self) -> bool:
        """Nobody else listens."""
        return False

    @property
    def length(self) -> float:
        """Its length in seconds: as told, or to the last word."""
        last = max((said.end for said in self.utterances), default=0.0)
        return max(self.seconds or 0.0, last)
