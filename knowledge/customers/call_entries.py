"""What can happen by voice: a call was held, and messages were spoken in it."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Spoken:
    """A message was said in a call: which one, under which label of its transcript, between which seconds of it."""

    call: str
    speaker: str
    starts: float
    ends: float


@dataclass(frozen=True)
class CallHeld:
    """A call or a video meeting began (`at`) and took so many seconds. What was said are messages with `spoken`.

    `speakers` are the labels of its transcript and who they are: `customer`, or a colleague's e-mail address.
    """

    medium: Literal["phone", "video"]
    call: str
    direction: Literal["in", "out"]
    seconds: float
    answered: bool = True
    speakers: tuple[tuple[str, str], ...] = ()
    kind: Literal["call_held"] = "call_held"
