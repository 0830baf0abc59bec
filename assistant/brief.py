"""What a drafter is given and what it gives back."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from assistant.reading import Unit, passage_units
from knowledge.customers.entries import Decision, OrderRecorded, PassageUsed
from knowledge.ids import EntryId

OnText = Callable[[str], None]


@dataclass(frozen=True)
class Turn:
    """What one side said on one channel; `at` is in UTC."""

    who: Literal["customer", "us"]
    text: str
    at: datetime
    channel: str
    entry: EntryId | None = None


@dataclass(frozen=True)
class Context:
    """What is known about the customer and this conversation, already cut to the token budget.

    `dialogue` is the live conversation since it was last resolved, `history` all that came before and what was
    said on other channels; both oldest first. `orders` newest first; `preferences` as (name, value).
    """

    name: str = ""
    language: str = "en"
    orders: tuple[OrderRecorded, ...] = ()
    preferences: tuple[tuple[str, str], ...] = ()
    history: tuple[Turn, ...] = ()
    dialogue: tuple[Turn, ...] = ()
    channel: str = ""
    public: bool = False

    @property
    def answered(self) -> bool:
        """Whether we have said anything in the live dialogue."""
        return any(turn.who == "us" for turn in self.dialogue)


@dataclass(frozen=True)
class Nearness:
    """What tells how near a text is to the question: its vector (unit length), the embedder, rarity by stem.

    Rarity is the logarithm of how few of the library's passages hold the word; one that none holds is the rarest.
    """

    vector: NDArray[np.float32]
    embed: Callable[[Sequence[str]], NDArray[np.float32]]
    rarity: Mapping[str, float]


@dataclass(frozen=True)
class Excerpt:
    """Sentences of one passage that belong together: their positions, in the order of the text.

    `score` says how near the best of them, at position `best`, is to the question, about 0 to 1.5.
    """

    passage: PassageUsed
    positions: tuple[int, ...]
    score: float
    best: int

    @property
    def units(self) -> list[Unit]:
        """The sentences themselves."""
        read = passage_units(self.passage.text)
        return [read[position] for position in self.positions]


@dataclass(frozen=True)
class Brief:
    """The order to write: `passages` are public ones only; an internal one is refused here, for every drafter.

    `question` stands by itself, `focus` is the customer's last turn alone; without `nearness` only words are compared.
    `excerpts` are the sentences nearest to the question, best passage first.
    """

    question: str
    passages: tuple[PassageUsed, ...] = ()
    context: Context = field(default_factory=Context)
    passage_tokens: int = 1_500
    focus: str = ""
    nearness: Nearness | None = field(default=None, compare=False, repr=False)
    excerpts: tuple[Excerpt, ...] = ()

    def __post_init__(self) -> None:
        if any(passage.visibility != "public" for passage in self.passages):
            raise ValueError("a drafter never sees an internal passage")


@dataclass(frozen=True)
class Draft:
    """What a drafter wrote. `citations` are numbers of the brief's passages, in the order of the text.

    `prompt` is the version of the prompt, empty without a model; `tokens` by kind (prompt, completion).
    """

    decision: Decision
    text: str
    citations: tuple[int, ...] = ()
    prompt: str = ""
    tokens: dict[str, int] = field(default_factory=dict)


class Drafter(Protocol):
    """Writes text meant for a customer. `name` says which kind, `model` which weights ("" without any)."""

    @property
    def name(self) -> str:
        """`extractive`, `endpoint` or `local`."""
        ...

    @property
    def model(self) -> str:
        """The model's name, empty when there is none."""
        ...

    def draft(self, brief: Brief, on_text: OnText) -> Draft:
        """Write the draft; `on_text` receives the text in pieces as it grows.

        Raises:
            Unavailable: no usable draft came in time; the message says why in plain words.
        """
        ...

    def close(self) -> None:
        """Give processes, ports and connections back."""
        ...
