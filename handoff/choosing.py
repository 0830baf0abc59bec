"""Choosing: the facts worth a colleague's 15 seconds, as lines within a budget of words."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from handoff.worth import STATEMENTS, worth_of
from knowledge.customers.facts.fact import Fact

# A package is read in 15 seconds: 150 words, of which the head (who, how sure, what next) has its own.
MOST_WORDS = 150
HEAD_WORDS = 20
MOST_FACTS = 15

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
    worth = worth_of(facts)
    chosen: dict[int, Line] = {}
    for at in sorted(range(len(facts)), key=lambda at: -worth[at]):
        line = Line(facts[at], told(facts[at]))
        if worth[at] <= 0 or _is_said(facts[at], [one.text.lower() for one in chosen.values()]):
            continue
        # A value that was chosen alone gives way to the sentence it stands in.
        kept = {key: one for key, one in chosen.items() if not _is_said(one.fact, [line.text.lower()])}
        if line.words + sum(one.words for one in kept.values()) <= most_words and len(kept) < most_facts:
            chosen = kept | {at: line}
    return tuple(chosen[at] for at in sorted(chosen))


def told(fact: Fact) -> str:
    """Return a fact in words: its label before it where it has one."""
    text = f"{fact.text} (now: {fact.now})" if fact.now else fact.text
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


def _is_said(fact: Fact, lines: Sequence[str]) -> bool:
    """Tell whether these lines say it already: a value that stands in one, a statement all of whose words do."""
    if fact.type in {"agreed", "record", "promise", "question"} or fact.now:
        return False
    if fact.type in STATEMENTS:
        words = set(re.findall(r"\w{3,}", fact.text.lower()))
        return any(words <= set(re.findall(r"\w{3,}", line)) for line in lines)
    return any(re.search(rf"(?<!\w){re.escape(fact.text.lower())}(?!\w)", line) for line in lines)
