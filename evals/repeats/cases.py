"""Repeats by construction: recorded dialogues are handed over, what the customer says next is written with its label.

Written before the detector. The wordings of the half that rules are made on are other ones than those reported.
"""

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from evals.datasets.service_dialogues import Dialogues
from evals.handoff.appearing import appears
from evals.handoff.cutting import BEGIN, SEED, Cut, said_before
from knowledge.customers.facts.said import Said, Speaker
from knowledge.customers.facts.values import MONTHS, NUMBERS, Value, find_values

HALVES = ("tuned on", "reported")
# What a key is called when somebody asks for it; other keys are asked for by their own words.
_CALLED = {"id": "booking number", "dob": "date of birth", "PIN": "PIN"}
_ASK: Mapping[str, tuple[str, ...]] = {
    "tuned on": ("Could you tell me the {thing}, please?", "What is the {thing}?"),
    "reported": (
        "May I ask for the {thing}?",
        "To continue I need the {thing}. What is it?",
        "Please give me the {thing} so I can look it up.",
    ),
}
_SAY: Mapping[str, tuple[str, ...]] = {
    "tuned on": ("{value}", "It's {value}.", "As I said, it is {value}.", "I already told your colleague: {value}."),
    "reported": (
        "{value}, like I wrote before",
        "that would be {value}",
        "Still {value}, nothing changed since I gave it to the other person.",
        "ok once more then, {value}",
    ),
}
_VOLUNTEER: Mapping[str, tuple[str, ...]] = {
    "tuned on": ("Hello, me again. The {thing} is {value}.", "Just so you know, it was about {value}."),
    "reported": ("So you have it too: {value} is the {thing}.", "I was talking to someone else about {value}."),
}
_STILL: Mapping[str, tuple[str, ...]] = {
    "tuned on": ("Is the {thing} still {value}?", "I have {value} here as the {thing}. Is that right?"),
    "reported": ("Just to confirm, the {thing} is {value}, correct?", "My colleague noted {value}. Does that hold?"),
}
_CONFIRM: Mapping[str, tuple[str, ...]] = {
    "tuned on": ("Yes.", "Yes, {value}.", "That's right."),
    "reported": ("Correct, {value}", "yep that is right", "Exactly: {value}."),
}
_CORRECT: Mapping[str, tuple[str, ...]] = {
    "tuned on": ("Sorry, it is not {value} but {other}.", "Actually I meant {other} instead of {value}."),
    "reported": ("I gave you the wrong one, {value} should be {other}.", "Please change {value} to {other}."),
}
_NEW: Mapping[str, tuple[str, ...]] = {
    "tuned on": ("It's {other}.", "{other}"),
    "reported": ("that would be {other}", "You can use {other} for that."),
}
_NOTHING: Mapping[str, tuple[str, ...]] = {
    "tuned on": ("Thanks, I'll wait.", "Are you still there?"),
    "reported": ("ok no problem, take your time", "Good morning! Who am I talking to now?"),
}


@dataclass(frozen=True)
class Case:
    """What was said before the handover, what is said after it, and whether its last message repeats something.

    `kind` names how it was made; `elicited` whether our question asked for it.
    """

    group: str
    kind: str
    before: tuple[Said, ...]
    after: tuple[Said, ...]
    repeats: bool
    elicited: bool = False


def cases_of(dialogues: Dialogues, cuts: Sequence[Cut], half: str) -> Iterator[Case]:
    """Yield cases of every cut at which the customer had given a value that a tool was asked for."""
    pool = _pool(dialogues)
    for cut in cuts:
        given = _given(cut)
        if not given:
            continue
        draw = random.Random(f"{SEED}/{cut.dialogue.id}/{cut.at}")  # noqa: S311
        key, value = draw.choice(given)
        others = [one for one in pool.get(key, ()) if not _said(cut, key, one)]
        other = draw.choice(others) if others else ""
        yield from _cases(cut, (key, value, other), draw, half)


def _cases(cut: Cut, told: tuple[str, str, str], draw: random.Random, half: str) -> Iterator[Case]:
    key, value, other = told
    words = {"thing": called(key), "value": value, "other": other}
    before = tuple(said_before(cut))

    def pick(texts: Mapping[str, tuple[str, ...]], **more: str) -> str:
        return draw.choice(texts[half]).format(**(words | more))

    def case(kind: str, *turns: tuple[Speaker, str], repeats: bool, elicited: bool = False) -> Case:
        last = len(before)
        after = tuple(
            Said(f"after-{at}", who, text, BEGIN + timedelta(days=1, minutes=last + at))
            for at, (who, text) in enumerate(turns)
        )
        return Case(cut.dialogue.group, kind, before, after, repeats, elicited)

    ask: tuple[Speaker, str] = ("agent", pick(_ASK))
    yield case("reworded", ask, ("customer", pick(_SAY)), repeats=True, elicited=True)
    yield case("volunteered", ("customer", pick(_VOLUNTEER)), repeats=True)
    form = other_form(value, draw)
    if form:
        yield case("other format", ask, ("customer", pick(_SAY, value=form)), repeats=True, elicited=True)
    halves = split(value)
    if halves:
        turns: list[tuple[Speaker, str]] = [("customer", part) for part in halves]
        yield case("split", ask, *turns, repeats=True, elicited=True)
    yield case("confirmation", ("agent", pick(_STILL)), ("customer", pick(_CONFIRM)), repeats=False)
    yield case("nothing", ("customer", pick(_NOTHING)), repeats=False)
    if other:
        yield case("correction", ("customer", pick(_CORRECT)), repeats=False)
        yield case("new fact", ask, ("customer", pick(_NEW)), repeats=False)


def called(key: str) -> str:
    """Return what a key is called: `reservation_id` → reservation id, CustomerName → customer name."""
    plain = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", key).replace("_", " ").lower()
    return _CALLED.get(key, plain)


def other_form(value: str, draw: random.Random) -> str:
    """Return the value as somebody else would write it; empty where it has only one form."""
    values = find_values(value)
    found = values[0] if len(values) == 1 else None
    if found is None or found.text != value:
        return value.upper() if value.lower() != value.upper() and " " in value else ""
    return _FORMS.get(found.type, _as_it_is)(found, draw)


def _time(found: Value, draw: random.Random) -> str:
    hour, minute = map(int, found.value.split(":"))
    return draw.choice([found.value, f"{hour % 12 or 12}:{minute:02d} {'PM' if hour >= 12 else 'AM'}"])


def _date(found: Value, draw: random.Random) -> str:
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", found.value):
        return ""
    year, month, day = map(int, found.value.split("-"))
    return draw.choice([f"{MONTHS[month - 1].title()} {day}, {year}", f"{day}/{month}/{year}"])


def _reference(found: Value, draw: random.Random) -> str:
    if found.text.isdigit():
        return draw.choice([" ", "-"]).join(re.findall(r"\d{1,3}", found.text))
    return draw.choice([found.text.lower(), " ".join(found.text)]) if "_" not in found.text else found.text.upper()


def _number(found: Value, _draw: random.Random) -> str:
    spelled = {digit: word for word, digit in NUMBERS.items()}
    return " ".join(spelled[digit] for digit in found.text)


def _as_it_is(_found: Value, _draw: random.Random) -> str:
    return ""


_FORMS = {"time": _time, "date": _date, "reference": _reference, "number": _number}


def split(value: str) -> list[str]:
    """Return a value told in two messages; nothing for a short one."""
    if " " in value.strip():
        first, _, rest = value.strip().partition(" ")
        return [f"{first} ...", rest] if len(value) >= 8 else []
    if len(value) < 6 or not re.search(r"\d", value):
        return []
    middle = len(value) // 2
    return [f"{value[:middle]}...", f"...{value[middle:]}"]


def _given(cut: Cut) -> list[tuple[str, str]]:
    """The values that the customer told before the cut, by the keys that tools know them under."""
    said = [step.text for step in cut.before if step.speaker == "customer"]
    asked = [argument for step in cut.dialogue.steps for argument in step.arguments]
    found = {
        (key, value): None
        for key, value in asked
        if worth_asking(key, value) and any(appears(key, value, text) for text in said)
    }
    return list(found)


def worth_asking(key: str, value: str) -> bool:
    """Tell whether a value is one that people ask for: no mode of a tool, no lone digit, yes or no."""
    return len(value) >= 3 and value.lower() not in {"yes", "true", "false"} and "type" not in key.lower()


def _pool(dialogues: Dialogues) -> dict[str, list[str]]:
    pool: dict[str, dict[str, None]] = {}
    for dialogue in dialogues.dialogues:
        for step in dialogue.steps:
            for key, value in step.arguments:
                if worth_asking(key, value):
                    pool.setdefault(key, {})[value] = None
    return {key: list(values) for key, values in pool.items()}


def _said(cut: Cut, key: str, value: str) -> bool:
    return any(appears(key, value, step.text) for step in cut.before if step.speaker != "call")
