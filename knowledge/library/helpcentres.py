"""Articles as the help-centre APIs of Zendesk, Intercom and Chatwoot answer them, saved or fresh."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from knowledge.library.drafts import Draft, Fields, Finding, decode
from knowledge.library.markdown import read_markdown
from knowledge.library.webpages import read_html

# An answer holds many articles.
FILE_TO_TEXT = 20
Record = Mapping[str, Any]


def read_answer(path: Path, name: str, max_bytes: int) -> Iterator[Draft | Finding]:
    """Read the articles of one answer, each language an article of its own; drafts are left out."""
    if path.stat().st_size > max_bytes * FILE_TO_TEXT:
        yield Finding(name, f"larger than {max_bytes * FILE_TO_TEXT:,} bytes")
        return
    answer = parse_answer(path.read_bytes())
    if answer is None:
        yield Finding(name, "no valid JSON")
        return
    articles = articles_in(answer)
    if articles is None:
        yield Finding(name, "no list of articles of Zendesk, Intercom or Chatwoot", harmless=True)
        return
    yield from read_rows(*articles, name, max_bytes)


def parse_answer(body: bytes) -> Record | None:
    """Return an answer's fields, none where it is no object; `None` where it is no JSON."""
    try:
        answer = json.loads(decode(body)[0])
    except (ValueError, RecursionError):
        return None
    return answer if isinstance(answer, dict) else {}


def articles_in(answer: Record) -> tuple[str, list[Any]] | None:
    """Return whose list of articles an answer is, and the list; `None` where it is nobody's."""
    if isinstance(answer.get("articles"), list):
        return "zendesk", answer["articles"]
    if answer.get("type") == "list" and isinstance(answer.get("data"), list):
        return "intercom", answer["data"]
    if isinstance(answer.get("payload"), list) and isinstance(answer.get("meta"), dict):
        return "chatwoot", answer["payload"]
    return None


def read_rows(vendor: str, rows: list[Any], name: str, max_bytes: int) -> Iterator[Draft | Finding]:
    """Read the articles of a vendor's list, none larger than `max_bytes`."""
    for number, row in enumerate(rows, start=1):
        where = f"{name} article {number}"
        if not isinstance(row, dict) or not isinstance(row.get("id"), str | int):
            yield Finding(where, "no article with an id")
            continue
        for item in _READERS[vendor](row, where):
            yield _limited(item, where, max_bytes)


def _limited(item: Draft | Finding, where: str, max_bytes: int) -> Draft | Finding:
    if isinstance(item, Draft) and len(item.text.encode()) > max_bytes:
        return Finding(where, f"larger than {max_bytes:,} bytes", key=item.key)
    return item


def _zendesk(row: Record, where: str) -> Iterator[Draft | Finding]:
    """`draft` is of the answer's locale; a null `user_segment_id` (and no `user_segment_ids`) means everyone."""
    if row.get("draft") is not False:
        yield Finding(where, "a draft", harmless=True)
        return
    everyone = "user_segment_id" in row and row["user_segment_id"] is None and not row.get("user_segment_ids")
    values = {
        "language": _text(row, "locale"),
        "url": _text(row, "html_url"),
        "updated": _text(row, "updated_at"),
        "visibility": "public" if everyone else "internal",
    }
    yield _html(f"zendesk:{row['id']}:{values['language']}", row, values)


def _intercom(row: Record, where: str) -> Iterator[Draft | Finding]:
    """The article in its default language, then its translations; who may read it is not told."""
    default = _text(row, "default_locale")
    translations = row.get("translated_content")
    versions: dict[str, Record] = {default: row}
    for locale, content in translations.items() if isinstance(translations, dict) else ():
        if isinstance(content, dict):
            versions.setdefault(locale, content)
    for locale, content in versions.items():
        if content.get("state") != "published":
            yield Finding(f"{where} {locale}".strip(), "a draft", harmless=True)
            continue
        values = {"language": locale, "url": _text(content, "url"), "updated": _day(content.get("updated_at"))}
        yield _html(f"intercom:{row['id']}:{locale}", content, values)


def _chatwoot(row: Record, where: str) -> Iterator[Draft | Finding]:
    """Markdown; neither its language nor who may read it is told."""
    if row.get("status") != "published":
        yield Finding(where, "a draft or archived", harmless=True)
        return
    fields = Fields({"updated": _day(row.get("updated_at"))})
    title, text = read_markdown(_text(row, "content"), Fields())
    category = row.get("category")
    group = _text(category, "name") if isinstance(category, dict) else ""
    yield fields.draft(f"chatwoot:{row['id']}", _text(row, "title") or title, text, group=group)


_READERS = {"zendesk": _zendesk, "intercom": _intercom, "chatwoot": _chatwoot}


def _html(key: str, row: Record, values: dict[str, str]) -> Draft:
    fields = Fields({name: value for name, value in values.items() if value})
    body = _text(row, "body").replace("\0", "")
    text = read_html(f"<html><body>{body}</body></html>", Fields())[1] if body.strip() else ""
    draft = fields.draft(key, _text(row, "title"), text)
    return replace(draft, title=draft.title or key)


def _text(row: Record, name: str) -> str:
    value = row.get(name)
    return value if isinstance(value, str) else ""


def _day(seconds: object) -> str:
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 < seconds < 32_503_680_000:
        return ""
    return datetime.fromtimestamp(seconds, UTC).date().isoformat()
