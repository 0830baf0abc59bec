"""Quoted facts: what somebody else than code read in a message, taken only where the message says it word for word."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import cast

from knowledge.customers.entries import Entry, MessageReceived
from knowledge.customers.fact_entries import FactQuoted, FactsRead
from knowledge.customers.facts.fact import Fact, FactStatus, FactType
from knowledge.customers.facts.values import find_values
from knowledge.ids import EntryId

# What may be quoted; addresses and numbers of people are found by code, which knows their form.
TYPES: tuple[FactType, ...] = (
    "name", "address", "date", "time", "amount", "count", "reference", "request", "symptom", "tried", "stated",
)  # fmt: skip
MOST_CHARS = 300
_NEEDS_DIGIT = frozenset({"reference", "amount", "count", "time"})


def found_in(text: str, kind: str, quote: str) -> FactQuoted | None:
    """Return the fact with the message's own letters, `None` unless the message holds the quote as whole words.

    Blanks and capitals may differ; nothing else may.
    """
    words = quote.split()
    if kind not in TYPES or not words or len(quote) > MOST_CHARS or (kind in _NEEDS_DIGIT and not _has_digit(quote)):
        return None
    pattern = r"(?<!\w)" + r"\s+".join(map(re.escape, words)) + r"(?!\w)"
    found = re.search(pattern, text, re.IGNORECASE)
    if found is None or sum(letter.isalnum() for letter in found[0]) < 2:
        return None
    return FactQuoted(kind, " ".join(found[0].split()))


def is_known(one: FactQuoted, known: Iterable[Fact]) -> bool:
    """Tell whether a fact is told already: the same words, or the same value, of the kind."""
    value = _value(one)
    plain = one.text.casefold()
    return any(fact.value == value or plain in fact.text.casefold() for fact in known if _alike(fact.type, one.type))


def facts_read(entries: Sequence[Entry], known: Sequence[Fact]) -> list[Fact]:
    """Return the facts that were read into these entries, checked against the messages again; code's own go first."""
    messages = {entry.id: entry for entry in entries if isinstance(entry.payload, MessageReceived)}
    found: list[Fact] = []
    for entry in entries:
        if isinstance(entry.payload, FactsRead):
            found += _of(entry.payload, messages, [*known, *found])
    return found


def _of(read: FactsRead, messages: Mapping[EntryId, Entry], known: Sequence[Fact]) -> list[Fact]:
    message = messages.get(read.message)
    if message is None or not isinstance(message.payload, MessageReceived):
        return []
    found = []
    for given in read.facts:
        one = found_in(message.payload.text, given.type, given.text)
        if one is not None and not is_known(one, known):
            kind = cast(FactType, one.type)
            status: FactStatus = "asked" if kind == "request" else "current"
            told = Fact(kind, "", _value(one), one.text, "customer", status, (message.id,), message.at)
            found.append(replace(told, read_by=read.model))
    return found


def _value(one: FactQuoted) -> str:
    """Return the normal form that code gives this value, else the words in small letters."""
    values = [value.value for value in find_values(one.text) if value.type == one.type]
    return values[0] if len(values) == 1 else one.text.lower()


def _alike(code: str, model: str) -> bool:
    """Tell whether code's kind of fact covers the model's: a plain statement may still be told to be a wish."""
    specific = {"request", "symptom", "tried"}
    covers = {"stated": {*specific, "answer"}, "count": {"number"}, "reference": {"number", "phone"}}
    return code == model or code in covers.get(model, set()) or {code, model} <= specific


def _has_digit(text: str) -> bool:
    return any(letter.isdigit() for letter in text)
