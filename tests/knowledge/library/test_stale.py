"""Articles that need a look because of their age."""

from datetime import UTC, date, datetime
from pathlib import Path

from knowledge.database import Database
from knowledge.library.drafts import Draft
from knowledge.library.ingest import IngestPlan, ingest
from knowledge.library.readers import find_files, read
from knowledge.library.stale import count_reasons, stale_articles
from knowledge.scope import Scope

NOW = datetime(2026, 11, 1, tzinfo=UTC)


def _write(folder: Path, name: str, front: str) -> None:
    (folder / f"{name}.md").write_text(f"---\n{front}\n---\n# {name}\n\nWords of {name}.")


def test_what_is_old_or_outside_its_dates(database: Database, scope: Scope, tmp_path: Path) -> None:
    _write(tmp_path, "winter", "valid_until: 2026-10-31")
    _write(tmp_path, "today", "valid_until: 2026-11-01")
    _write(tmp_path, "soon", "valid_from: 2026-12-01")
    _write(tmp_path, "old", "updated: 2024-05-01")
    _write(tmp_path, "new", "updated: 2026-10-01")
    _write(tmp_path, "undated", "title: undated")
    ingest(database, scope, [tmp_path], IngestPlan(now=NOW))
    with database.read() as session:
        found = stale_articles(session, scope, NOW.date(), 365)
        later = stale_articles(session, scope, date(2028, 1, 1), 365)
        other = stale_articles(session, Scope(team="other"), NOW.date(), 1)
    assert [(one.title, one.reason, one.day.isoformat(), one.dated) for one in found] == [
        ("old", "not updated", "2024-05-01", True),
        ("winter", "past its last day", "2026-10-31", True),
        ("soon", "before its first day", "2026-12-01", True),
    ]
    assert count_reasons(found) == {"not updated": 1, "past its last day": 1, "before its first day": 1}
    assert {one.title: one.dated for one in later}["undated"] is False
    assert other == []


def test_a_date_that_is_none_keeps_the_article_internal(tmp_path: Path) -> None:
    _write(tmp_path, "a", "visibility: public\nvalid_until: next week\nproduct: Tent  One")
    _write(tmp_path, "b", "visibility: public\nvalid_from: 2026-02-30")
    (tmp_path / "c.csv").write_text("id,text,valid_from,valid_until\n1,words,2026-01-01,2026-12-31T10:00:00Z\n")
    one, two, three = (item for item in read(tmp_path, find_files(tmp_path), 10_000) if isinstance(item, Draft))
    assert (one.visibility, one.valid_until, one.product) == ("internal", "", "Tent One")
    assert "its valid_until 'next week' is no date like 2026-12-31: kept internal" in one.notes
    assert two.visibility == "internal"
    assert (three.valid_from, three.valid_until) == ("2026-01-01", "2026-12-31")
