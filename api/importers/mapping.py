"""Mapping files: how records of a table become rows. All that is wrong with one is said at once, with its place."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, get_args

from api.importers.cells import Cell, read_cell
from api.importers.row_parts import HandleGiven, Part
from api.importers.rows import ItemGiven, Row
from knowledge.failures import Rejected
from knowledge.yaml_text import parse_yaml

MODELS: dict[str, type[Part]] = {
    get_args(model.model_fields["type"].annotation)[0]: model for model in get_args(get_args(Row)[0])
}
_LISTS: dict[str, type[Part]] = {"handles": HandleGiven, "items": ItemGiven}
_OBJECTS: dict[str, type[Part] | None] = {"handle": HandleGiven, "preferences": None, "attributes": None}
_TABLE = {"delimiter", "encoding"}
MAX_MAPPING_BYTES = 200_000


@dataclass(frozen=True)
class RowMap:
    """How one row is made: its type, when (`None`: always), and each field: a cell, or cells in objects and lists."""

    type: str
    fields: Mapping[str, Any]
    when: Cell | None = None


@dataclass(frozen=True)
class MappingFile:
    """A mapping: the rows that each record becomes, and how the table is written."""

    rows: tuple[RowMap, ...]
    delimiter: str = ""
    encoding: str = "utf-8-sig"
    columns: frozenset[str] = field(default_factory=frozenset)


class Problems:
    """What is wrong with a mapping file, each with its place."""

    def __init__(self, name: str) -> None:
        self._name = name
        self.found: list[str] = []

    def say(self, place: str, what: str) -> None:
        """Note a problem."""
        self.found.append(f"{place}: {what}")

    def unknown(self, place: str, kind: str, name: object, allowed: Any) -> None:
        """Note a name that is none, with the nearest that is."""
        from rapidfuzz.process import extractOne

        near = extractOne(str(name), sorted(allowed), score_cutoff=60)
        self.say(place, f"{kind} {name} is none" + (f"; did you mean {near[0]}?" if near else ""))

    def stop(self) -> None:
        """Raise when there is any.

        Raises:
            Rejected: with all of them.
        """
        if self.found:
            shown = "\n  ".join(self.found[:30])
            raise Rejected(f"{self._name} cannot be used:\n  {shown}\n", "docs/import.md describes mapping files.")


def read_mapping(text: str, name: str) -> MappingFile:
    """Read a mapping file.

    Raises:
        Rejected: it is none, with everything that is wrong with it.
    """
    problems = Problems(name)
    given = _parse(text, name)
    if not isinstance(given, dict):
        problems.say("the file", "holds no mapping; it begins with rows:")
        problems.stop()
    for key in given:
        if key not in {"rows", "table"}:
            problems.unknown("the file", "key", key, {"rows", "table"})
    table = _table(given.get("table") or {}, problems)
    rows = given.get("rows")
    if not isinstance(rows, list) or not rows:
        problems.say("rows", "is a list of one or more rows")
        rows = []
    maps = [made for at, row in enumerate(rows, 1) if (made := _row(row, f"rows[{at}]", problems))]
    problems.stop()
    columns = frozenset(column for made in maps for column in columns_of(made))
    return MappingFile(tuple(maps), table.get("delimiter", ""), table.get("encoding", "utf-8-sig"), columns)


def columns_of(row: RowMap) -> Iterator[str]:
    """Yield the columns that a row is made of."""
    cells = [row.when] if row.when else []
    waiting: list[Any] = [*cells, *row.fields.values()]
    while waiting:
        one = waiting.pop()
        if isinstance(one, Cell):
            yield from one.columns
        elif isinstance(one, dict):
            waiting.extend(one.values())
        elif isinstance(one, list):
            waiting.extend(one)


def _parse(text: str, name: str) -> Any:
    if len(text) > MAX_MAPPING_BYTES:
        raise Rejected(f"{name} is longer than {MAX_MAPPING_BYTES:,} characters.", "A mapping file is short.")
    if "&" in text and "*" in text:  # aliases can stand for more than memory holds
        raise Rejected(f"{name} uses & and *.", "Write values out; quote texts that hold these characters elsewhere.")
    return parse_yaml(text, name, "Check the indentation.")


def _table(given: Any, problems: Problems) -> dict[str, str]:
    if not isinstance(given, dict):
        problems.say("table", "holds delimiter and encoding")
        return {}
    for key, value in given.items():
        if key not in _TABLE:
            problems.unknown("table", "key", key, _TABLE)
        elif not isinstance(value, str) or (key == "delimiter" and len(value) != 1):
            problems.say(f"table.{key}", "is a text" + (" of one character" if key == "delimiter" else ""))
    encoding = given.get("encoding", "utf-8")
    try:
        "".encode(str(encoding))
    except LookupError:
        problems.say("table.encoding", f"{encoding} is no encoding")
    return given


def _row(given: Any, place: str, problems: Problems) -> RowMap | None:
    if not isinstance(given, dict) or not isinstance(given.get("fields"), dict):
        problems.say(place, "holds type and fields")
        return None
    for key in given:
        if key not in {"type", "fields", "when"}:
            problems.unknown(place, "key", key, {"type", "fields", "when"})
    model = MODELS.get(str(given.get("type")))
    if model is None:
        problems.unknown(place, "type", given.get("type"), MODELS)
        return None
    fields = _fields(given["fields"], model, f"{place}.fields", problems)
    when = read_cell(given["when"], f"{place}.when", problems.say) if "when" in given else None
    return RowMap(str(given["type"]), fields, when)


def _fields(given: Mapping[Any, Any], model: type[Part], place: str, problems: Problems) -> dict[str, Any]:
    allowed = set(model.model_fields) - {"type"}
    fields = {}
    for name, value in given.items():
        if name not in allowed:
            problems.unknown(place, "field", name, allowed)
        else:
            fields[name] = _field(name, value, f"{place}.{name}", problems)
    for name, known in model.model_fields.items():
        if known.is_required() and name != "type" and name not in given:
            problems.say(place, f"{name} is missing")
    return fields


def _field(name: str, value: Any, place: str, problems: Problems) -> Any:
    """A field: a cell, or an object or list of them where the row has one there."""
    if name in _LISTS:
        parts = value if isinstance(value, list) else [value]
        return [_object(part, _LISTS[name], f"{place}[{at}]", problems) for at, part in enumerate(parts, 1)]
    if name in _OBJECTS:
        return _object(value, _OBJECTS[name], place, problems)
    return read_cell(value, place, problems.say)


def _object(given: Any, model: type[Part] | None, place: str, problems: Problems) -> dict[str, Any]:
    if not isinstance(given, dict):
        problems.say(place, "holds fields")
        return {}
    if model is not None:
        return _fields(given, model, place, problems)
    return {str(name): read_cell(value, f"{place}.{name}", problems.say) for name, value in given.items()}
