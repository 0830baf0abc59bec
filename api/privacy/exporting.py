"""An export as a page that a person can read without us: one HTML file, no script, nothing fetched."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from api.words import channel_name

_SAID = ("text", "question", "subject", "comment", "order", "title", "url", "purpose")


def as_html(export: Mapping[str, Any]) -> str:
    """Return an export (`knowledge.customers.export`) as HTML."""
    return _template().render(export=export)


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parents[1] / "papers"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"day": _day, "told": _told, "words": _words, "channel": channel_name}
    return environment.get_template("export.html")


def _day(at: str) -> str:
    when = datetime.fromisoformat(at)
    return f"{when.day} {when:%B %Y, %H:%M} UTC"


def _words(kind: str) -> str:
    return kind.replace("_", " ").capitalize()


def _told(payload: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return what an entry says as label and text: what was said first, then the rest that is not empty."""
    keys = [key for key in _SAID if key in payload] + [key for key in payload if key not in _SAID]
    return [
        (_words(key), _flat(payload[key])) for key in keys if key != "kind" and payload[key] not in (None, "", [], {})
    ]


def _flat(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(
            f"{_words(str(key))}: {_flat(inner)}" for key, inner in value.items() if inner not in (None, "")
        )
    if isinstance(value, list):
        return "; ".join(_flat(inner) for inner in value)
    return {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)
