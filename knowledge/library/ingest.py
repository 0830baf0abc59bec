"""Ingest: files become articles, passages and vectors; what did not change is left alone."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge.database import Database
from knowledge.ids import new_id
from knowledge.library import passages
from knowledge.library.articles import list_articles, sources_sharing
from knowledge.library.drafts import Draft, Finding, clean
from knowledge.library.language import detect_language
from knowledge.library.prune import prune_source
from knowledge.library.readers import find_files, other_kinds, read
from knowledge.library.report import IngestReport
from knowledge.library.sources import Place, note_read
from knowledge.library.splitting import Piece, split
from knowledge.library.tables import ArticleRow
from knowledge.library.visibility import Verdict, VisibilityRules, judge
from knowledge.scope import Scope, within

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# Articles a transaction: a kill loses at most the batch at hand, and a re-run takes it up again.
BATCH = 100
SOURCE_CHARS = 500
# Grows when splitting changes, so that a re-run cuts unchanged articles anew.
SPLITTER = 1


class Embeds(Protocol):
    """What ingest needs of an embedder: its id, and unit vectors of shape (n, dimensions)."""

    id: str

    def embed(self, texts: Sequence[str]) -> "NDArray[np.float32]":
        """Return one row per text."""
        ...


Progress = Callable[[int, int], None]


def quiet(done: int, total: int) -> None:
    """Show no progress."""


@dataclass(frozen=True)
class IngestPlan:
    """What to do with the articles: `source` names the collection (default: the path, from the root).

    `prune` removes the source's articles that are gone, unless they are more than the share `most_pruned` of it;
    `max_article_bytes` and `passage_chars` as in the settings.
    """

    now: datetime
    rules: VisibilityRules = field(default_factory=VisibilityRules)
    source: str = ""
    prune: bool = False
    most_pruned: float = 1.0
    max_article_bytes: int = 5_000_000
    passage_chars: int = 1_200


@dataclass
class _Reading:
    """The reading of one source: what became of its articles so far, and their keys."""

    place: Place
    report: IngestReport = field(default_factory=IngestReport)
    keys: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class _Ready:
    draft: Draft
    verdict: Verdict
    language: str
    digest: str


def ingest(
    database: Database,
    scope: Scope,
    paths: Sequence[Path],
    plan: IngestPlan,
    embedder: Embeds | None = None,
    progress: Progress = quiet,
) -> IngestReport:
    """Bring the library up to date with the files at `paths`; a bad article never stops the others.

    Without an embedder the vectors are made when a search next opens. `progress` gets (done, total) articles.

    Raises:
        Rejected: a path that is not there or holds nothing readable.
        Unavailable: the embedder fails; what was committed before stays, a re-run goes on.
    """
    found = [(path, find_files(path)) for path in paths]
    counter = _Counter(progress, sum(_estimate(files) for _, files in found))
    readings: dict[str, _Reading] = {}
    for path, files in found:
        source = plan.source[-SOURCE_CHARS:] or source_of(path)
        reading = readings.setdefault(source, _Reading(Place(database, scope, source)))
        with database.read() as session:
            fresh = not list_articles(session, scope, source=source, limit=1)
        _take(reading, read(path, files, plan.max_article_bytes), plan, embedder, counter)
        if others := other_kinds(path):
            note = Finding(path.name, f"files of other kinds were left alone: {others}", harmless=True)
            reading.report.notes.append(note)
        if fresh:
            reading.report.notes += _told_before(reading.place)
    total = IngestReport()
    for reading in readings.values():
        _finish(reading, plan)
        total.add(reading.report)
    counter.finish()
    return total


def source_of(path: Path) -> str:
    """Return the name of the source that a path is where no other is given."""
    return clean(path.resolve().as_posix())[-SOURCE_CHARS:]


def ingest_items(
    place: Place,
    items: tuple[int, Iterable[Draft | Finding]],
    plan: IngestPlan,
    embedder: Embeds | None = None,
    progress: Progress = quiet,
) -> IngestReport:
    """Bring one source up to date with articles from elsewhere than files: about how many, and each of them.

    Raises:
        Unavailable: the embedder fails; what was committed before stays, a re-run goes on.
    """
    reading, counter = _Reading(place), _Counter(progress, items[0])
    _take(reading, items[1], plan, embedder, counter)
    _finish(reading, plan)
    counter.finish()
    return reading.report


def _take(
    reading: _Reading,
    items: Iterable[Draft | Finding],
    plan: IngestPlan,
    embedder: Embeds | None,
    counter: "_Counter",
) -> None:
    for batch in _batches(_usable(items, reading.keys, reading.report)):
        _ingest_batch(reading.place, batch, plan, embedder, reading.report)
        counter.add(len(batch))


def _finish(reading: _Reading, plan: IngestPlan) -> None:
    """Remove what is gone, and write down that the source was read."""
    if plan.prune:
        reading.report.pruned += prune_source(reading.place, reading.keys, reading.report, plan.most_pruned)
    note_read(reading.place, reading.report, plan.now)


def _told_before(place: Place) -> list[Finding]:
    """Note other sources that hold the same articles: a folder that has moved, or one inside another."""
    with place.database.read() as session:
        twins = sources_sharing(session, place.scope, place.source)
    return [
        Finding(
            place.source,
            f"{count} of its articles are in the library already, from {source}, and now stand there twice: "
            f"--source '{source}' would have brought those up to date",
            harmless=True,
        )
        for source, count in twins.items()
    ]


def _usable(items: Iterable[Draft | Finding], keys: set[str], report: IngestReport) -> Iterator[Draft]:
    for item in items:
        if isinstance(item, Finding):
            report.find(item)
        elif not item.text:
            report.find(Finding(item.key, "it has no text", key=item.key))
        elif item.key in keys:
            taken = "its id is already taken in this source: the first one was kept"
            report.find(Finding(item.key, taken, key=item.key))
        else:
            keys.add(item.key)
            yield item


def _ingest_batch(
    place: Place, batch: Sequence[Draft], plan: IngestPlan, embedder: Embeds | None, report: IngestReport
) -> None:
    ready = [_prepare(draft, plan) for draft in batch]
    for item in ready:
        report.judged(item.draft, item.verdict)
    with place.database.read() as session:
        present = _present(session, place, ready)
    changed = [item for item in ready if getattr(present.get(item.draft.key), "digest", "") != item.digest]
    report.unchanged += len(ready) - len(changed)
    if not changed:
        return
    pieces = {item.draft.key: split(item.draft.text, plan.passage_chars) for item in changed}
    vectors = _embed_new(place.database, changed, pieces, embedder)
    with place.database.write() as session:
        state = passages.lock_library(session, place.scope)
        present = _present(session, place, changed)
        rows = [
            (_upsert(session, place, item, present.get(item.draft.key), plan.now), pieces[item.draft.key])
            for item in changed
        ]
        passages.drop_unused_vectors(session, passages.replace_passages(session, rows))
        if embedder:
            passages.store_vectors(session, embedder.id, vectors)
        state.revision += 1
    report.added += sum(item.draft.key not in present for item in changed)
    report.changed += sum(item.draft.key in present for item in changed)
    report.passages += sum(len(own) for own in pieces.values())
    report.embedded += len(vectors)


def _prepare(draft: Draft, plan: IngestPlan) -> _Ready:
    verdict = judge(draft, plan.rules)
    language = draft.language or detect_language(f"{draft.title}\n{draft.text}")
    kept = [SPLITTER, plan.passage_chars, draft.title, draft.text, draft.url, language, verdict.visibility]
    stated = [draft.stated_date]
    limits = [draft.product, draft.valid_from, draft.valid_until]
    stated += limits if any(limits) else []
    digest = hashlib.sha256(json.dumps([*kept, *stated]).encode()).hexdigest()
    return _Ready(draft, verdict, language, digest)


def _present(session: Session, place: Place, items: Sequence[_Ready]) -> dict[str, ArticleRow]:
    rows = session.scalars(
        select(ArticleRow).where(
            within(place.scope, ArticleRow),
            ArticleRow.source == place.source,
            ArticleRow.key.in_([item.draft.key for item in items]),
        )
    )
    return {row.key: row for row in rows}


def _upsert(session: Session, place: Place, item: _Ready, row: ArticleRow | None, now: datetime) -> ArticleRow:
    if row is None:
        own = {"team": place.scope.team, "brand": place.scope.brand, "source": place.source}
        row = ArticleRow(id=new_id(), key=item.draft.key, version=0, **own)
        session.add(row)
    row.title, row.text, row.url = item.draft.title, item.draft.text, item.draft.url
    row.language, row.visibility = item.language, item.verdict.visibility
    row.stated_date, row.digest = item.draft.stated_date, item.digest
    row.product, row.valid_from, row.valid_until = item.draft.product, item.draft.valid_from, item.draft.valid_until
    row.version += 1
    row.ingested_at = now
    return row


def _embed_new(
    database: Database, items: Sequence[_Ready], pieces: dict[str, list[Piece]], embedder: Embeds | None
) -> dict[str, bytes]:
    if embedder is None:
        return {}
    texts = {
        passages.text_digest(item.draft.title, piece.heading, piece.text): passages.embedded_text(
            item.draft.title, piece.heading, piece.text
        )
        for item in items
        for piece in pieces[item.draft.key]
    }
    with database.read() as session:
        known = passages.known_digests(session, embedder.id, texts)
    wanted = {digest: text for digest, text in texts.items() if digest not in known}
    if not wanted:
        return {}
    rows = embedder.embed(list(wanted.values())).astype("<f4")
    return {digest: row.tobytes() for digest, row in zip(wanted, rows, strict=True)}


def _batches(drafts: Iterator[Draft]) -> Iterator[list[Draft]]:
    batch: list[Draft] = []
    size = 0
    for draft in drafts:
        batch.append(draft)
        size += len(draft.text)
        if len(batch) == BATCH or size > 500_000:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


class _Counter:
    """Counts up to an estimate and ends exactly."""

    def __init__(self, progress: Progress, total: int) -> None:
        self._progress, self._total, self._done = progress, total, 0

    def add(self, count: int) -> None:
        self._done += count
        self._progress(self._done, max(self._done, self._total))

    def finish(self) -> None:
        self._progress(self._done, self._done)


def _estimate(files: Sequence[Path]) -> int:
    total = 0
    for file in files:
        if file.suffix in (".jsonl", ".csv"):
            with file.open("rb") as stream:
                total += sum(block.count(b"\n") for block in iter(lambda: stream.read(1 << 20), b""))
        else:
            total += 1
    return total
