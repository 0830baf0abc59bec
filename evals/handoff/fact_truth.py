"""Is a fact of the package true of what was said? Its words, source, owner, type and status, against the labels."""

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise

from evals.datasets.service_dialogues import Step
from evals.handoff.appearing import appears, leaves_of, words_of
from evals.handoff.cutting import Cut
from knowledge.customers.facts.fact import Fact
from knowledge.customers.facts.questions import YES

# What a value may be called, by words of the keys that tools know it under.
_KEYS = {
    "name": r"name|host|user|patient|passenger|source|security",
    "date": r"date|day|dob|birth|created",
    "time": r"time|hour|date",
    "email": r"e?mail",
    "reference": r"id$|number|code|pin|reservation|payment|phone|sku|account",
}
_FAILS = re.compile(
    r"\berror\b|unavailable|unable|not authorized|cannot|conflicting|must provide|no such", re.IGNORECASE
)


def why_false(fact: Fact, cut: Cut) -> str:
    """Return why a fact is not true of what came before the cut, empty when it is.

    The labels are the tools' arguments and results of the whole dialogue for the type of a value, and those before
    the cut for its status.
    """
    sources = [cut.dialogue.steps[int(source)] for source in fact.sources]
    checks = (_now(fact, cut), _owner(fact, sources), _words(fact, sources), _type(fact, cut), _status(fact, cut))
    return next((why for why in checks if why), "")


def _now(fact: Fact, cut: Cut) -> str:
    """What is said to hold now is something that a tool was asked for, before the cut or after it."""
    asked = [argument for step in cut.dialogue.steps for argument in step.arguments]
    for part in filter(None, fact.now.split(", ")):
        if not any(appears(key, value, part) or appears(key, part, value) for key, value in asked):
            return f"status: nobody asked for {part} since"
    return ""


def _owner(fact: Fact, sources: Sequence[Step]) -> str:
    return "" if any(step.speaker == fact.owner for step in sources) else "owner: nobody of this side said it"


def _words(fact: Fact, sources: Sequence[Step]) -> str:
    if fact.type == "record":
        known = words_of(" ".join(f"{key} {value}" for step in sources for key, value in leaves_of(step.text)))
        known = words_of(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", known + " ".join(step.text for step in sources)))
        shared = fact.label.partition(" options")[2] if fact.status == "offered" else ""
        told = words_of(f"{fact.text} {shared}").split()
        return "" if all(f" {word} " in known for word in told) else "value: not in the result"
    said = [words_of(step.text) for step in sources]
    return (
        "" if any(words_of(fact.text) in text or appears("", fact.text, text) for text in said) else "value: not said"
    )


def _type(fact: Fact, cut: Cut) -> str:
    if fact.type not in _KEYS:
        return ""
    called = [key for step in cut.dialogue.steps for key, value in step.arguments if _equal(value, fact.text)]
    found = [
        key
        for step in cut.dialogue.steps
        if step.speaker == "tool"
        for key, value in leaves_of(step.text)
        if key and _equal(value, fact.text)
    ]
    keys = [key for key in called + found if key]
    if not keys:
        return "type: no tool knows it as a name" if fact.type == "name" else ""
    return "" if any(re.search(_KEYS[fact.type], key, re.IGNORECASE) for key in keys) else f"type: known as {keys[0]}"


def _equal(value: str, text: str) -> bool:
    return words_of(value) == words_of(text)


def _status(fact: Fact, cut: Cut) -> str:
    if fact.status == "done":
        return _backed(fact, cut)
    if fact.type == "record":
        return _latest_record(fact, cut) or (_taken(fact, cut) if fact.status == "offered" else "")
    if fact.owner == "customer" and fact.status in {"current", "asked"}:
        return _changed(fact, cut)
    return ""


def _backed(fact: Fact, cut: Cut) -> str:
    """What an agent says was done follows a tool's result that is no failure."""
    before = [step for step in cut.dialogue.steps[: int(fact.source)] if step.speaker == "tool"]
    if not before:
        return "status: said done, no tool was used"
    return "status: said done, the tool failed" if _FAILS.search(before[-1].text[:200]) else ""


def _latest_record(fact: Fact, cut: Cut) -> str:
    """A record holds what the tool said last of its thing."""
    words = fact.label.split()
    if len(words) < 2 or fact.status == "offered" or not re.search(r"[\dA-Z_]", words[1]):
        return ""
    told = [step.text for step in cut.before if step.speaker == "tool" and f'"{words[1]}"' in step.text[:80]]
    latest = words_of(told[-1]) if told else ""
    own = [part for part in fact.text.split(", ") if part and not re.match(r"[a-z ]+ [\w.]+$", part)]
    return (
        ""
        if not told or all(words_of(part).strip() in latest or not _plain(part) for part in own)
        else "status: changed"
    )


def _plain(part: str) -> bool:
    return len(part.split()) == 1


def _taken(fact: Fact, cut: Cut) -> str:
    """Options of which one was booked since are no offer any more."""
    ids = set(re.findall(r"\b(?=\w*\d)[A-Z0-9]{4,}\b", fact.text))
    since = cut.before[int(fact.sources[-1]) :]
    for at, step in enumerate(since):
        if step.speaker != "call" or not re.search(r"^(?:book|update|create|change)", step.name):
            continue
        result = next((one.text for one in since[at:] if one.speaker == "tool"), "Error")
        if not _FAILS.search(result[:200]) and ids & {value for _, value in step.arguments}:
            return "status: taken up since"
    return ""


def _changed(fact: Fact, cut: Cut) -> str:
    """A value that the customer replaced before the cut holds no more, unless the fact says so; ids and people's names
    of several uses stand beside each other.
    """
    uses: dict[str, list[Mapping[str, str]]] = {}
    for step in cut.before:
        if step.speaker == "call" and not _LOOKS.match(step.name):
            uses.setdefault(step.name, []).append(dict(step.arguments))
    replaced = (
        (key, old[key], new[key])
        for told in uses.values()
        for old, new in pairwise(told)
        for key in sorted(old.keys() & new.keys())
        if not _SEVERAL.search(key) and old[key].lower() != new[key].lower()
    )
    return next((why for one in replaced if (why := _stale(fact, cut, *one))), "")


_LOOKS = re.compile(r"get_|list_|calculate|think|cancel_")
_SEVERAL = re.compile(r"_id$|^id$|[a-z]Name$|RequestType|passenger|first_name|last_name|Question", re.IGNORECASE)


def _stale(fact: Fact, cut: Cut, key: str, old: str, new: str) -> str:
    shown = f"{fact.text} {fact.now}"
    if len(old) < 2 or not appears(key, old, fact.text) or appears(key, new, shown):
        return ""
    if any(
        appears(key, value, fact.now) for step in cut.dialogue.steps for name, value in step.arguments if name == key
    ):
        return ""
    said = max(int(source) for source in fact.sources)
    after = [step for step in cut.before[said + 1 :] if step.speaker in {"customer", "agent"}]
    customers = [step.text for step in after if step.speaker == "customer"]
    accepted = any(
        one.speaker == "agent" and other.speaker == "customer" and YES.match(other.text) and appears(key, new, one.text)
        for one, other in pairwise(after)
    )
    changed = accepted or any(appears(key, new, text) for text in customers)
    again = any(appears(key, old, text) for text in customers)
    return f"status: {key} {old} was changed to {new}" if changed and not again else ""
