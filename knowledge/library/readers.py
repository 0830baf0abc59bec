"""Reading a path: a file or a folder of files, every article in it or the reason why not."""

import os
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from knowledge.failures import Rejected
from knowledge.library.documents import read_document
from knowledge.library.drafts import Draft, Fields, Finding, decode
from knowledge.library.helpcentres import read_answer
from knowledge.library.markdown import read_markdown
from knowledge.library.records import has_text_column, read_csv, read_jsonl
from knowledge.library.webpages import decode_page, read_html

PAGES: dict[str, Callable[[str, Fields], tuple[str, str]]] = {
    ".md": read_markdown,
    ".mdx": read_markdown,
    ".markdown": read_markdown,
    ".html": read_html,
    ".htm": read_html,
}
RECORDS: dict[str, Callable[[Path, str, int], Iterator[Draft | Finding]]] = {
    ".jsonl": read_jsonl,
    ".jsonl.gz": read_jsonl,
    ".csv": read_csv,
}
DOCUMENTS = (".pdf", ".docx")
ANSWERS = (".json",)
READABLE = ", ".join([*PAGES, *DOCUMENTS, *RECORDS, *ANSWERS])
_SKIPPED_FOLDERS = {"node_modules", "__pycache__"}
_BINARY_STARTS = (b"PK\x03\x04", b"%PDF-", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\x1f\x8b", b"\x7fELF", b"BZh")


def find_files(path: Path) -> list[Path]:
    """Return the readable files at or below `path`, sorted.

    Raises:
        Rejected: the path is not there, or nothing in it can be read.
    """
    if not path.exists():
        raise Rejected(f"There is nothing at {path}.", "Give a file or a folder.")
    if path.is_file():
        if not _suffix(path):
            raise Rejected(f"{path.name} is of a kind that cannot be read.", f"Readable: {READABLE}.")
        return [path]
    try:
        files = sorted(file for file in _walk(path) if _suffix(file))
    except OSError as error:
        raise Rejected(f"{error.filename} cannot be read: {error.strerror}.", "Give the right to read it.") from error
    if not files:
        raise Rejected(f"There is no article in {path}.", f"Readable: {READABLE}.")
    return files


def other_kinds(path: Path) -> str:
    """Return the suffixes of files below a folder that are no articles, "" when there are none."""
    if path.is_file():
        return ""
    kinds = Counter(file.suffix or file.name for file in _walk(path) if not _suffix(file))
    return ", ".join(f"{count} {kind}" for kind, count in kinds.most_common(8))


def read(root: Path, files: list[Path], max_bytes: int) -> Iterator[Draft | Finding]:
    """Read the articles of `files`, which lie at or below `root`; none is larger than `max_bytes`."""
    for file in files:
        name = file.name if root.is_file() else file.relative_to(root).as_posix()
        try:
            yield from _read_file(root, file, name, max_bytes)
        except OSError as error:
            own = name if _suffix(file) in (*PAGES, *DOCUMENTS) else ""
            yield Finding(name, f"cannot be read: {error.strerror}", key=own)


def _read_file(root: Path, file: Path, name: str, max_bytes: int) -> Iterator[Draft | Finding]:
    suffix = _suffix(file)
    if suffix in PAGES:
        yield _read_page(file, name, suffix, max_bytes)
        return
    if suffix in DOCUMENTS:
        yield _read_document(file, name, suffix, max_bytes)
        return
    if suffix in ANSWERS:
        yield from read_answer(file, name, max_bytes)
        return
    if root.is_dir() and suffix != ".csv" and not has_text_column(file, max_bytes):
        yield Finding(name, "an index without texts", harmless=True)
        return
    for item in RECORDS[suffix](file, name, max_bytes):
        if isinstance(item, Draft) and root.is_dir():
            yield replace(item, key=f"{name}#{item.key}"[:500])
        else:
            yield item


def _read_page(file: Path, name: str, suffix: str, max_bytes: int) -> Draft | Finding:
    if file.stat().st_size > max_bytes:
        return Finding(name, f"larger than {max_bytes:,} bytes", key=name)
    data = file.read_bytes()
    if _is_binary(data):
        return Finding(name, "no text, whatever its name says", key=name)
    text, notes = (decode_page if PAGES[suffix] is read_html else decode)(data)
    fields = Fields(notes=notes)
    title, body = PAGES[suffix](text.replace("\0", ""), fields)
    return _draft(fields, name, suffix, title, body)


def _read_document(file: Path, name: str, suffix: str, max_bytes: int) -> Draft | Finding:
    fields = Fields()
    found = read_document(file, name, fields, max_bytes)
    return found if isinstance(found, Finding) else _draft(fields, name, suffix, *found)


def _draft(fields: Fields, name: str, suffix: str, title: str, body: str) -> Draft:
    group = Path(name).parent.as_posix()
    spoken = Path(name).name.removesuffix(suffix).replace("_", " ").replace("-", " ")
    return fields.draft(name, title or spoken, body, path=name, group="" if group == "." else group)


def _is_binary(data: bytes) -> bool:
    if data.startswith(_BINARY_STARTS):
        return True
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return False
    sample = data[:8_192]
    controls = sum(byte < 9 or 13 < byte < 32 for byte in sample)
    return controls > len(sample) * 0.1


def _suffix(path: Path) -> str:
    name = path.name.lower()
    return next((suffix for suffix in (*PAGES, *DOCUMENTS, *RECORDS, *ANSWERS) if name.endswith(suffix)), "")


def _stop(error: OSError) -> None:
    """Read nothing where a folder cannot be looked into: its articles would seem to be gone."""
    raise error


def _walk(root: Path) -> Iterator[Path]:
    for folder, below, names in os.walk(root, onerror=_stop):
        below[:] = [name for name in below if not name.startswith(".") and name not in _SKIPPED_FOLDERS]
        for name in names:
            file = Path(folder) / name
            if not name.startswith(".") and file.is_file() and file.resolve().is_relative_to(root.resolve()):
                yield file
