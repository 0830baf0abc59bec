"""Data standards: what a customer's fields may say, one spelling for each, and which a company wants filled."""

import re
from collections.abc import Mapping
from datetime import date
from functools import cache, lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from knowledge.customers.weighing import AS_SHIPPED, Weighing
from knowledge.failures import Rejected
from knowledge.yaml_text import parse_yaml

MAX_BYTES = 1_000_000
Type = Literal["text", "integer", "number", "yes_no", "date", "choice", "list"]
Name = Annotated[str, Field(min_length=1, max_length=100)]
# Fields of every customer that a company may want filled, beside its attributes.
FIELDS = ("name", "email", "phone", "language", "timezone")
_TAG = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z]{4})?(?:[-_](?:[A-Za-z]{2}|\d{3}))?")
_YES_NO = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}


class Strict(BaseModel):
    """A part of the standards: a field that is none stops the reading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Attribute(Strict):
    """What an attribute holds; `values` are those of a choice, `required` counts it as missing where it is empty."""

    type: Type = "text"
    values: tuple[str, ...] = ()
    required: bool = False


class Standards(Strict):
    """The attributes a company declares, and which of `FIELDS` it wants; what is not declared may say anything.

    `health`: how the company weighs its customers' health.
    """

    attributes: Mapping[Name, Attribute] = Field(default_factory=dict)
    required: tuple[Literal["name", "email", "phone", "language", "timezone"], ...] = ("name", "email")
    health: Weighing = AS_SHIPPED

    def tidy(self, attributes: Mapping[str, Any]) -> dict[str, Any]:
        """Return attributes in the spelling that is declared; an empty value stays empty.

        Raises:
            Rejected: a value is not what its attribute holds; every such one is named.
        """
        tidied, wrong = dict(attributes), []
        for name in attributes.keys() & self.attributes.keys():
            try:
                tidied[name] = value_of(self.attributes[name], attributes[name])
            except ValueError as error:
                wrong.append(f"attributes.{name}: {error}")
        if wrong:
            raise Rejected("; ".join(sorted(wrong)[:5]), "docs/record.md tells how attributes are declared.")
        return tidied


def value_of(declared: Attribute, value: Any) -> Any:
    """Return a value as its attribute holds it.

    Raises:
        ValueError: it is none of that type.
    """
    if value is None or value == "":
        return value
    return _READERS[declared.type](declared, value)


def _text(_: Attribute, value: Any) -> str:
    if isinstance(value, dict | list):
        raise ValueError("is no text")
    return " ".join(str(value).split())


def _integer(_: Attribute, value: Any) -> int:
    if isinstance(value, bool) or not re.fullmatch(r"[-+]?\d{1,15}(\.0+)?", str(value).strip()):
        raise ValueError("is no whole number")
    return int(float(str(value)))


def _number(_: Attribute, value: Any) -> float:
    if isinstance(value, bool) or not re.fullmatch(r"[-+]?\d{1,15}(\.\d{1,15})?", str(value).strip()):
        raise ValueError("is no number such as 12.5")
    return float(str(value))


def _yes_no(_: Attribute, value: Any) -> bool:
    found = _YES_NO.get(str(value).strip().casefold())
    if found is None:
        raise ValueError("is neither yes nor no")
    return found


def _date(_: Attribute, value: Any) -> str:
    try:
        return date.fromisoformat(str(value).strip()[:10]).isoformat()
    except ValueError:
        raise ValueError("is no date such as 2026-11-30") from None


def _choice(declared: Attribute, value: Any) -> str:
    said = " ".join(str(value).split()).casefold()
    found = next((one for one in declared.values if one.casefold() == said), None)
    if found is None:
        raise ValueError(f"is none of {', '.join(declared.values)[:200]}")
    return found


def _list(_: Attribute, value: Any) -> list[str]:
    several = value.split(",") if isinstance(value, str) else value
    if not isinstance(several, list) or not all(isinstance(one, str) for one in several):
        raise ValueError("is no list of words")
    return list(dict.fromkeys(word for one in several if (word := " ".join(one.split()))))


_READERS: Mapping[Type, Any] = {
    "text": _text,
    "integer": _integer,
    "number": _number,
    "yes_no": _yes_no,
    "date": _date,
    "choice": _choice,
    "list": _list,
}


@lru_cache(maxsize=4_096)
def language(text: str) -> str:
    """Return a language tag in its one spelling (`de`, `pt-BR`, `zh-Hant-TW`); empty when it is none."""
    found = _TAG.fullmatch(text.strip())
    if found is None:
        return ""
    first, *rest = re.split(r"[-_]", found.group())
    return "-".join([first.lower(), *(part.title() if len(part) == 4 else part.upper() for part in rest)])


@lru_cache(maxsize=4_096)
def time_zone(text: str) -> str:
    """Return the name of a time zone in its one spelling; a city does where only one zone has it. Empty: it is none."""
    return _zones().get("_".join(text.split()).casefold(), "")


@cache
def _zones() -> dict[str, str]:
    names = sorted(available_timezones() - {"localtime", "Factory", "posixrules"})
    cities: dict[str, list[str]] = {}
    for name in names:
        if "/" in name and not name.startswith(("Etc/", "SystemV/", "posix/", "right/")):
            cities.setdefault(name.rpartition("/")[2].casefold(), []).append(name)
    only = {city: found[0] for city, found in cities.items() if len(found) == 1}
    return only | {name.casefold(): name for name in names}


def read_standards(path: Path | None) -> Standards:
    """Read the standards; without a file nothing is declared, and name and e-mail are wanted.

    Raises:
        Rejected: the file is not there, too large, no YAML, or says something that is none of the standards'.
    """
    if path is None:
        return Standards()
    try:
        content = path.read_bytes()
    except OSError as error:
        remedy = "Set THREADLINE_CUSTOMER_STANDARDS to a YAML file, or unset it."
        raise Rejected(f"{path} cannot be read.", remedy) from error
    if len(content) > MAX_BYTES:
        raise Rejected(f"{path.name} is larger than {MAX_BYTES:,} bytes.", "Standards are short.")
    try:
        text = content.decode("utf-8", "replace")
        return Standards.model_validate(parse_yaml(text, path.name, "Indent by spaces.") or {})
    except ValidationError as error:
        told = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()[:8])
        raise Rejected(f"{path.name}: {told}.", "docs/record.md describes every field.") from error
