"""Chatwoot's help centre: 127 real Markdown and MDX files, without questions."""

from dataclasses import dataclass
from pathlib import Path

from evals.datasets.collections import folder
from evals.figures import digest


@dataclass(frozen=True)
class HelpFile:
    """A file of the help centre: `path` inside the folder, and its text as it stands."""

    path: str
    text: str


@dataclass(frozen=True)
class HelpCentre:
    """All files, by path, and the digest of them."""

    files: tuple[HelpFile, ...]
    digest: str


def read(data: Path) -> HelpCentre:
    """Read every Markdown and MDX file.

    Raises:
        NotFound: the data set is not there.
    """
    root = folder(data, "chatwoot_docs") / "md"
    paths = sorted(path for path in root.rglob("*") if path.suffix in {".md", ".mdx"})
    files = tuple(HelpFile(str(path.relative_to(root)), path.read_text(encoding="utf-8")) for path in paths)
    return HelpCentre(files, digest(paths))
