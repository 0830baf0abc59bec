"""Does a value appear in a text? The same rule for what was needed, for the package and for every baseline."""

import json
import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any

from evals.datasets.service_dialogues import Step
from knowledge.customers.facts.values import NUMBERS, Value, find_values, same_value

YES_NO = {"yes": "yes", "no": "no", "true": "yes", "false": "no"}
_YES = re.compile(r"\b(?:yes|yeah|yep|yup|sure)\b", re.IGNORECASE)
_NO = re.compile(r"\b(?:no|none|not|nope|don't|without)\b", re.IGNORECASE)
# Numbers of fewer digits stand in every text by chance: they count where a customer wrote them or a tool said them
# under the same key.
LEAST_DIGITS = 3


def words_of(text: str) -> str:
    """Return the words of a text in lower case with one blank around each, so that whole words can be looked for."""
    return " " + " ".join(re.findall(r"[^\W_]+", text.lower())) + " "


@lru_cache(maxsize=20_000)
def _values(text: str) -> tuple[Value, ...]:
    return tuple(find_values(text))


def appears(key: str, value: str, text: str) -> bool:
    """Tell whether a value stands in a text, however dates, times, numbers and spaces are written."""
    if value.lower() in YES_NO:
        return _says_yes_no(key, YES_NO[value.lower()], text)
    mine = find_values(value)
    if len(mine) == 1 and mine[0].text == value and mine[0].type in {"date", "time"}:
        return any(one.type == mine[0].type and same_value(one.value, mine[0].value, one.type) for one in _values(text))
    if re.fullmatch(r"-?\d+(?:\.0)?", value):
        return _holds_number(value.removesuffix(".0"), text)
    wanted = words_of(value)
    return bool(wanted.strip()) and wanted in words_of(text)


def _holds_number(number: str, text: str) -> bool:
    found = re.findall(r"(?<![\d.])\d+(?:,\d{3})*(?:\.0+)?(?!\d|\.\d*[1-9])", text)
    spelled = {digit: word for word, digit in NUMBERS.items()}.get(number)
    bare = (one.replace(",", "").split(".")[0] for one in found)
    return number in bare or bool(spelled and f" {spelled} " in words_of(text))


def _says_yes_no(key: str, value: str, text: str) -> bool:
    """A yes or no counts in a line that names what it is about, or in the line after it."""
    lines = [line for line in text.splitlines() if line.strip()]
    said = _YES if value == "yes" else _NO
    return any(
        names(key, line) and any(said.search(one) for one in lines[at : at + 2]) for at, line in enumerate(lines)
    )


def names(key: str, text: str) -> bool:
    """Tell whether a text names a key: one of its words (four letters or more), by its first letters."""
    stems = [word[:6].lower().rstrip("s") for word in re.findall(r"[A-Z]?[a-z]{3,}", key) if word.lower() != "need"]
    return any(re.search(rf"\b{stem}", text, re.IGNORECASE) for stem in stems)


def appeared(key: str, value: str, before: Sequence[Step]) -> bool:
    """Tell whether a value appeared in what was said and found before: see `LEAST_DIGITS` for small numbers."""
    small = bool(re.fullmatch(rf"\d{{1,{LEAST_DIGITS - 1}}}(?:\.0)?", value))
    switch = value.lower() in YES_NO
    if switch and _answered(key, YES_NO[value.lower()], before):
        return True
    return any(_in_step(key, value, step, small=small, switch=switch) for step in before)


def _in_step(key: str, value: str, step: Step, *, small: bool, switch: bool) -> bool:
    if step.speaker == "tool":
        return _in_result(key, value, step.text, by_key=small or switch)
    trusted = {"customer"} if small else {"customer", "agent"}
    return not switch and step.speaker in trusted and appears(key, value, step.text)


def _answered(key: str, value: str, before: Sequence[Step]) -> bool:
    """Tell whether a customer said yes or no right after they were asked about it."""
    said = _YES if value == "yes" else _NO
    talk = [step for step in before if step.speaker in {"customer", "agent"}]
    return any(
        one.speaker == "agent" and other.speaker == "customer" and names(key, one.text) and said.match(other.text)
        for one, other in pairwise(talk)
    )


@lru_cache(maxsize=4_000)
def leaves_of(text: str) -> tuple[tuple[str, str], ...]:
    """Return the leaves of a result with their keys; the text itself when it is no whole JSON."""
    try:
        told = json.loads(text)
    except ValueError:
        return tuple((key, value) for key, value in re.findall(r'"(\w+)": "?([^",{}\[\]]+)', text)) or (("", text),)
    return tuple(_leaves(told, ""))


def _leaves(told: Any, key: str) -> list[tuple[str, str]]:
    if isinstance(told, dict):
        return [leaf for inner, value in told.items() for leaf in _leaves(value, str(inner))]
    if isinstance(told, list):
        return [leaf for value in told for leaf in _leaves(value, key)]
    return [(key, str(told))]


def _in_result(key: str, value: str, text: str, *, by_key: bool) -> bool:
    for name, leaf in leaves_of(text):
        if by_key:
            if name.lower() == key.lower() and YES_NO.get(leaf.lower(), leaf) == YES_NO.get(value.lower(), value):
                return True
        elif appears(key, value, leaf):
            return True
    return False
