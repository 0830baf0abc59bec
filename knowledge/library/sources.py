"""Sources of the library: where its articles come from, when each was read last, and what came of it."""

import json
from collections.abc import Mapping
from dataclasses import astuple, dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from knowledge.database import Database, insert_into
from knowledge.library.drafts import Finding, clean, shorten
from knowledge.library.report import IngestReport
from knowledge.library.tables import ArticleRow, SourceRow
from knowledge.scope import Scope, within

# Findings kept of a reading, losses first, and how much of each reason.
KEPT, REASON_CHARS = 50, 300
PROBLEM_CHARS = 500


@dataclass(frozen=True)
class Place:
    """Where articles go: the source they belong to."""

    database: Database
    scope: Scope
    source: str


@dataclass(frozen=True)
class Told:
    """What a reading found that needs a look: which article or file, and what about it; `lost`: it was not read."""

    where: str
    reason: str
    lost: bool


@dataclass(frozen=True)
class LastRead:
    """The last reading of a source.

    `read_at` is when it began, `good_at` when the last one that went through did, `None` where none has; `problem`
    says why the last one did not ("" = it did), and `failures` how many in a row have not. The counts and findings
    are of the last one that went through.
    """

    read_at: datetime
    good_at: datetime | None
    problem: str
    failures: int
    added: int
    changed: int
    unchanged: int
    removed: int
    skipped: int
    findings: tuple[Told, ...]


@dataclass(frozen=True)
class Source:
    """A source, how many articles it holds, and its last reading where one was written down."""

    name: str
    public: int
    internal: int
    last: LastRead | None


def note_read(place: Place, report: IngestReport, now: datetime) -> None:
    """Write down that a source was read to its end."""
    with place.database.write() as session:
        row = _row(session, place, now)
        _fill(row, report, now)


def note_failed(place: Place, problem: str, now: datetime) -> None:
    """Write down that a source could not be read, and why; its articles are as they were."""
    with place.database.write() as session:
        row = _row(session, place, now)
        row.problem, row.failures = shorten(clean(problem), PROBLEM_CHARS), row.failures + 1


def list_sources(session: Session, scope: Scope) -> list[Source]:
    """Return every source that holds articles or was tried to be read, by name."""
    counts: dict[str, dict[str, int]] = {}
    articles = select(ArticleRow.source, ArticleRow.visibility, func.count()).where(within(scope, ArticleRow))
    for source, visibility, count in session.execute(articles.group_by(ArticleRow.source, ArticleRow.visibility)):
        counts.setdefault(source, {})[visibility] = count
    rows = {row.source: row for row in session.scalars(select(SourceRow).where(within(scope, SourceRow)))}
    return [_source(name, counts.get(name, {}), rows.get(name)) for name in sorted(counts.keys() | rows.keys())]


def _row(session: Session, place: Place, now: datetime) -> SourceRow:
    key = {"team": place.scope.team, "brand": place.scope.brand, "source": place.source}
    fresh = [{**key, "read_at": now}]
    session.execute(insert_into(session, SourceRow).on_conflict_do_nothing(), fresh)
    row = session.get_one(SourceRow, tuple(key.values()), with_for_update=True)
    row.read_at = now
    return row


def _fill(row: SourceRow, report: IngestReport, now: datetime) -> None:
    row.good_at, row.problem, row.failures = now, "", 0
    row.added, row.changed, row.unchanged = report.added, report.changed, report.unchanged
    row.removed, row.skipped = report.pruned, len(report.skipped)
    row.findings = json.dumps([astuple(one) for one in _worth_keeping(row.source, report)])


def _worth_keeping(source: str, report: IngestReport) -> list[Told]:
    """Return losses, then what concerns the source as a whole, articles held back, and the rest as far as it goes."""
    held = [Finding(key, f"held back as internal: {reason}", harmless=True) for key, reason in report.held_back.items()]
    whole = [one for one in report.notes if one.where == source]
    rest = [one for one in report.notes if one.where != source]
    found = [*report.skipped, *whole, *held, *rest][:KEPT]
    return [Told(clean(one.where), shorten(clean(one.reason), REASON_CHARS), not one.harmless) for one in found]


def _source(name: str, counts: Mapping[str, int], row: SourceRow | None) -> Source:
    return Source(name, counts.get("public", 0), counts.get("internal", 0), None if row is None else _last(row))


def _last(row: SourceRow) -> LastRead:
    return LastRead(
        read_at=row.read_at,
        good_at=row.good_at,
        problem=row.problem,
        failures=row.failures,
        added=row.added,
        changed=row.changed,
        unchanged=row.unchanged,
        removed=row.removed,
        skipped=row.skipped,
        findings=tuple(Told(*one) for one in json.loads(row.findings)),
    )
