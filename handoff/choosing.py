"""Choosing: the facts worth a colleague's 15 seconds, as lines within a budget of words."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from handoff.worth import STATEMENTS, is_said_by_us, spoken_words, thing_of, words_in, worth_of
from knowledge.customers.facts.fact import Fact
from knowledge.customers.facts.values import find_values

# A package is read in 15 seconds: 150 words, of which the head (who, how sure, how they sound, what next) takes what it
# needs up to so many.
MOST_WORDS = 150
HEAD_WORDS = 20
MOST_FACTS = 15

# Words that a list may take at first; where less room is left than the fewest it is not begun.
MOST_LISTED = 28
LEAST_LISTED = 4
MORE = "…"
# Of what we said so many sentences, the newest, where there is room.
MOST_SAID = 3
_LONG, _SHORTENED, _LONGEST = 26, 20, 32
_QUESTION = 16
_POLITELY = re.compile(
    r"^\W*(?:(?:could|can|would|will) you )?(?:please |kindly )(?:let me know (?!if|whether)|provide (?:me with )?)?",
    re.IGNORECASE,
)
# What follows once they answer.
_THEN = re.compile(r",? (?:and|so|then) (?:that )?(?:i|we)(?:'ll| will| can)\b[^?]*", re.IGNORECASE)


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
    by_worth = sorted((at for at in range(len(facts)) if worth[at] > 0), key=lambda at: -worth[at])
    chosen: dict[int, Line] = {}
    for at in by_worth:
        if not is_said_by_us(facts[at]):
            chosen = _taken(chosen, at, facts[at], spoken, (most_words, most_facts))
    for at in (one for one in by_worth if one in chosen):
        chosen[at] = _fitted(chosen[at], spoken, most_words - _length(chosen)) or chosen[at]
    for at in [one for one in by_worth if is_said_by_us(facts[one])][:MOST_SAID]:
        chosen = _taken(chosen, at, facts[at], spoken, (most_words, most_facts))
    return tuple(_in_turn(list(chosen.values())))


def _taken(
    chosen: dict[int, Line], at: int, fact: Fact, spoken: Collection[str], most: tuple[int, int]
) -> dict[int, Line]:
    """Return the chosen lines with this fact, where it is not said yet and fits into the `most` words and facts."""
    if _is_said(fact, [line.text.lower() for line in chosen.values()]):
        return chosen
    line = Line(fact, told(fact, spoken))
    kept = _with(chosen, at, line)
    room = most[0] - _length(kept)
    if room < 0 and (shorter := _fitted(line, spoken, room)):
        kept = _with(chosen, at, shorter)
    return kept if len(kept) <= most[1] and _length(kept) <= most[0] else chosen


def _with(chosen: Mapping[int, Line], at: int, line: Line) -> dict[int, Line]:
    """Return the chosen lines with one more, in the order they were said.

    A value that was chosen alone gives way to the sentence it stands in.
    """
    said = [line.text.lower()]
    kept = {other: one for other, one in chosen.items() if not _is_said(one.fact, said)} | {at: line}
    return dict(sorted(kept.items()))


def _length(chosen: Mapping[int, Line]) -> int:
    return sum(line.words for line in _in_turn(list(chosen.values())))


def _fitted(line: Line, spoken: Collection[str], room: int) -> Line | None:
    """Return a list with so many words more or (below 0) less, nothing where too little of it would be left."""
    listed = line.words - len(line.fact.label.split()) + room
    if line.fact.type != "record" or listed < LEAST_LISTED:
        return None
    fitted = told(line.fact, spoken, listed)
    return None if fitted.endswith(f": {MORE}") else Line(line.fact, fitted)


def _in_turn(lines: Sequence[Line]) -> list[Line]:
    """Return lines as they are read one after the other: the lists of a thing right after it do without its name."""
    found = []
    for before, line in zip((None, *lines), lines, strict=False):
        thing = _thing(before.fact) if before else ""
        short = bool(thing) and _thing(line.fact) == thing
        found.append(replace(line, text=line.text.removeprefix(f"{thing} ")) if short else line)
    return found


def _thing(fact: Fact) -> str:
    """Return what a record is of, as its label begins: "order TF-10422"; nothing where the label has no id."""
    return " ".join(fact.label.split()[:2]) if fact.type == "record" and thing_of(fact)[1] else ""


def told(fact: Fact, spoken: Collection[str] = (), listed: int = MOST_LISTED) -> str:
    """Return a fact in words: its label before it where it has one; of a list longer than so many words what the
    customer `spoken` of, then more of it.
    """
    text = f"{fact.text} (now: {fact.now})" if fact.now else fact.text
    text = _of_list(text, spoken, listed) if fact.type == "record" else text
    if fact.type in STATEMENTS | {"agreed"}:
        text = _shortened(text)
    if fact.type in {"agreed", "question"}:
        return f"{fact.type}: {_asked(text)}"
    if is_said_by_us(fact):
        return f"note: {text}" if fact.internal else text
    if fact.label and fact.type in {"record", "answer"}:
        return f"{fact.label}: {text}"
    return f"{fact.status}: {text}" if fact.status in {"offered", "done"} else text


def _asked(text: str) -> str:
    """Return what a question asks, without politeness and what we would do then: "reason for the cancellation"."""
    words = (_POLITELY.sub("", _THEN.sub("", text)) or text).split()
    return " ".join(words[:_QUESTION]) + (" …" if len(words) > _QUESTION else "")


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
    where they are many, those they did not speak of down to their numbers. Where some are left out a sign says so.
    """
    if len(text.split()) <= most:
        return text
    items = text.split(", ")
    named = [item for item in items if words_in(item).intersection(spoken)]
    items = [item if item in named else _numbered(item) for item in items]
    kept: list[str] = []
    for item in [*named, *(item for item in items if item not in named)]:
        if sum(len(one.split()) for one in [*kept, item]) < most:
            kept.append(item)
    told = ", ".join(item for item in items if item in kept)
    return told if len(kept) == len(items) else f"{told} {MORE}".lstrip()


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
    if is_said_by_us(fact):
        return all(any(one.text.lower() in line for line in lines) for one in find_values(fact.text))
    if fact.type in STATEMENTS:
        words = set(re.findall(r"\w{3,}", fact.text.lower()))
        return any(words <= set(re.findall(r"\w{3,}", line)) for line in lines)
    return any(re.search(rf"(?<!\w){re.escape(fact.text.lower())}(?!\w)", line) for line in lines)
