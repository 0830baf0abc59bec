"""Repeats: what a customer has to say again after a handover, a switch or a new contact."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from knowledge.customers.facts.fact import Fact
from knowledge.customers.facts.fold import facts_of
from knowledge.customers.facts.questions import NO, YES, asked_in
from knowledge.customers.facts.said import Said
from knowledge.customers.facts.statements import HOLLOW
from knowledge.customers.facts.values import NUMBERS, Value, find_values, same_value

# From this share of its own words a message says nothing that was not said before.
SHARE = 0.6
_LEAST_COMPACT = 4
_VALUES = frozenset({"reference", "date", "time", "amount", "count", "number", "email", "phone"})
_WORDY = frozenset({"answer", "name", "request", "symptom", "stated", "tried"})
# Words about the telling itself, not about what is told.
_TELLING = frozenset(
    re.findall(
        r"\S+",
        "said say says saying told tell telling wrote write written gave give given provided provide mentioned "
        "mention explained explain stated repeat repeating repeated again already before earlier previously last "
        "ago once still colleague agent person someone somebody other others anyone nobody chat call phone mail "
        "email nothing changed same since about regarding concerning would could note noted sorry yes no yeah yep "
        "ok okay hello hi hey thanks",
    )
)
# "The departure city is Detroit": what comes before "is" names the thing, what comes after tells it.
_PREDICATE = re.compile(r"^.*\b(?:is|was|are|about)\b:?\s|(?<=\w) (?:is|was) (?:the|my|our)\b.*$", re.IGNORECASE)
_REPLACES = re.compile(
    r"\b(?:not|isn't|wasn't|wrong|instead|rather|should be|change|meant|correct(?:ion|ed)?|mistake|actually|but|now)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Repeat:
    """A customer's message (its `source`) says again what `fact` tells; `elicited`: we asked for it."""

    source: str
    fact: Fact
    elicited: bool


def repeats_in(before: Sequence[Said], after: Sequence[Said]) -> list[Repeat]:
    """Return what customers said again after a handover: their facts of `before`, restated in `after`.

    A value is the same however it is spelled, spaced or split over messages. What we quoted to them first is a
    confirmation, what comes with another value in its place a correction: neither is a repeat.
    """
    known = [fact for fact in facts_of(before) if fact.owner == "customer" and fact.status != "withdrawn"]
    found: list[Repeat] = []
    quoted, question = "", ""
    for speaker, run in groupby(after, lambda one: one.speaker):
        messages = list(run)
        text = _joined(messages)
        if speaker == "agent":
            quoted += f"\n{text}"
            question = text
        elif speaker == "customer":
            elicited = any(not one.consent for one in asked_in(question))
            found += _repeated(known, messages, _Heard(text, quoted, question, elicited))
            question = ""
    return found


@dataclass(frozen=True)
class _Heard:
    """A customer's words in one go, and what we had said since the handover."""

    text: str
    quoted: str
    question: str
    elicited: bool


def _joined(messages: Sequence[Said]) -> str:
    """Return what was said in a row as one text: "59X…" "…X6W" is one value."""
    text = "\n".join(one.text for one in messages)
    return re.sub(r"[.…]+\s*\n\s*[.…]+", "", re.sub(r"\s*[.…]{2,}\s*\n\s*(?![.…])", " ", text))


def _repeated(known: Sequence[Fact], messages: Sequence[Said], heard: _Heard) -> list[Repeat]:
    """Return the messages that say a fact again on their own, else the last where only all of them together do."""
    alone = [(one, next(_restated(known, replace(heard, text=one.text)), None)) for one in messages]
    found = [Repeat(one.source, fact, heard.elicited) for one, fact in alone if fact is not None]
    joined = None if found else next(_restated(known, heard), None)
    return found or ([Repeat(messages[-1].source, joined, heard.elicited)] if joined else [])


def _restated(known: Sequence[Fact], heard: _Heard) -> Iterator[Fact]:
    """Yield the facts that the words say again."""
    values = find_values(heard.text)
    if _corrects(known, values, heard.text):
        return
    for fact in known:
        if fact.type in _VALUES and _says_value(fact, values, heard.text) and not _says(fact, heard.quoted):
            yield fact
    if not _confirms(heard) and not _new_values(known, values):
        yield from _restated_words(known, heard)


def _says(fact: Fact, text: str) -> bool:
    return _says_value(fact, find_values(text), text)


def _says_value(fact: Fact, values: Sequence[Value], text: str) -> bool:
    if any(_same(fact, one) for one in values):
        return True
    compact = re.sub(r"[\W_]", "", fact.text.lower())
    least = _LEAST_COMPACT if fact.type == "reference" else 3
    if fact.type in {"amount", "count"}:
        compact = fact.value.split()[0]
    elif fact.type not in {"reference", "number", "phone"}:
        return False
    return len(compact) >= least and compact in _compact(text)


def _same(fact: Fact, one: Value) -> bool:
    """Tell whether a value is the fact's; a lone digit is nobody's."""
    if fact.type == one.type and same_value(fact.value, one.value, one.type):
        return len(one.value) > 1 or one.type not in {"count", "number"}
    bare = {"amount", "count", "number"}
    return {fact.type, one.type} <= bare and fact.value.split()[0] == one.value.split()[0] and len(one.value) > 1


def _compact(text: str) -> str:
    """Return the letters and digits of a text alone, spelled digits as digits."""
    words = (NUMBERS.get(word, word) for word in re.findall(r"[^\W_]+", text.lower()))
    return "".join(words)


def _corrects(known: Sequence[Fact], values: Sequence[Value], text: str) -> bool:
    """Tell whether a message puts a new value in the place of a known one."""
    return bool(_REPLACES.search(text)) and (_new_values(known, values) or _new_name(known, text))


def _new_values(known: Sequence[Fact], values: Sequence[Value]) -> bool:
    """Tell whether some value is none that was told before; a lone digit is too common to be one."""
    told = [
        one for one in values if one.type in _VALUES and (len(one.value) > 1 or one.type not in {"count", "number"})
    ]
    return any(not any(_same(fact, one) for fact in known) for one in told)


def _new_name(known: Sequence[Fact], text: str) -> bool:
    told = _words(" ".join(fact.text for fact in known))
    return bool(re.search(r"\b(?:but|instead|meant|should be|to)\b", text)) and any(
        word not in told for word in _own_words(text)
    )


def _confirms(heard: _Heard) -> bool:
    """Tell whether a message only says that what we quoted is right."""
    agrees = YES.match(heard.text) or NO.match(heard.text) or re.match(r"\W*(?:that's|that is|correct)\b", heard.text)
    own = _own_words(heard.text)
    return bool(agrees and heard.question and own <= _words(heard.quoted)) or bool(own and own <= _words(heard.quoted))


def _restated_words(known: Sequence[Fact], heard: _Heard) -> Iterator[Fact]:
    said = (_own_words(part) - _words(heard.question) for part in (heard.text, _PREDICATE.sub("", heard.text)))
    owns = [own for own in said if own]
    told = [(fact, _own_words(f"{fact.label} {fact.text}")) for fact in known if fact.type in _WORDY]
    every = {word for _, words in told for word in words}
    for own in owns:
        if told and len(own & every) / len(own) > SHARE:
            yield max(told, key=lambda one: len(one[1] & own))[0]
            return


def _own_words(text: str) -> set[str]:
    """Return the words of a text that say something: not hollow, not about the telling itself."""
    return {word for word in _words(text) if len(word) > 2 and word not in _TELLING and word not in HOLLOW}


def _words(text: str) -> set[str]:
    return {re.sub(r"(?:'s|s)$", "", word) for word in re.findall(r"[^\W_]+(?:'\w+)?", text.lower())}
