"""What can happen when the bot acts: a decision about a turn, its judgement, tools used, actions proposed."""

from dataclasses import dataclass, field
from typing import Literal

from knowledge.ids import EntryId, SuggestionId

BotAction = Literal["answer", "ask_back", "hand_off", "stay"]
BotMode = Literal["off", "shadow", "suggest", "peak", "always"]
BotReason = Literal[
    "",
    "off",
    "not_in_rollout",
    "owned",
    "closed",
    "public",
    "no_peak",
    "overtaken",
    "nothing_asked",
    "thanked",
    "asked_for_person",
    "language",
    "anger",
    "sensitive",
    "repetition",
    "two_misses",
    "asked_enough",
    "unsure",
    "uncertified",
    "drift",
    "unsupported",
    "identity",
    "spend",
    "no_answer",
    "with_a_person",
    "proposed",
    "failed",
]
ToolOutcome = Literal["done", "refused", "failed", "timed_out", "proposed"]


@dataclass(frozen=True)
class BotDecided:
    """What the bot decided about one turn of the customer, and with which knowledge.

    `turn` are the messages it took as one, the last of which `answers` names; `sent` is the entry it posted, if any.
    In shadow `text` is what it would have said. `chance` is the calibrated probability of a right answer, `threshold`
    and `risk` the certificate it was held against. `suggestion` tells where passages and claims are kept.
    """

    action: BotAction
    mode: BotMode
    answers: EntryId
    turn: tuple[EntryId, ...]
    reason: BotReason = ""
    text: str = ""
    question: str = ""
    language: str = ""
    topic: str = ""
    chance: float | None = None
    threshold: float | None = None
    risk: float | None = None
    citations: tuple[str, ...] = ()
    supported: bool = False
    tools: tuple[str, ...] = ()
    sent: EntryId | None = None
    suggestion: SuggestionId | None = None
    wait_seconds: float | None = None
    tokens: int = 0
    kind: Literal["bot_decided"] = "bot_decided"

    @property
    def asks_who(self) -> bool:
        """Whether the customer is asked to show who they are; other questions back have no reason."""
        return self.action == "ask_back" and self.reason == "identity"


@dataclass(frozen=True)
class BotJudged:
    """A colleague says whether what the bot said (or would have said) was right; it becomes a label."""

    decision: EntryId
    right: bool
    author: str
    reason: str = ""
    kind: Literal["bot_judged"] = "bot_judged"


@dataclass(frozen=True)
class ToolUsed:
    """A tool was called for the customer, with what it was given and how that ended; `told` is what it answered."""

    tool: str
    arguments: dict[str, str] = field(default_factory=dict)
    outcome: ToolOutcome = "done"
    told: str = ""
    author: str = "bot"
    took_ms: float = 0.0
    kind: Literal["tool_used"] = "tool_used"


@dataclass(frozen=True)
class ActionProposed:
    """Something that would change the world outside waits for a person's yes."""

    tool: str
    arguments: dict[str, str]
    why: str
    author: str = "bot"
    kind: Literal["action_proposed"] = "action_proposed"


@dataclass(frozen=True)
class ActionSettled:
    """A person said yes or no to a proposed action; `outcome` is how carrying it out ended."""

    proposal: EntryId
    approved: bool
    author: str
    outcome: ToolOutcome = "done"
    told: str = ""
    kind: Literal["action_settled"] = "action_settled"
