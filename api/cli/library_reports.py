"""`threadline library`: what in the library needs a look by people."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.opening import now_utc, open_record
from api.cli.output import AsJson, counting, write, write_json, write_table

if TYPE_CHECKING:
    from assistant.duplicates import Pair
    from evals.report.gaps import Gap
    from knowledge.library.sources import Source

library = typer.Typer(no_args_is_help=True, help="What in the library needs a look.", rich_markup_mode=None)
SHOWN = 50
QUOTED = 200
QUOTED_FINDINGS = 10


@library.command()
def sources(as_json: AsJson = False) -> None:
    """List where articles come from, when each source was read last, and what came of it.

    A worker reads those of THREADLINE_SITES by itself; any other is read by `threadline ingest`.

    \b
    Example:
      threadline library sources
    """
    from knowledge.library.sources import list_sources

    with open_record() as record, record.database.read() as session:
        found = list_sources(session, record.scope)
    if as_json:
        write_json({"sources": [asdict(one) for one in found]})
        return
    rows = [(one.name, one.public, one.internal, *_last_read(one)) for one in found]
    write_table(("source", "public", "internal", "read (UTC)", "what came of it"), rows)
    for one in found:
        for told in one.last.findings[:QUOTED_FINDINGS] if one.last else ():
            write(f"  {told.where}: {told.reason}")


def _last_read(source: "Source") -> tuple[str, str]:
    last = source.last
    if last is None:
        return "", ""
    came = f"{last.added} added, {last.changed} changed, {last.removed} removed"
    came += f", {last.skipped} could not be read" if last.skipped else ""
    if last.problem:
        came = f"cannot be read, tried {last.read_at:%Y-%m-%d %H:%M}: {last.problem}"
    return f"{last.good_at:%Y-%m-%d %H:%M}" if last.good_at else "never", came


@library.command()
def stale(
    days: Annotated[int, typer.Option(min=1, help="Not updated for more than so many days.")] = 365,
    as_json: AsJson = False,
) -> None:
    """List articles outside their dates, and those not updated for long.

    An article's date is what it states; where it states none, when its present text was read.

    \b
    Example:
      threadline library stale --days 180
    """
    from knowledge.library.stale import count_reasons, stale_articles

    with open_record() as record, record.database.read() as session:
        found = stale_articles(session, record.scope, now_utc().date(), days)
    if as_json:
        write_json({"counts": count_reasons(found), "articles": [asdict(one) for one in found]})
        return
    if not found:
        write(f"Every article is within its dates and was updated in the last {days} days.")
        return
    rows = [(one.day, one.reason + ("" if one.dated else " (undated)"), one.title, one.key) for one in found[:SHOWN]]
    write_table(("day", "why", "title", "article"), rows)
    _more(len(found))


@library.command()
def duplicates(as_json: AsJson = False) -> None:
    """List articles that say the same twice, and articles that contradict each other's numbers.

    Compares the passages by their stored vectors; see docs/library.md for what counts.

    \b
    Example:
      threadline library duplicates
    """
    from assistant.duplicates import find_pairs
    from retrieval.embedding import open_embedder

    with open_record() as record, counting("Comparing passages") as progress:
        embedder = open_embedder(record.settings)
        found = find_pairs(record.database, record.scope, embedder.id, progress)
    if as_json:
        write_json({"pairs": [_as_json(pair) for pair in found]})
        return
    if not found:
        write("No article says what another one says, and none contradicts another's numbers.")
    for pair in found[:SHOWN]:
        write(f"{pair.kind} ({pair.similarity:.2f}): {pair.first.title} [{pair.first.key}]")
        write(f"  and {pair.second.title} [{pair.second.key}]")
        if pair.kind == "contradiction":
            write("".join(f"    {' '.join(quote.split())[:QUOTED]}\n" for quote in pair.quotes), end="")
    _more(len(found))


@library.command()
def gaps(
    days: Annotated[int, typer.Option(min=1, help="Look at so many days.")] = 90,
    drafts: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Write a draft of an article for each gap that has one.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List what customers asked that the library had no answer to, by volume.

    A draft is what a colleague answered where the conversation was resolved, with personal data replaced. It is an
    internal article: read it, put it right, then ingest the folder. A file that is there already is left alone.

    \b
    Example:
      threadline library gaps --drafts drafts/
      threadline ingest drafts/ --source learnt
    """
    from evals.report.gaps import draft_file, find_gaps, read_unanswered
    from retrieval.embedding import open_embedder

    with open_record() as record:
        with record.database.read() as session:
            asked = read_unanswered(session, record.scope, now_utc() - timedelta(days=days))
        found = find_gaps(asked, open_embedder(record.settings).embed)
    files = [draft_file(gap) for gap in found if gap.draft] if drafts else []
    written = _write_new(drafts, files) if drafts else []
    if as_json:
        write_json({"unanswered": len(asked), "gaps": [_gap_as_json(gap) for gap in found], "written": written})
        return
    write(f"{len(asked)} conversations with a question that the library had no answer to.")
    rows = [(gap.conversations, gap.resolved, gap.label, gap.question[:QUOTED]) for gap in found[:SHOWN]]
    write_table(("conversations", "resolved", "about", "for example"), rows)
    _more(len(found))
    if drafts:
        write(f"{len(written)} drafts written to {drafts}: read them, then `threadline ingest {drafts}`.")


def _write_new(folder: Path, files: Sequence[tuple[str, str]]) -> list[str]:
    folder.mkdir(parents=True, exist_ok=True)
    fresh = [(name, text) for name, text in files if not (folder / name).exists()]
    for name, text in fresh:
        (folder / name).write_text(text, "utf-8")
    return [name for name, _ in fresh]


def _more(count: int) -> None:
    if count > SHOWN:
        write(f"… and {count - SHOWN} more; --json lists all")


def _gap_as_json(gap: "Gap") -> dict[str, object]:
    return {name: value for name, value in asdict(gap).items() if name != "members"}


def _as_json(pair: "Pair") -> dict[str, object]:
    articles = [
        {name: getattr(one, name) for name in ("article", "source", "key", "title", "visibility", "product")}
        for one in (pair.first, pair.second)
    ]
    return {"kind": pair.kind, "similarity": round(pair.similarity, 4), "articles": articles, "quotes": pair.quotes}
