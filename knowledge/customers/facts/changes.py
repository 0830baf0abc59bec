"""Changes: which of the earlier words a customer's message puts another value in place of."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from knowledge.customers.facts.fact import Fact
from knowledge.customers.facts.values import Value, find_values

# Words by which people put right what they said, or ask for something else.
CUE = re.compile(
    r"\b(?:actually|instead|rather|sorry|oops|i mean|i meant|correction|change|make (?:it|that)|switch|"
    r"was wrong|wait|different|how about|what about|on second thought|"
    r"can (?:it|we|i|you|she|he) (?:be|do|make|try|have)|"
    r"could (?:it|we) (?:be|do|make|try)|let's (?:try|do|make)|try|changed my mind|better|prefer|how is|"
    r"forgot|remember(?:ed)?|realized|recommended|move|stick with|need it|don't want)\b",
    re.IGNORECASE,
)
# Words by which they want it besides, not instead.
_BESIDES = re.compile(
    r"\b(?:also|too|as well|another|both|in addition|additional|second one|son|daughter|wife)\b", re.IGNORECASE
)
REFUSED = re.compile(
    r"\b(?:unavailable|not available|no (?:\w+ ){0,3}available|conflict\w*|unfortunately|fully booked|sold out|"
    r"isn't until|"
    r"unable|cannot|can't|no longer)\b",
    re.IGNORECASE,
)
_TYPES = frozenset({"date", "time", "amount", "count"})
_NAMED = re.compile(
    r"\b(?P<role>at|to|from|with|in|near|is|for|try|inn|be|the)(?: the| a| an| '| \")? ?['\"]?"
    r"(?P<name>(?:\d{1,2}(?:st|nd|rd|th) )?[A-Z][\w'’.]*(?:(?: and| of)? [A-Z][\w'’.]*)*)"
)
_MONTHS = re.compile(
    r"^(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|mon|tue|wed|thu|fri|sat|sun|i\b|my\b)", re.IGNORECASE
)
_PLACES = frozenset({"at", "try", "in", "for", "the"})
_MOVED = re.compile(r"\b(?:change|switch|move|rebook)\b[^.!?]{0,40}\bto\b", re.IGNORECASE)


@dataclass(frozen=True)
class _Named:
    """A thing called by its name and the word before it: "to" Airport, "at" Hilton Hotel."""

    role: str
    name: str


def revise(facts: Sequence[Fact], text: str, *, refused: bool) -> list[Fact]:
    """Return the customer's earlier facts, each with what this message puts in a value's place (`now`).

    `refused`: what they had asked for was just turned down, so another value of the kind takes its place.
    """
    if not (refused or CUE.search(text)) or _BESIDES.search(text):
        return list(facts)
    values, named = find_values(text), _named(text)
    return [_revised(fact, text, values, named) if _may_change(fact) else fact for fact in facts]


def _may_change(fact: Fact) -> bool:
    return fact.owner == "customer" and fact.status in {"current", "asked"} and fact.type not in {"agreed", "name"}


def _revised(fact: Fact, text: str, values: Sequence[Value], named: Sequence[_Named]) -> Fact:
    told = [*_other_values(fact, values), *_other_names(fact, text, named)]
    if not told:
        return fact
    if fact.type in _TYPES:
        return replace(fact, status="withdrawn")
    earlier = [one for one in fact.now.split(", ") if one] if fact.now else []
    kinds = {_kind(one) for one in told}
    kept = [one for one in earlier if _kind(one) not in kinds]
    return replace(fact, now=", ".join(dict.fromkeys([*kept, *told])))


def _kind(text: str) -> str:
    found = find_values(text)
    return found[0].type if found else "name"


def _other_values(fact: Fact, values: Sequence[Value]) -> list[str]:
    """The message's only value of a kind of which the fact has another one; a birthday is not a day to come."""
    old = find_values(fact.text)
    found = []
    for kind in _TYPES:
        mine = [one for one in old if one.type == kind and _same_form(one, values)]
        new = [one for one in values if one.type == kind]
        if not mine or not new or len(new) < len(mine):
            continue
        if {one.value for one in mine} & {one.value for one in new} or not _same_noun(mine, new, kind):
            continue
        found.append(" to ".join(one.text for one in new) if len(new) > 1 else new[-1].text)
    return found


def _same_form(old: Value, values: Sequence[Value]) -> bool:
    """Days are compared with days of their form: a weekday with a weekday, a day of a month with such a one."""
    if old.type != "date":
        return True
    return any(
        one.type == "date"
        and one.value[:1].isdigit() == old.value[:1].isdigit()
        and one.value.isalpha() == old.value.isalpha()
        for one in values
    )


def _same_noun(mine: Sequence[Value], new: Sequence[Value], kind: str) -> bool:
    if kind != "count":
        return True
    return mine[0].text.split()[-1].rstrip("s").lower() == new[0].text.split()[-1].rstrip("s").lower()


def _named(text: str) -> list[_Named]:
    found = [_Named(one.group("role").lower(), one.group("name").rstrip(".,'")) for one in _NAMED.finditer(text)]
    return [one for one in found if not _MONTHS.match(one.name) and one.name.lower() not in {"ok", "hi", "yes"}]


def _other_names(fact: Fact, text: str, named: Sequence[_Named]) -> list[str]:
    """The names in the message that stand where the fact has another one, by the word before them."""
    found = []
    for new in named:
        if new.name.lower() in fact.text.lower():
            continue
        for old in _named(fact.text):
            moved = new.role == "to" and bool(_MOVED.search(text))
            same = old.role == new.role or (old.role in _PLACES and (new.role in _PLACES or moved))
            kept = re.search(rf"(?<!not ){re.escape(old.name)}", text, re.IGNORECASE)
            if same and not kept:
                found.append(new.name)
                break
    return found
