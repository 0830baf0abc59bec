"""HTML files: the article without navigation and scripts, and what its head states."""

import re
from typing import Any

from knowledge.library.drafts import Fields, decode

# What a page may say of its encoding, within its beginning; others than these are no page's.
_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.IGNORECASE)
_ENCODINGS = re.compile(r"iso-?8859-?\d+|latin-?\d|windows-?\d+|cp\d+|koi8-\w|shift_?jis|euc-?\w+|gb\w+|big5|tis-?620")
_READ = 4_096
# As browsers read it.
_SAME = {"iso-8859-1": "cp1252", "latin-1": "cp1252", "latin1": "cp1252", "gb2312": "gb18030", "gbk": "gb18030"}

_NOISE = "//script|//style|//noscript|//template|//nav|//footer|//aside|//iframe|//form|//object|//svg"
_META = {
    "visibility": "visibility",
    "product": "product",
    "valid_from": "valid_from",
    "valid_until": "valid_until",
    "language": "language",
    "date": "updated",
    "last-modified": "updated",
}


def decode_page(data: bytes, stated: str = "") -> tuple[str, list[str]]:
    """Decode a page: as UTF-8 where it is, else as its server (`stated`) or itself says; what stays broken is noted."""
    text, notes = decode(data)
    said = _CHARSET.search(data[:_READ])
    for name in (stated, said[1].decode("ascii", "replace") if said else "") if notes else ():
        known = name.strip(" \"'").lower()
        if _ENCODINGS.fullmatch(known):
            try:
                return data.decode(_SAME.get(known, known)), []
            except (LookupError, UnicodeDecodeError):
                continue
    return text, notes


def read_html(text: str, fields: Fields) -> tuple[str, str]:
    """Return title ("" when there is none) and text as Markdown; head statements go into `fields`."""
    import trafilatura

    tree = trafilatura.load_html(text)
    if tree is None:
        return "", ""
    fields.values["language"] = tree.get("lang") or ""
    for name, target in _META.items():
        if stated := _attribute(tree, f"//meta[@name='{name}']/@content"):
            fields.values[target] = stated
    fields.values["url"] = _attribute(tree, "//link[@rel='canonical']/@href")
    title = _text(tree, "//title") or _text(tree, "//h1")
    for noise in tree.xpath(_NOISE):
        noise.drop_tree()
    body = trafilatura.extract(
        tree, output_format="markdown", include_comments=False, include_tables=True, config=_config()
    )
    return title, body or " ".join(_text(part, ".") for part in tree.xpath("//body")).strip()


def _attribute(tree: Any, path: str) -> str:
    found = tree.xpath(path)
    return str(found[0]).strip() if found else ""


def _text(tree: Any, path: str) -> str:
    found = tree.xpath(path)
    return " ".join(found[0].text_content().split()) if found else ""


def _config() -> Any:
    from trafilatura.settings import use_config

    config = use_config()
    for name in ("MIN_EXTRACTED_SIZE", "MIN_OUTPUT_SIZE"):  # a help article may be one sentence
        config.set("DEFAULT", name, "0")
    return config
