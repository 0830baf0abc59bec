"""Untrusted text to safe HTML: Markdown of articles, the quoted sentence marked, links that may be followed."""

import re
from collections.abc import Iterable
from functools import cache
from html import unescape
from urllib.parse import urlsplit

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

TAGS = frozenset(
    [
        "a",
        "b",
        "blockquote",
        "br",
        "code",
        "dd",
        "del",
        "dl",
        "dt",
        "em",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "i",
        "li",
        "mark",
        "ol",
        "p",
        "pre",
        "s",
        "strong",
        "sub",
        "sup",
        "table",
        "tbody",
        "td",
        "th",
        "thead",
        "tr",
        "u",
        "ul",
    ]
)
ATTRIBUTES: dict[str, set[str]] = {
    "*": set(),
    "a": {"href"},
    "ol": {"start"},
    "th": {"colspan", "rowspan"},
    "td": {"colspan", "rowspan"},
}
SCHEMES = frozenset({"http", "https", "mailto", "tel"})
MAX_CHARS = 400_000
MAX_NESTING = 20
# Private-use characters that stand for the ends of the quotation while Markdown is rendered.
OPEN, CLOSE = "\ue000", "\ue001"
_WORD = re.compile(r"\w+")
_TAG = re.compile(r"(<[^>]*>)")
_BLOCK = re.compile(r"</?(?:p|li|td|th|tr|h[1-6]|pre|blockquote|dd|dt|ul|ol|table)\b")
_SENTENCE = re.compile(r"[^.!?\n]+[.!?]?")
LEAST_LIKENESS = 0.4


@cache
def _reader() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": True, "maxNesting": MAX_NESTING}).enable(["table", "strikethrough"])


def article_html(text: str) -> Markup:
    """Render an article's Markdown (HTML inside allowed) as HTML without scripts, styles, images or odd links.

    Longer texts than `MAX_CHARS` are cut there.
    """
    return Markup(_clean(_reader().render(_plain(text))))  # noqa: S704 - sanitised one call earlier


def passage_html(text: str, quotes: Iterable[str]) -> Markup:
    """Render a passage like `article_html`, with the sentences it is quoted for inside `<mark>`."""
    source = _plain(text)
    for start, end in sorted(_spans(source, quotes), reverse=True):
        source = source[:start] + OPEN + source[start:end] + CLOSE + source[end:]
    return Markup(_mark(_clean(_reader().render(source))))  # noqa: S704 - sanitised; only <mark> is added


def without_title(text: str, title: str) -> str:
    """Return Markdown without a first heading that only repeats the title."""
    first, _, rest = text.lstrip().partition("\n")
    repeats = first.startswith("#") and first.strip("# \t").casefold() == title.strip().casefold()
    return rest.lstrip("\n") if repeats else text


def excerpt(text: str, most: int = 260) -> str:
    """Return the beginning of a Markdown text as plain words, at most `most` characters."""
    html = nh3.clean(_reader().render(_plain(text[: most * 8])), tags=set(), clean_content_tags={"script", "style"})
    words = " ".join(unescape(html).split())
    return words if len(words) <= most else words[:most].rsplit(" ", 1)[0] + " …"


def safe_link(url: str) -> str:
    """Return the address when it is absolute http(s), else ""."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return ""
    return url.strip() if parts.scheme in {"http", "https"} and parts.netloc else ""


def quoted_span(text: str, sentence: str) -> tuple[int, int] | None:
    """Return where `text` says `sentence`: word for word whatever the markup between, else its likest sentence.

    `None` when nothing in the text comes near it.
    """
    places = [(match.start(), match.end()) for match in _WORD.finditer(text)]
    words = [text[start:end].lower() for start, end in places]
    wanted = [word.lower() for word in _WORD.findall(sentence)]
    if not wanted:
        return None
    for at in range(len(words) - len(wanted) + 1):
        if words[at] == wanted[0] and words[at : at + len(wanted)] == wanted:
            return places[at][0], places[at + len(wanted) - 1][1]
    return _likest(text, set(wanted))


def _likest(text: str, wanted: set[str]) -> tuple[int, int] | None:
    best, where = LEAST_LIKENESS, None
    for match in _SENTENCE.finditer(text):
        found = {word.lower() for word in _WORD.findall(match.group())}
        likeness = len(found & wanted) / max(1, min(len(found), len(wanted))) if len(found) > 2 else 0.0
        if likeness > best:
            spare = len(match.group()) - len(match.group().lstrip(" #>|*-"))
            best, where = likeness, (match.start() + spare, match.end())
    return where


def _spans(text: str, quotes: Iterable[str]) -> list[tuple[int, int]]:
    found = sorted({span for quote in quotes if (span := quoted_span(text, quote))})
    apart: list[tuple[int, int]] = []
    for start, end in found:
        if not apart or start >= apart[-1][1]:
            apart.append((start, end))
    return apart


def _plain(text: str) -> str:
    return text[:MAX_CHARS].replace(OPEN, "").replace(CLOSE, "").replace("\0", "")


def _clean(html: str) -> str:
    return nh3.clean(
        html,
        tags=set(TAGS),
        attributes=ATTRIBUTES,
        url_schemes=set(SCHEMES),
        link_rel="noopener noreferrer nofollow",
        clean_content_tags={"script", "style", "template", "iframe", "object", "svg", "math"},
    )


def _mark(html: str) -> str:
    """Turn the sentinels into `<mark>` around runs of text, so that no element is ever cut in two."""
    pieces, inside = [], False
    for piece in _TAG.split(html):
        if piece.startswith("<"):
            inside = inside and not _BLOCK.match(piece)
            pieces.append(piece.replace("%EE%80%80", "").replace("%EE%80%81", ""))
            continue
        for run in re.split(f"({OPEN}|{CLOSE})", piece):
            if run in (OPEN, CLOSE):
                inside = run == OPEN
            elif run:
                pieces.append(f"<mark>{run}</mark>" if inside and run.strip() else run)
    return "".join(pieces).replace(OPEN, "").replace(CLOSE, "")
