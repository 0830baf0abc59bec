"""Splitting an article into passages: by heading, then by size, code and tables whole where they fit."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from markdown_it import MarkdownIt

# A piece shorter than this share of the passage size joins its neighbour under the same heading.
TINY = 0.15
# Sections shorter than this share are packed together: a heading with one line is no passage of its own.
SMALL_SECTION = 0.25
MAX_HEADING = 1_000
# Parsing the structure takes seconds a megabyte in the worst case; a longer text is cut by size alone.
MAX_PARSED = 500_000


@dataclass(frozen=True)
class Piece:
    """One passage-to-be; `heading` is the path inside the article, "A › B"."""

    heading: str
    text: str


@dataclass(frozen=True)
class _Block:
    path: tuple[str, ...]
    text: str
    level: int = 0  # of a heading; 0 = no heading
    table: bool = False


@dataclass(frozen=True)
class _Section:
    path: tuple[str, ...]
    blocks: tuple[_Block, ...]

    @property
    def size(self) -> int:
        return sum(len(block.text) + 2 for block in self.blocks)

    def is_bare_above(self, other: "_Section") -> bool:
        """Return whether this is a heading without a text of its own, right above `other`'s."""
        return len(self.blocks) == 1 and self.blocks[0].level > 0 and other.path[: len(self.path)] == self.path


def split(text: str, size: int) -> list[Piece]:
    """Return the passages of a Markdown text, none much longer than `size` characters.

    A text of at most `size` characters is one passage, headings included.
    """
    if len(text) <= size:
        return [Piece("", text)] if text.strip() else []
    pieces: list[Piece] = []
    for section in _packed(_with_text(_sections(_blocks(text))), size):
        heading = " › ".join(section.path)[:MAX_HEADING]
        pieces += [Piece(heading, part) for part in _parts(section.blocks, size)]
    return pieces


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark").enable("table")
    parser.core.ruler.disable(["inline"])
    return parser


def _blocks(text: str) -> Iterator[_Block]:
    if len(text) > MAX_PARSED:
        yield _Block((), text)
        return
    lines = text.split("\n")
    path: list[tuple[int, str]] = []
    for token in _parser().parse(text):
        if token.level or token.nesting < 0 or token.map is None:
            continue
        block = "\n".join(lines[token.map[0] : token.map[1]]).strip("\n").rstrip()
        level = 0
        if token.type == "heading_open":
            level = int(token.tag[1])
            name = block.split("\n")[0].strip("# \t")
            path = [*(step for step in path if step[0] < level), (level, name)]
        yield _Block(tuple(step[1] for step in path), block, level, token.type == "table_open")


def _sections(blocks: Iterator[_Block]) -> Iterator[_Section]:
    collected: list[_Block] = []
    for block in blocks:
        if block.level and collected:
            yield _Section(collected[0].path, tuple(collected))
            collected = []
        collected.append(block)
    if collected:
        yield _Section(collected[0].path, tuple(collected))


def _with_text(sections: Iterator[_Section]) -> Iterator[_Section]:
    """Leave out bare headings: they live on in the path of the sections below."""
    for section, following in itertools.pairwise(itertools.chain(sections, [None])):
        if section and not (following and section.is_bare_above(following)):
            yield section


def _packed(sections: Iterator[_Section], size: int) -> Iterator[_Section]:
    waiting: _Section | None = None
    for section in sections:
        if waiting is None:
            waiting = section
        elif min(waiting.size, section.size) <= size * SMALL_SECTION and waiting.size + section.size <= size:
            waiting = _Section(_common(waiting.path, section.path), waiting.blocks + section.blocks)
        else:
            yield waiting
            waiting = section
    if waiting is not None:
        yield waiting


def _common(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, ...]:
    same = 0
    while same < min(len(first), len(second)) and first[same] == second[same]:
        same += 1
    return first[:same]


def _parts(blocks: tuple[_Block, ...], size: int) -> list[str]:
    own_heading = blocks[1:] if blocks[0].level and not any(block.level for block in blocks[1:]) else blocks
    parts: list[str] = []
    current = ""
    for chunk in (chunk for block in own_heading for chunk in _fitting(block, size)):
        if current and len(current) + 2 + len(chunk) > size:
            parts.append(current)
            current = chunk
        else:
            current = f"{current}\n\n{chunk}" if current else chunk
    if current and parts and len(current) < size * TINY:
        parts[-1] = f"{parts[-1]}\n\n{current}"
    elif current:
        parts.append(current)
    return parts


def _fitting(block: _Block, size: int) -> list[str]:
    if len(block.text) <= size:
        return [block.text]
    if block.table and (parts := _rows(block.text, size)):
        return parts
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    separators = ["\n\n", "\n", ". ", "! ", "? ", " ", ""]
    splitter = RecursiveCharacterTextSplitter(
        separators=separators, chunk_size=size, chunk_overlap=0, keep_separator="end"
    )
    return [part for part in splitter.split_text(block.text) if part.strip()]


def _rows(table: str, size: int) -> list[str]:
    """Cut a table between rows; each part starts with the header again. [] when a row does not fit."""
    header, rule, *rows = table.split("\n")
    head = f"{header}\n{rule}"
    if len(head) + 1 + max(map(len, rows), default=size) > size:
        return []
    parts = [head]
    for row in rows:
        if len(parts[-1]) + 1 + len(row) > size:
            parts.append(head)
        parts[-1] = f"{parts[-1]}\n{row}"
    return parts
