"""Near duplicates and contradictions, by the vectors that ingest has stored."""

from datetime import UTC, datetime
from pathlib import Path

from assistant.duplicates import contradiction, find_pairs
from knowledge.database import Database
from knowledge.library.ingest import IngestPlan, ingest, quiet
from knowledge.scope import Scope
from knowledge.settings import Settings
from retrieval.embedding import open_embedder

NOW = datetime(2026, 11, 1, tzinfo=UTC)
ARTICLES = {
    "returns": "# Returns\n\nYou may return a tent within 28 days of delivery.",
    "returns-shop": "# Returning things\n\nYou may return a tent within 60 days of delivery.",
    "hours": "# Opening hours\n\nOur shop in Leeds is open from nine to five on every working day of the week.",
    "hours-copy": "# Opening hours\n\nOur shop in Leeds is open from nine to five on each working day of the week.",
    "hours-again": "# The shop\n\nOur shop in Leeds is open from nine to five on every working day of the week.",
    "stoves": "# Gas stoves\n\nNever use a gas stove inside a tent. It weighs 28 grams.",
    "other": "---\nproduct: Boats\n---\n# Returns\n\nYou may return a tent within 90 days of delivery.",
}


def test_pairs_of_a_library(database: Database, scope: Scope, tmp_path: Path) -> None:
    for name, text in ARTICLES.items():
        (tmp_path / f"{name}.md").write_text(text)
    embedder = open_embedder(Settings())
    ingest(database, scope, [tmp_path], IngestPlan(now=NOW), embedder)
    found = find_pairs(database, scope, embedder.id, quiet)
    told = {(pair.kind, frozenset((pair.first.key, pair.second.key))) for pair in found}
    assert ("contradiction", frozenset(("returns.md", "returns-shop.md"))) in told
    assert ("duplicate", frozenset(("hours.md", "hours-copy.md"))) in told
    assert ("duplicate", frozenset(("hours.md", "hours-again.md"))) in told
    assert not any("stoves.md" in keys for _, keys in told)
    assert not any(kind == "contradiction" and "other.md" in keys for kind, keys in told)
    assert find_pairs(database, scope, "another-embedder", quiet) == []


def test_other_things_with_other_numbers_do_not_contradict() -> None:
    assert contradiction("Tents arrive within 3 days.", "Tents arrive within 5 days.")
    assert contradiction("Tents arrive within 3 days.", "Tents arrive within 3 days.") is None
    assert contradiction("Tents arrive within 3 days.", "Refunds of gift cards take 5 days at your bank.") is None
