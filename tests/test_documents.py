"""The documents tell the truth about the repository: what they link to is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), ROOT / "examples/tarnfell/README.md"])


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_relative_links_lead_somewhere(document: Path) -> None:
    targets = re.findall(r"\]\(([^)\s]+)\)", document.read_text(encoding="utf-8"))
    relative = [target.partition("#")[0] for target in targets if not re.match(r"[a-z]+:|#", target)]
    assert [target for target in relative if not (document.parent / target).exists()] == []


def test_every_decision_is_numbered_once() -> None:
    numbers = [path.name[:4] for path in ROOT.glob("docs/decisions/[0-9]*.md")]
    assert sorted(set(numbers)) == sorted(numbers)


def test_the_map_names_rooms_that_are_there() -> None:
    named = re.findall(r"`([a-z_]+/[\w./]*\.\w+)`", (ROOT / "docs/architecture.md").read_text(encoding="utf-8"))
    assert [path for path in named if not (ROOT / path).exists()] == []
