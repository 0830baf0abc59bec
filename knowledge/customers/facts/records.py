"""Records: what a tool told as JSON, as things with an id and their details."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

# Keys that hold an id, and what their things are called.
_ID = re.compile(r"(?:^|_)(?:id|number|no|code|key|ref|reference|sku)$|^(?:id|order|reservation|booking|ticket)$")
_MOST_LEAVES = 400
_MOST_DEPTH = 6


@dataclass(frozen=True)
class Detail:
    """One leaf of a record: the path of its keys, and the value as text; `group` numbers the list items (from 0)
    and the objects (from -1 down) that it is in.
    """

    key: str
    value: str
    group: tuple[int, ...] = ()
    path: tuple[str, ...] = ()


@dataclass(frozen=True)
class Record:
    """A thing that a tool knows: its kind and id, and its details in their order; `item` numbers the item of the
    result's list that it is in: a journey of two flights is one item.
    """

    kind: str
    id: str
    details: tuple[Detail, ...]
    item: int = 0


def records_of(text: str) -> list[Record]:
    """Return the things that a tool's result holds; none when it is no JSON object or list."""
    stripped = text.lstrip()
    if not stripped.startswith(("{", "[")):
        return []
    try:
        told = json.loads(stripped)
    except ValueError:
        told = _cut_off(stripped)
    items = told if isinstance(told, list) else [told]
    return [record for at, item in enumerate(items) for record in _records(item, at) if record.details]


def is_list(text: str) -> bool:
    """Tell whether a tool's result is a list of things: what it found, of which none was chosen yet."""
    return text.lstrip().startswith("[")


def _cut_off(text: str) -> Any:
    """Return what is whole of a JSON list that was cut in its middle; nothing else can be told from half a text."""
    for end in range(len(text) - 1, 0, -1):
        if text[end] != "}":
            continue
        for closing in ("]", "]]"):
            try:
                return json.loads(text[: end + 1] + closing)
            except ValueError:
                continue
    return None


def _records(told: Any, item: int, depth: int = 1) -> Iterator[Record]:
    if isinstance(told, list) and depth < _MOST_DEPTH:
        for one in told:
            yield from _records(one, item, depth + 1)
    elif isinstance(told, dict):
        details = tuple(_leaves(told, (), (), 0))[:_MOST_LEAVES]
        first = next((one for one in details if len(one.path) == 1 and is_id(one.key)), None)
        kind = re.sub(r"_?(?:id|number|no|code)$", "", first.key, flags=re.IGNORECASE) if first else ""
        yield Record(kind or "result", first.value if first else "", details, item)


def is_id(key: str) -> bool:
    """Tell whether a key names an id: reservation_id, flight_number, OrderID."""
    snake = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", key).lower()
    return bool(_ID.search(snake))


def _leaves(told: Any, path: tuple[str, ...], group: tuple[int, ...], depth: int) -> Iterator[Detail]:
    if depth > _MOST_DEPTH:
        return
    if isinstance(told, dict):
        for at, (key, value) in enumerate(told.items()):
            inner = (*group, -1 - at) if isinstance(value, dict) else group
            yield from _leaves(value, (*path, str(key)), inner, depth + 1)
    elif isinstance(told, list):
        for at, value in enumerate(told):
            yield from _leaves(value, path, (*group, at), depth + 1)
    elif told is not None and told != "":
        text = str(told).lower() if isinstance(told, bool) else str(told)
        yield Detail(path[-1] if path else "", text[:200], group, path)
