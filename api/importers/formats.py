"""The formats an import knows, and which of them a file is in."""

from collections.abc import Sequence
from pathlib import Path

from api.importers import Format, helpdesk, mailboxes, tables
from api.importers.sources import Gathered, Lines, Open, Options, Source, readable
from knowledge.failures import Rejected

_READERS: dict[str, Open] = {
    "events": lambda path, _: Lines(path),
    "csv": tables.open_csv,
    "jsonl": tables.open_jsonl,
    "mbox": mailboxes.open_mbox,
    "maildir": mailboxes.open_maildir,
}
_BY_SUFFIX = {".csv": "csv", ".tsv": "csv", ".mbox": "mbox"}


def open_sources(paths: Sequence[Path], format_name: Format, options: Options) -> Gathered:
    """Return the rows of these files; all of them are looked at before the first row is read.

    Raises:
        Rejected: a file is not there, its format is not clear, or what the format needs is missing.
    """
    files = [readable(path) for path in paths]
    if format_name in helpdesk.SYSTEMS:
        return Gathered(helpdesk.open_answers([_fits(path, format_name) for path in files], format_name, options))
    return Gathered([_open(path, format_name, options) for path in files])


def _open(path: Path, format_name: Format, options: Options) -> Source:
    name = _guess(path, options) if format_name == "auto" else format_name
    return _READERS[name](_fits(path, name), options)


def _fits(path: Path, name: str) -> Path:
    """Return the path, where its kind can hold the format."""
    if path.is_dir() and name != "maildir":
        raise Rejected(f"{path} is a folder.", "Only --format maildir reads folders.")
    if str(path) == "-" and name != "events":
        raise Rejected(f"Standard input is read as events only, not as {name}.", "Write it to a file first.")
    return path


def _guess(path: Path, options: Options) -> str:
    if path.is_dir():
        return "maildir"
    suffix = path.suffix.lower()
    if suffix == ".json":
        raise Rejected(f"{path}: JSON of which system?", "Say --format chatwoot, zendesk or intercom.")
    if options.mapping is not None and suffix not in _BY_SUFFIX:
        return "jsonl"
    return _BY_SUFFIX.get(suffix, "events")
