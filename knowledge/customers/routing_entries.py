"""What can happen on the way to the right person: offers and their answers, escalations, moves to another channel."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from knowledge.ids import ConversationId, EntryId

Answer = Literal["accepted", "declined", "timed_out", "withdrawn"]
Arm = Literal["score", "explore", "holdout", "batch"]


@dataclass(frozen=True)
class ConversationOffered:
    """A conversation was offered to a colleague until a moment.

    `reasons` are the words they read; `chance` that it ends well with them. `arm` and `propensity` say how they were
    chosen and how likely that was, which off-policy estimates need (`batch`: best for all together, without odds);
    `among` counts who might have been chosen, `best` is the chance of the best of them.
    """

    to: str
    until: datetime
    reasons: tuple[str, ...] = ()
    chance: float | None = None
    arm: Arm = "score"
    propensity: float = 1.0
    best: float | None = None
    among: int = 1
    author: str = "threadline"
    kind: Literal["conversation_offered"] = "conversation_offered"


@dataclass(frozen=True)
class OfferAnswered:
    """What became of an offer (its entry). `withdrawn`: somebody took it or it was resolved meanwhile."""

    offer: EntryId
    to: str
    answer: Answer
    reason: str = ""
    kind: Literal["offer_answered"] = "offer_answered"


@dataclass(frozen=True)
class ConversationEscalated:
    """A rule fired (or a colleague asked): who is wanted, how urgent it is, and by when they answer.

    `to` is a role (`manager`) or `specialist`; `rule` is empty when `author` asked for it by hand.
    """

    rule: str
    to: str
    priority: Literal["urgent", "high", "normal", "low"]
    reason: str
    due: datetime | None = None
    author: str = "threadline"
    kind: Literal["conversation_escalated"] = "conversation_escalated"


@dataclass(frozen=True)
class ChannelMoved:
    """The customer was asked to go on elsewhere: `conversation` is the one on `channel` that carries the context.

    `public`: it was moved out of a public place; it is tracked until that conversation is resolved.
    """

    conversation: ConversationId
    channel: str
    reason: str
    author: str
    public: bool = False
    kind: Literal["channel_moved"] = "channel_moved"
