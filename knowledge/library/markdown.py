"""Markdown and MDX files: front matter, title, and text without imports and JSX."""

import re
from datetime import date
from typing import Any

import yaml

from knowledge.library.drafts import Fields

_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.{0,20000}?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_TITLE = re.compile(r"^#[ \t]+(.+?)[ \t]*#*$", re.MULTILINE)
_FENCE = re.compile(r"^[ \t]*(```|~~~)")
_MODULE_LINE = re.compile(r"^(?:import\s+(?:[\w*{'\"]).*|export\s+(?:default|const|function|\{).*)$")
_COMMENTS = (("<!--", "-->"), ("{/*", "*/}"))
_TAG = re.compile(
    r"(?P<code>`[^`\n]*`)"
    r"|!\[(?P<alt>[^\]\n]{0,500})\]\([^)\n]{0,2000}\)"
    r"|</?(?:[A-Z][\w.]*|img|div|p|span|br|iframe|center|details|summary|video|source|figure|script|style)"
    r"(?=[\s/>])(?P<attributes>[^<>]*)>"
)
_LABEL = re.compile(r"""\b(?:title|label|alt)=(?:"([^"]*)"|'([^']*)')""")
_FRONT_NAMES = {
    "url": "url",
    "slug": "",
    "language": "language",
    "lang": "language",
    "visibility": "visibility",
    "product": "product",
    "valid_from": "valid_from",
    "valid_until": "valid_until",
}
_DATE_NAMES = ("updated", "last_updated", "lastmod", "date")


def read_markdown(text: str, fields: Fields) -> tuple[str, str]:
    """Return title ("" when there is none) and text; what the front matter states goes into `fields`."""
    front, body = _front_matter(text, fields)
    for name, target in _FRONT_NAMES.items():
        if target and (value := _scalar(front.get(name))):
            fields.values[target] = value
    if front.get("internal") is True:
        fields.values["visibility"] = "internal"
    fields.values["updated"] = next((v for n in _DATE_NAMES if (v := _scalar(front.get(n)))), "")
    title = _scalar(front.get("title"))
    body = _without_markup(body)
    if not title and (heading := _TITLE.search(body)):
        title = heading[1]
    return title, body


def _front_matter(text: str, fields: Fields) -> tuple[dict[str, Any], str]:
    found = _FRONT_MATTER.match(text.replace("\r\n", "\n"))
    if not found:
        return {}, text
    body = text.replace("\r\n", "\n")[found.end() :]
    try:
        front = yaml.safe_load(found[1])
    except (yaml.YAMLError, ValueError, RecursionError):
        fields.notes.append("its front matter is no valid YAML and was ignored: kept internal")
        return {"visibility": "internal"}, body
    return (front if isinstance(front, dict) else {}), body


def _scalar(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float | date):
        return ""
    return str(value).strip()


def _without_markup(text: str) -> str:
    prose: list[str] = []
    result: list[str] = []
    fence = ""
    for line in text.split("\n"):
        mark = _FENCE.match(line)
        if not fence and not mark:
            prose.append(line)
            continue
        if prose:
            result.append(_clean_prose(prose))
            prose = []
        if mark:
            fence = "" if fence == mark[1] else fence or mark[1]
        result.append(line)
    if prose:
        result.append(_clean_prose(prose))
    return "\n".join(result)


def _clean_prose(lines: list[str]) -> str:
    text = "\n".join(line for line in lines if not _MODULE_LINE.match(line))
    return re.sub(r"\n{3,}", "\n\n", _TAG.sub(_replace_tag, _without_comments(text)))


def _without_comments(text: str) -> str:
    """Cut comments out; one that never ends stays. Looks at each character once, however often one begins."""
    for opening, closing in _COMMENTS:
        kept, place = [], 0
        while (start := text.find(opening, place)) >= 0 and (end := text.find(closing, start)) >= 0:
            kept.append(text[place:start])
            place = end + len(closing)
        text = "".join([*kept, text[place:]])
    return text


def _replace_tag(found: re.Match[str]) -> str:
    if found["code"] is not None:
        return found["code"]
    if found["alt"] is not None:
        return found["alt"] if " " in found["alt"] else ""
    label = _LABEL.search(found["attributes"] or "")
    return f"**{label[1] or label[2] or ''}**\n" if label and (label[1] or label[2]) else ""
