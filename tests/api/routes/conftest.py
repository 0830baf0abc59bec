"""A small library, public and internal, for the routes that read it."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from api.parts import Parts
from knowledge.library.ingest import IngestPlan, ingest
from knowledge.library.visibility import VisibilityRules

ARTICLES = {
    "returns": "# Returns\n\nYou can return a tent within 30 days. Send it back with the receipt.",
    "delivery": "# Delivery\n\nParcels arrive within 3 working days. Delivery costs 5 euros.",
    "internal-goodwill": "# Internal goodwill\n\nA tent may be returned after 60 days if the zebra code is quoted.",
}


@pytest.fixture
def library(parts: Parts, tmp_path: Path) -> None:
    """Three articles, one of them internal, ready to be found."""
    folder = tmp_path / "articles"
    folder.mkdir()
    for name, text in ARTICLES.items():
        (folder / f"{name}.md").write_text(text)
    rules = VisibilityRules(internal=("path:internal*",), default="public")
    report = ingest(parts.database, parts.scope, [folder], IngestPlan(datetime.now(UTC), rules), parts.search.embedder)
    assert report.added == len(ARTICLES), report
    parts.search.refresh()
