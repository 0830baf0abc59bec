"""Choosing: the facts worth a colleague's 15 seconds, as lines within a budget of words."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from handoff.worth import STATEMENTS, spoken_words, thing_of, words_in, worth_of
from knowledge.customers.facts.fact import Fact
from knowledge.customers.facts.values import find_values

# A package is read in 15 seconds: 150 words, of which the head (who, how sure, how they sound, what next) takes what it
# needs up to so many.
MOST_WORDS = 150
HEAD_WORDS = 20
MOST_FACTS = 15

MOST_LISTED = 28
_LONG, _SHORTENED, _LONGEST = 26, 20, 32
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
    lines = [Line(fact, told(fact, spoken)) for fact in facts]
    chosen: list[int] = []
    for at in sorted(range(len(facts)), key=lambda at: -worth[at]):
        if worth[at] <= 0 or _is_said(facts[at], [lines[other].text.lower() for other in chosen]):
            continue
        # A value that was chosen alone gives way to the sentence it stands in.
        kept = sorted([at, *(other for other in chosen if not _is_said(facts[other], [lines[at].text.lower()]))])
        if len(kept) <= most_facts and sum(line.words for line in _in_turn([lines[one] for one in kept])) <= most_words:
            chosen = kept
    for at in sorted(chosen, key=lambda at: -worth[at]):
        room = most_words - sum(line.words for line in _in_turn([lines[one] for one in chosen]))
        lines[at] = Line(facts[at], told(facts[at], spoken, room))
    return tuple(_in_turn([lines[at] for at in chosen]))


def _in_turn(lines: Sequence[Line]) -> list[Line]:
    """Return lines as they are read one after the other: the lists of a thing right after it do without its name."""
    found = []
    for before, line in zip((None, *lines), lines, strict=False):
        thing = _thing(before.fact) if before else ""
        short = bool(thing) and _thing(line.fact) == thing
        found.append(replace(line, text=line.text.removeprefix(thing).lstrip()) if short else line)
    return found


def _thing(fact: Fact) -> str:
    """Return what a record is of, as its label begins: "order TF-10422"; nothing where the label has no id."""
    return " ".join(fact.label.split()[:2]) if fact.type == "record" and thing_of(fact)[1] else ""


def told(fact: Fact, spoken: Collection[str] = (), room: int = 0) -> str:
    """Return a fact in words: its label before it where it has one; of a long list what the customer `spoken` of, and
    more of it where there is `room` for so many words.
    """
    text = f"{fact.text} (now: {fact.now})" if fact.now else fact.text
    text = _of_list(text, spoken, MOST_LISTED + room) if fact.type == "record" else text
    words = text.split()
    if fact.type in STATEMENTS | {"agreed"}:
        text = _shortened(text)
    if fact.type == "question" and len(words) > _QUESTION:
        text = " ".join(words[:_QUESTION]) + " …"
    if fact.type in {"agreed", "question"}:
        return f"{fact.type}: {text}"
    if fact.label and fact.type in {"record", "answer"}:
        return f"{fact.label}: {text}"
    return f"{fact.status}: {text}" if fact.status in {"offered", "done"} else text


def _shortened(text: str) -> str:
    """Return the first words of a long statement, more of them where a value or a name stands further on."""
    words = text.split()
    if len(words) <= _LONG:
        return text
    values = {word for one in find_values(text) for word in one.text.split()}
    telling = [at for at, word in enumerate(words[:_LONGEST], start=1) if word.strip(",.") in values or word.istitle()]
    length = max([_SHORTENED, *telling])
    return " ".join(words[:length]) + (" …" if len(words) > length else "")


def _of_list(text: str, spoken: Collection[str], most: int) -> str:
    """Return the items of a list that the customer spoke of, then as many more as a line may have, in their order;
    where they are many, those they did not speak of down to their numbers.
    """
    items = text.split(", ")
    named = [item for item in items if words_in(item).intersection(spoken)]
    if len(text.split()) > most:
        items = [item if item in named else _numbered(item) for item in items]
    kept: list[str] = []
    for item in [*named, *(item for item in items if item not in named)]:
        if sum(len(one.split()) for one in [*kept, item]) <= most:
            kept.append(item)
    return ", ".join(item for item in items if item in kept)


def _numbered(item: str) -> str:
    """Return an item of a list up to its last number: "Lamp 6817146515" of "Lamp 6817146515 silver low"."""
    ends = [one.end for one in find_values(item) if one.type == "reference"]
    return item[: max(ends)] if ends else item


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
