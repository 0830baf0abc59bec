"""Vendored files are what VENDORED.md says: every file listed, every hash right, every licence there."""

import hashlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
FOLDERS = [ROOT / "api/static/vendor", ROOT / "tests/browser/vendor"]
ROW = re.compile(r"^\| `([^`]+)` \|.*\| (`.+`) \| `([0-9a-f]{64})` \|$", re.MULTILINE)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.parent.name)
def test_vendored_files_are_as_listed(folder: Path) -> None:
    rows = ROW.findall((folder / "VENDORED.md").read_text())
    listed = {name for name, _, _ in rows}
    there = {path.name for path in folder.iterdir() if "LICENSE" not in path.name and path.name != "VENDORED.md"}
    assert listed == there
    for name, licences, digest in rows:
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest, name
        assert all((folder / licence).exists() for licence in re.findall(r"`([^`]+)`", licences)), name


def test_our_files_fetch_nothing_from_elsewhere() -> None:
    ours = [*(ROOT / "api/static").glob("*.*"), *(ROOT / "api/templates").glob("*.html")]
    assert len(ours) > 20
    for path in ours:
        text = path.read_text()
        found = re.findall(r"""(?:src|href|url\(|from|import)\s*=?\s*["'(]?(?:https?:)?//[^"' )]+""", text)
        assert found == [], path.name


def test_templates_hold_no_inline_script_style_or_handler() -> None:
    for path in (ROOT / "api/templates").glob("*.html"):
        text = path.read_text()
        if path.name == "report_file.html":  # opened without a server: its style is inside, and it holds no script
            assert "<script" not in text
            continue
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|hx-on|javascript:|\|\s*safe(?!\s*}}</svg>)", text), path.name
        assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", text)), path.name
