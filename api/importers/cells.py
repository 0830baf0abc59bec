"""Cells: how one field of a row is read out of a record."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

Say = Callable[[str, str], None]
EPOCHS = {"epoch": 1, "epoch_ms": 1000}
_KEYS = {"column", "value", "map", "default", "prefix", "format", "zone", "is"}


@dataclass(frozen=True)
class Cell:
    """Where a field comes from: a column (in JSON a path, `customer.email`) or a constant, and what is done with it.

    `map` translates (what it does not name stays), `default` stands where the cell is empty, `prefix` goes before it,
    `format` reads a date (`strptime`, `epoch` or `epoch_ms`) in `zone`; `among` are the values a condition holds for.
    """

    column: str | None = None
    value: Any = None
    map: Mapping[str, Any] = field(default_factory=dict)
    default: Any = None
    prefix: str = ""
    format: str = ""
    zone: tzinfo = UTC
    among: frozenset[str] = frozenset()

    @property
    def columns(self) -> tuple[str, ...]:
        """The column it reads, if any."""
        return (self.column,) if self.column is not None else ()

    def of(self, record: Mapping[str, Any]) -> Any:
        """Return the field of a record, `None` where there is nothing.

        Raises:
            ValueError: the date is not written in the format that the mapping says.
        """
        found = self.value if self.column is None else look_up(record, self.column)
        if isinstance(found, str):
            found = found.strip()
        found = self.map.get(_name(found), found)
        if found is None or found == "":
            found = self.default
        if self.format and found is not None:
            found = _moment(str(found), self.format, self.zone)
        return f"{self.prefix}{_name(found)}" if self.prefix and found is not None else found

    def holds(self, record: Mapping[str, Any]) -> bool:
        """Return whether a condition holds: the cell is one of the values, or is not empty where none are named."""
        found = self.of(record)
        return _name(found) in self.among if self.among else found is not None


def look_up(record: Mapping[str, Any], column: str) -> Any:
    """Return a column, or in a JSON object what lies at the path of that name."""
    if column in record:
        return record[column]
    found: Any = record
    for step in column.split("."):
        found = found.get(step) if isinstance(found, Mapping) else None
    return found


def _name(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _moment(text: str, pattern: str, zone: tzinfo) -> str:
    if pattern in EPOCHS:
        return datetime.fromtimestamp(float(text) / EPOCHS[pattern], UTC).isoformat()
    at = datetime.strptime(text, pattern)  # noqa: DTZ007 - the zone is given in the next line
    return (at if at.tzinfo else at.replace(tzinfo=zone)).isoformat()


def read_cell(given: Any, place: str, say: Say) -> Cell:
    """Read one cell of a mapping file: the name of a column, or its description."""
    if isinstance(given, str):
        return Cell(column=given)
    if not isinstance(given, dict):
        say(place, "is the name of a column, or holds column or value")
        return Cell()
    if wrong := sorted(str(key) for key in given if key not in _KEYS):
        say(place, f"{', '.join(wrong)} is none of {', '.join(sorted(_KEYS))}")
    if ("column" in given) == ("value" in given):
        say(place, "holds either column or value")
    if not isinstance(given.get("map", {}), dict):
        say(f"{place}.map", "holds what each value is called here")
    among = given.get("is", [])
    return Cell(
        column=str(given["column"]) if "column" in given else None,
        value=given.get("value"),
        map={_name(key): value for key, value in given["map"].items()} if isinstance(given.get("map"), dict) else {},
        default=given.get("default"),
        prefix=str(given.get("prefix", "")),
        format=str(given.get("format", "")),
        zone=_zone(given.get("zone"), place, say),
        among=frozenset(_name(one) for one in (among if isinstance(among, list) else [among])),
    )


def _zone(name: Any, place: str, say: Say) -> tzinfo:
    if name is None:
        return UTC
    try:
        return ZoneInfo(str(name))
    except (KeyError, ValueError, OSError):
        say(f"{place}.zone", f"{name} is no time zone; write one as Europe/London")
        return UTC
