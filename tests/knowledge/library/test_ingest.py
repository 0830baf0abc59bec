"""Ingest on both databases: added, skipped, changed, pruned; vectors only where a text is new."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from sqlalchemy import func, select

from knowledge.database import Database
from knowledge.failures import NotFound, Unavailable
from knowledge.ids import ArticleId
from knowledge.library.articles import count_articles, get_article, list_articles
from knowledge.library.ingest import IngestPlan, ingest
from knowledge.library.passages import library_revision
from knowledge.library.report import IngestReport
from knowledge.library.sources import Place, list_sources, note_failed
from knowledge.library.tables import PassageRow, VectorRow
from knowledge.library.visibility import VisibilityRules
from knowledge.scope import Scope

NOW = datetime(2026, 11, 1, tzinfo=UTC)
PLAN = IngestPlan(now=NOW, rules=VisibilityRules(default="public"))


class CountingEmbedder:
    """Counts what it embeds; fails on demand."""

    id = "counting"

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.fail = False

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        if self.fail:
            raise Unavailable("The embedder is down.")
        self.texts += texts
        return np.eye(len(texts), 8, dtype=np.float32)


class Library:
    """A folder of articles and the ways to change it."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database, self.folder, self.embedder = database, folder, CountingEmbedder()
        folder.mkdir()

    def write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text)

    def ingest(self, plan: IngestPlan = PLAN, scope: Scope | None = None) -> IngestReport:
        return ingest(self.database, scope or Scope(), [self.folder], plan, self.embedder)

    def count(self, table: type[PassageRow] | type[VectorRow]) -> int:
        with self.database.read() as session:
            return session.scalar(select(func.count()).select_from(table)) or 0

    def passage_ids(self) -> set[str]:
        with self.database.read() as session:
            return set(session.scalars(select(PassageRow.id)))

    def revision(self) -> int:
        with self.database.read() as session:
            return library_revision(session, Scope())


@pytest.fixture
def library(database: Database, tmp_path: Path) -> Library:
    made = Library(database, tmp_path / "shop")
    made.write("returns.md", "# Returns\n\nYou may return everything within thirty days of delivery.")
    made.write("hours.md", "# Opening hours\n\nWe are open from nine to five on every working day.")
    return made


def test_first_run_then_nothing_to_do(library: Library) -> None:
    first = library.ingest()
    assert (first.added, first.passages, first.embedded) == (2, 2, 2)
    assert first.visibility == {"public": 2, "internal": 0}
    before, revision = library.passage_ids(), library.revision()
    second = library.ingest(replace(PLAN, prune=True))
    assert (second.added, second.changed, second.unchanged, second.pruned) == (0, 0, 2, 0)
    assert library.passage_ids() == before
    assert library.revision() == revision > 0


def test_an_article_as_it_stands(library: Library, database: Database, scope: Scope) -> None:
    library.ingest()
    with database.read() as session:
        hours, returns = list_articles(session, scope)
        assert get_article(session, scope, returns.id) == returns
        assert (returns.title, returns.source, returns.key) == ("Returns", library.folder.as_posix(), "returns.md")
        assert (returns.version, returns.language, returns.ingested_at) == (1, "en", NOW)
        assert list_articles(session, scope, visibility="internal") == []
        assert list_articles(session, scope, source=library.folder.as_posix(), limit=1) == [hours]
        assert count_articles(session, scope) == {"public": 2}
        for other in (Scope(brand="other"), scope):
            with pytest.raises(NotFound):
                get_article(session, other, returns.id if other != scope else ArticleId("x"))


def test_a_change_replaces_only_its_own_passages(library: Library, database: Database, scope: Scope) -> None:
    long = "\n\n".join(f"## Part {number}\n\n{f'sentence {number} says something. ' * 30}" for number in range(5))
    library.write("long.md", f"# Long\n\n{long}")
    library.ingest()
    before = library.passage_ids()
    library.write("long.md", f"# Long\n\n{long.replace('sentence 3', 'phrase 3')}")
    report = library.ingest()
    after = library.passage_ids()
    assert (report.changed, report.unchanged, report.embedded) == (1, 2, 1)
    assert len(before - after) == len(after - before) == 1
    assert library.count(VectorRow) == len(after)
    with database.read() as session:
        assert {a.key: a.version for a in list_articles(session, scope)}["long.md"] == 2


def test_other_rules_change_visibility_without_embedding_again(
    library: Library, database: Database, scope: Scope
) -> None:
    library.ingest()
    embedded = len(library.embedder.texts)
    report = library.ingest(replace(PLAN, rules=VisibilityRules(internal=("title:Returns",), default="public")))
    assert (report.changed, report.embedded, len(library.embedder.texts)) == (1, 0, embedded)
    with database.read() as session:
        assert count_articles(session, scope) == {"public": 1, "internal": 1}
        visibilities = session.scalars(select(PassageRow.visibility)).all()
    assert sorted(visibilities) == ["internal", "public"]
    assert library.count(VectorRow) == 2


def test_prune_removes_what_is_gone_from_this_source_only(library: Library, tmp_path: Path) -> None:
    library.ingest()
    library.ingest(replace(PLAN, source="other"))
    (library.folder / "hours.md").unlink()
    assert library.ingest().pruned == 0
    assert library.count(PassageRow) == 4
    report = library.ingest(replace(PLAN, prune=True))
    assert report.pruned == 1
    assert library.count(PassageRow) == 3
    assert library.count(VectorRow) == 2  # the other source still holds the same text
    (library.folder / "x.md").write_text("something else for the other source to hold")
    library.ingest(replace(PLAN, source="other", prune=True))
    assert library.count(VectorRow) == 2


def test_what_could_not_be_read_is_not_pruned_and_keeps_no_other_from_it(library: Library) -> None:
    library.write("late.md", "# Late\n\nA parcel that does not come is sent again.")
    library.ingest()
    (library.folder / "hours.md").write_bytes(b"PK\x03\x04")
    (library.folder / "late.md").unlink()
    report = library.ingest(replace(PLAN, prune=True))
    assert (report.pruned, len(report.skipped)) == (1, 1)
    assert library.count(PassageRow) == 2


def test_where_it_is_not_known_what_is_lost_nothing_is_pruned(library: Library) -> None:
    library.write("more.jsonl", '{"id": "a", "text": "One."}\n{"id": "b", "text": "Two."}\n')
    library.ingest()
    library.write("more.jsonl", '{"id": "a", "text": "One."}\n{"id": "b", "text": \n')
    report = library.ingest(replace(PLAN, prune=True))
    assert report.pruned == 0
    assert "nothing was pruned" in report.notes[-1].reason
    assert library.count(PassageRow) == 4


def test_what_came_of_a_reading_is_kept(library: Library, database: Database, scope: Scope) -> None:
    library.ingest()
    library.write("bad\udce9.md", "   ")
    library.write("staff.md", "# Late parcels\n\nNever tell customers that we lost it.")
    library.write("hours.md", "# Opening hours\n\nWe are open from ten to six.")
    (library.folder / "returns.md").unlink()
    library.ingest(replace(PLAN, now=NOW.replace(day=2), prune=True))
    with database.read() as session:
        (source,) = list_sources(session, scope)
    assert (source.name, source.public, source.internal) == (library.folder.as_posix(), 1, 1)
    last = source.last
    assert last is not None
    assert (last.added, last.changed, last.removed, last.skipped, last.problem) == (1, 1, 1, 1, "")
    assert last.read_at == last.good_at == NOW.replace(day=2)
    assert [(told.where, told.lost) for told in last.findings] == [("bad?.md", True), ("staff.md", False)]
    place = Place(database, scope, source.name)
    for number in (3, 4):
        note_failed(place, "It is away. " + "x" * 600, NOW.replace(day=number))
    with database.read() as session:
        (source,) = list_sources(session, scope)
    assert source.last is not None
    assert (source.last.failures, source.last.good_at, source.last.added) == (2, NOW.replace(day=2), 1)
    assert len(source.last.problem) == 500
    library.ingest(replace(PLAN, now=NOW.replace(day=5)))
    with database.read() as session:
        (source,) = list_sources(session, scope)
    assert source.last is not None
    assert (source.last.failures, source.last.problem, source.last.unchanged) == (0, "", 2)


def test_scopes_do_not_see_each_other(library: Library, database: Database) -> None:
    other = Scope(team="b", brand="b")
    library.ingest()
    library.ingest(scope=other)
    (library.folder / "hours.md").unlink()
    library.ingest(replace(PLAN, prune=True), scope=other)
    with database.read() as session:
        assert len(list_articles(session, Scope())) == 2
        assert len(list_articles(session, other)) == 1


def test_bad_articles_are_reported_and_the_rest_is_there(library: Library, database: Database, scope: Scope) -> None:
    library.write("empty.md", "---\ntitle: Nothing\n---\n")
    rows = [{"id": "a", "text": "kept \x00nul and \ud800 surrogate"}, {"id": "a", "text": "second of the same id"}]
    library.write("rows.jsonl", "\n".join(json.dumps(row) for row in rows))
    library.write("huge.md", "x" * 20_000)
    report = library.ingest(replace(PLAN, max_article_bytes=10_000))
    assert {finding.where: finding.reason for finding in report.skipped} == {
        "empty.md": "it has no text",
        "rows.jsonl#a": "its id is already taken in this source: the first one was kept",
        "huge.md": "larger than 10,000 bytes",
    }
    with database.read() as session:
        texts = {article.key: article.text for article in list_articles(session, scope)}
    assert texts["rows.jsonl#a"] == "kept nul and ? surrogate"
    assert len(texts) == 3


def test_long_values_fit_their_columns(library: Library, database: Database, scope: Scope) -> None:
    row = {
        "id": "i" * 3_000,
        "title": "t" * 3_000,
        "text": "body",
        "url": "https://x.example/" + "u" * 3_000,
        "language": "l" * 99,
        "updated": "d" * 99,
    }
    library.write("rows.jsonl", json.dumps(row))
    library.ingest(replace(PLAN, source="s" * 900))
    with database.read() as session:
        assert len(list_articles(session, scope)) == 3


def test_a_failing_embedder_loses_nothing_that_was_acknowledged(library: Library) -> None:
    library.ingest()
    library.write("new.md", "# New\n\nSomething new.")
    library.embedder.fail = True
    with pytest.raises(Unavailable):
        library.ingest()
    assert library.count(PassageRow) == 2
    library.embedder.fail = False
    assert library.ingest().added == 1


def test_equal_passages_of_one_article_are_kept_once(library: Library) -> None:
    library.write("twice.md", "\n\n".join(["# Same\n\n" + "the same words again and again. " * 30] * 2))
    library.ingest()
    assert library.count(PassageRow) == 3


def test_held_back_articles_are_named(library: Library) -> None:
    library.write("refund.md", "# Refund (Internal)\n\nUse refund_order_4711.")
    report = library.ingest()
    assert report.held_back == {"refund.md": "its title says so"}
    assert report.rules["internal", "held back: looks internal"] == 1


def test_progress_ends_at_its_total(library: Library, database: Database, scope: Scope) -> None:
    seen: list[tuple[int, int]] = []
    ingest(database, scope, [library.folder], PLAN, None, lambda done, total: seen.append((done, total)))
    assert seen[-1] == (2, 2)
    assert library.count(VectorRow) == 0


def test_folders_of_the_same_name_do_not_touch_each_other_and_a_copy_is_noticed(
    library: Library, tmp_path: Path
) -> None:
    folders = [tmp_path / side / "faq" for side in ("one", "two", "copy")]
    for folder, text in zip(folders, ("Open on Monday.", "Open on Sunday.", "Open on Sunday."), strict=True):
        folder.mkdir(parents=True)
        (folder / "hours.md").write_text(text)
    reports = [ingest(library.database, Scope(), [folder], replace(PLAN, source="", prune=True)) for folder in folders]
    assert [(report.added, report.changed, report.pruned) for report in reports] == [(1, 0, 0)] * 3
    assert [len(report.notes) for report in reports] == [0, 0, 1]
    assert folders[1].as_posix() in reports[2].notes[0].reason
