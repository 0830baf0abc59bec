"""What a reader hands on: a draft of an article, or the reason why something could not be read."""

import re
from dataclasses import dataclass, field
from datetime import date

from knowledge.customers.entries import Visibility

MAX_KEY, MAX_TITLE, MAX_URL, MAX_PRODUCT = 500, 500, 2_000, 200
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_INTERNAL_WORDS = {"internal", "private", "agents", "agent", "staff"}


@dataclass(frozen=True)
class Draft:
    """An article as its file states it. `visibility` is `None` when the file says nothing about it.

    `valid_from` and `valid_until` are its first and last day, as 2026-12-31; "" = no limit.
    """

    key: str
    title: str
    text: str
    url: str = ""
    language: str = ""
    visibility: Visibility | None = None
    stated_date: str = ""
    product: str = ""
    valid_from: str = ""
    valid_until: str = ""
    group: str = ""
    path: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Finding:
    """Something the report names: which article or file, and what about it.

    `harmless` ones were passed over on purpose; the others are losses. `key` is the article's where it is known which
    one is lost; "" stands for any number of them.
    """

    where: str
    reason: str
    harmless: bool = False
    key: str = ""


@dataclass
class Fields:
    """Raw values on their way to a draft; notes are collected as they are cleaned."""

    values: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def draft(self, key: str, title: str, text: str, *, path: str = "", group: str = "") -> Draft:
        """Return the cleaned draft."""
        first, last = self._day("valid_from"), self._day("valid_until")
        return Draft(
            key=shorten(clean(key), MAX_KEY),
            title=shorten(" ".join(clean(title).split()), MAX_TITLE) or key[:MAX_TITLE],
            text=clean(text).strip(),
            url=self._url(),
            language=self._language(),
            visibility=self._visibility(),
            stated_date=clean(self.values.get("updated", ""))[:40],
            product=shorten(" ".join(clean(self.values.get("product", "")).split()), MAX_PRODUCT),
            valid_from=first,
            valid_until=last,
            group=clean(group or self.values.get("group", "")),
            path=path,
            notes=tuple(self.notes),
        )

    def _url(self) -> str:
        url = clean(self.values.get("url", "")).strip()
        if url and (len(url) > MAX_URL or not re.match(r"https?://|/(?!/)", url)):
            self.notes.append("its url is no http address and was left out")
            return ""
        return url

    def _language(self) -> str:
        language = self.values.get("language", "").strip()
        return language if len(language) <= 16 and _LANGUAGE.fullmatch(language) else ""

    def _day(self, name: str) -> str:
        stated = clean(self.values.get(name, "")).strip()
        if not stated:
            return ""
        try:
            return date.fromisoformat(stated[:10]).isoformat()
        except ValueError:
            self.notes.append(f"its {name} {stated[:40]!r} is no date like 2026-12-31: kept internal")
            self.values["visibility"] = "internal"
            return ""

    def _visibility(self) -> Visibility | None:
        stated = self.values.get("visibility", "").strip().lower()
        if not stated:
            return None
        if stated == "public":
            return "public"
        if stated not in _INTERNAL_WORDS:
            self.notes.append(f"visibility {stated[:40]!r} is neither public nor internal: kept internal")
        return "internal"


def clean(text: str) -> str:
    """Return text that every store takes: no NUL or other control characters, no lone surrogates."""
    unified = text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text
    unified = _CONTROLS.sub("", unified)
    return unified if unified.isascii() else unified.encode("utf-8", "replace").decode("utf-8")


def shorten(text: str, limit: int) -> str:
    """Cut `text` to `limit` characters, an ellipsis at the end where something was lost."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def decode(data: bytes) -> tuple[str, list[str]]:
    """Decode bytes as UTF-8 (or UTF-16 with its mark). Broken characters are replaced and noted."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace"), []
    try:
        return data.decode("utf-8-sig"), []
    except UnicodeDecodeError:
        return data.decode("utf-8-sig", "replace"), ["broken UTF-8: the unreadable characters were replaced"]
