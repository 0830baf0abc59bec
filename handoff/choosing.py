"""Choosing: the facts worth a colleague's 15 seconds, as lines within a budget of words."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from handoff.worth import STATEMENTS, spoken_words, words_in, worth_of
from knowledge.customers.facts.fact import Fact

# A package is read in 15 seconds: 150 words, of which the head (who, how sure, what next) has its own.
MOST_WORDS = 150
HEAD_WORDS = 20
MOST_FACTS = 15

MOST_LISTED = 28
_LONG = 32
_QUESTION = 16


@dataclass(frozen=True)
class Line:
    """One fact as the package tells it."""

    fact: Fact
    text: str

    @property
    def words(self) -> int:
        """How many words it takes to read."""
        return len(self.text.split())


def choose(
    facts: Sequence[Fact], most_words: int = MOST_WORDS - HEAD_WORDS, most_facts: int = MOST_FACTS
) -> tuple[Line, ...]:
    """Return the facts worth a colleague's 15 seconds, in the order they were said."""
    worth, spoken = worth_of(facts), spoken_words(facts)
    chosen: dict[int, Line] = {}
    for at in sorted(range(len(facts)), key=lambda at: -worth[at]):
        line = Line(facts[at], told(facts[at], spoken))
        if worth[at] <= 0 or _is_said(facts[at], [one.text.lower() for one in chosen.values()]):
            continue
        # A value that was chosen alone gives way to the sentence it stands in.
        kept = {key: one for key, one in chosen.items() if not _is_said(one.fact, [line.text.lower()])}
        if line.words + sum(one.words for one in kept.values()) <= most_words and len(kept) < most_facts:
            chosen = kept | {at: line}
    return tuple(chosen[at] for at in sorted(chosen))


def told(fact: Fact, spoken: Collection[str] = ()) -> str:
    """Return a fact in words: its label before it where it has one; of a long list what the customer `spoken` of."""
    text = f"{fact.text} (now: {fact.now})" if fact.now else fact.text
    text = _of_list(text, spoken) if fact.type == "record" else text
    words = text.split()
    if fact.type in STATEMENTS | {"agreed"} and len(words) > _LONG:
        text = " ".join(words[:_LONG]) + " …"
    if fact.type == "question" and len(words) > _QUESTION:
        text = " ".join(words[:_QUESTION]) + " …"
    if fact.type in {"agreed", "question"}:
        return f"{fact.type}: {text}"
    if fact.label and fact.type in {"record", "answer"}:
        return f"{fact.label}: {text}"
    return f"{fact.status}: {text}" if fact.status in {"offered", "done"} else text


def _of_list(text: str, spoken: Collection[str]) -> str:
    """Return the items of a list that the customer spoke of, then as many more as a line may have, in their order."""
    items = text.split(", ")
    named = [item for item in items if words_in(item).intersection(spoken)]
    kept: list[str] = []
    for item in [*named, *(item for item in items if item not in named)]:
        if sum(len(one.split()) for one in [*kept, item]) <= MOST_LISTED:
            kept.append(item)
    return ", ".join(item for item in items if item in kept)


def _is_said(fact: Fact, lines: Sequence[str]) -> bool:
    """Tell whether these lines say it already: a value that stands in one, a statement all of whose words do."""
    if fact.type == "record":
        return len(fact.text.split()) > 3 and any(fact.text.lower() in line for line in lines)
    if fact.type in {"agreed", "promise", "question"} or fact.now:
        return False
    if fact.type in STATEMENTS:
        words = set(re.findall(r"\w{3,}", fact.text.lower()))
        return any(words <= set(re.findall(r"\w{3,}", line)) for line in lines)
    return any(re.search(rf"(?<!\w){re.escape(fact.text.lower())}(?!\w)", line) for line in lines)
