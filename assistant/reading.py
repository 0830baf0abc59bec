"""Articles and drafts read as sentences, list items and table rows, each knowing where it stands."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Literal

from assistant.sentences import content_words, negated, words

MAX_SENTENCE_CHARS = 600
Kind = Literal["text", "item", "row", "heading"]
_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|vs|mr|mrs|ms|dr|nr|approx|z\.b|d\.h|bzw|st|inc|ltd)|\b[a-z])\.$", re.IGNORECASE
)
_END = re.compile(r"(?<=[.!?…])[\"'”’)\]]*\s+(?=[\"'“‘(\[]?[^\W_])|(?<=[。！？])")
# No abbreviation is longer.
_ABBREVIATION_CHARS = 12
_LIST_ITEM = re.compile(r"\s*(?:[-*+•]|\d{1,3}[.)])\s+")
# Bounded and without going back: on a hundred thousand brackets an open-ended pattern takes minutes.
_TARGET = r"\([^)]{0,500}+\)"
_MARKUP = (
    (re.compile(rf"!\[([^\[\]]{{0,300}}+)\]{_TARGET}"), r"\1"),
    (re.compile(rf"\[([^\[\]]{{1,300}}+)\]{_TARGET}"), r"\1"),
    (re.compile(r"<[a-zA-Z/!][^<>]{0,200}>"), " "),
    (re.compile(r"\*\*|__|``|`"), ""),
    (re.compile(r"(?<![\w*])\*(?=\S)|(?<=\S)\*(?![\w*])"), ""),
    (re.compile(r"\[(\d+(?:\s*[,;]\s*\d+)*)\]"), r"(\1)"),
)
_HEADING = re.compile(r"#{1,6}\s+(.*)")
_TABLE_RULE = re.compile(r"\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?$")
_NOTHING = frozenset({"", "-", "–", "—"})


@dataclass(frozen=True)
class Unit:
    """A sentence with what comparing it needs: its stems, its words between blanks, whether it says no.

    Sentences of one paragraph, list item or row share a `block`; all below one heading share a `section`.
    """

    text: str
    stems: frozenset[str]
    said: str
    negated: bool
    kind: Kind = "text"
    block: int = 0
    section: int = 0


@dataclass(frozen=True)
class _Line:
    kind: Kind
    text: str


def sentences(text: str) -> list[str]:
    """Cut Markdown or plain text into sentences, each at most `MAX_SENTENCE_CHARS` long, in order.

    A table row is one, with its columns' names; so is a heading.
    """
    return [found for _, _, found in _sentences(text)]


def units(text: str) -> tuple[Unit, ...]:
    """Return the text's sentences, made ready to compare."""
    found: list[Unit] = []
    section = 0
    for block, kind, said in _sentences(text):
        section += kind == "heading"
        stems = frozenset(content_words(said))
        found.append(Unit(said, stems, f" {' '.join(words(said))} ", negated(said), kind, block, section))
    return tuple(found)


@lru_cache(maxsize=4_096)
def passage_units(text: str) -> tuple[Unit, ...]:
    """Return a passage's sentences; they are kept, as the same passages come up again. Not for people's words."""
    return units(text)


def _sentences(text: str) -> Iterator[tuple[int, Kind, str]]:
    for number, (kind, block) in enumerate(_blocks(text)):
        for said in [block] if kind in ("row", "heading") else _split(block):
            if said:
                yield number, kind, said[:MAX_SENTENCE_CHARS]


def _blocks(text: str) -> Iterator[tuple[Kind, str]]:
    """Join the lines of a paragraph; everything else is a block of its own."""
    paragraph: list[str] = []
    for line in [*_lines(text.splitlines()), _Line("text", "")]:
        if line.kind == "text" and line.text:
            paragraph.append(line.text)
            continue
        if paragraph:
            yield "text", " ".join(paragraph)
            paragraph = []
        if line.text:
            yield line.kind, line.text


def _lines(raw_lines: Sequence[str]) -> Iterator[_Line]:
    columns: list[str] = []
    for raw, following in pairwise([*raw_lines, ""]):
        line = raw.strip().lstrip(">").strip()
        if not line.startswith("|"):
            columns = []
        if line.startswith(("```", "~~~")) or not re.search(r"[^\W_]", line):
            yield _Line("text", "")
        elif line.startswith("|") and _TABLE_RULE.match(following.strip()):
            columns = _cells(line)
        elif line.startswith("|"):
            yield _Line("row", _row(columns, _cells(line)))
        else:
            yield _plain_line(line)


def _plain_line(line: str) -> _Line:
    if heading := _HEADING.match(line):
        return _Line("heading", plain(heading[1].rstrip("#")))
    if line.startswith("#"):
        return _Line("text", "")
    if _LIST_ITEM.match(line):
        return _Line("item", plain(_LIST_ITEM.sub("", line, count=1)))
    return _Line("text", plain(line))


def _cells(line: str) -> list[str]:
    return [plain(cell) for cell in line.removeprefix("|").removesuffix("|").split("|")]


def _row(columns: Sequence[str], cells: Sequence[str]) -> str:
    """Read a row aloud: what it is about, then each column's name with its cell."""
    names = [*columns, *[""] * len(cells)]
    said = [
        f"{name.rstrip('?: ')}: {cell}" if place and name not in _NOTHING else cell
        for place, (name, cell) in enumerate(zip(names, cells, strict=False))
        if cell not in _NOTHING
    ]
    return " · ".join(said)


def plain(text: str) -> str:
    """Return the text without Markdown or HTML markup; bracketed numbers become (n): [n] is for our citations."""
    for pattern, replacement in _MARKUP:
        text = pattern.sub(replacement, text)
    return " ".join(text.split())


def _split(paragraph: str) -> list[str]:
    parts: list[str] = []
    for part in _END.split(paragraph):
        if parts and _ABBREVIATION.search(parts[-1][-_ABBREVIATION_CHARS:]):
            parts[-1] += " " + part.strip()
        elif part.strip():
            parts.append(part.strip())
    return parts
