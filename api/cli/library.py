"""The commands of the library: `ingest` and `reindex`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from api.cli.opening import now_utc, open_record
from api.cli.output import AsJson, counting, tell, write, write_json, write_table

if TYPE_CHECKING:
    from knowledge.library.report import IngestReport

SHOWN = 20  # findings listed in full; --json lists all
Paths = Annotated[
    list[str],
    typer.Argument(
        metavar="PATH...",
        help="Files, folders (Markdown, HTML, PDF, DOCX, JSONL, CSV, JSON of help centres), sitemaps or APIs.",
        show_default=False,
    ),
]
Internal = Annotated[
    list[str] | None,
    typer.Option("--internal", metavar="RULE", help="Articles for staff only, such as 'title:Internal*'; repeatable."),
]
Public = Annotated[
    list[str] | None,
    typer.Option("--public", metavar="RULE", help="Articles customers may read, such as 'path:help/*'; repeatable."),
]
Stated = Annotated[
    Literal["public", "internal"] | None,
    typer.Option("--visibility", help="For articles that no rule names and that state nothing themselves."),
]


def ingest(  # noqa: PLR0913, PLR0917 - options of a command
    paths: Paths,
    internal: Internal = None,
    public: Public = None,
    visibility: Stated = None,
    source: Annotated[
        str, typer.Option(metavar="NAME", help="Name of the collection; default: the path, from the root.")
    ] = "",
    prune: Annotated[bool, typer.Option("--prune", help="Remove articles of the source that are gone.")] = False,
    as_json: AsJson = False,
) -> None:
    """Bring the library up to date with files and help centres.

    Unchanged articles are skipped. An article is public only when something says so: a rule, the article itself, or
    --visibility. Naming the internal ones with --internal says that the others are public, except those that look
    internal: they are held back and listed. With nothing said, all are internal.
    A help centre is read by its sitemap, as its robots.txt allows (what did not change is not asked for again),
    or by the API of Zendesk, Intercom or Chatwoot, with the key that THREADLINE_HELP_CENTRE_KEYS has for its host.
    A RULE is title:GLOB, path:GLOB, id:GLOB or group:GLOB; --internal wins over --public.

    \b
    Example:
      threadline ingest help/ --internal 'path:internal/*' --visibility public --prune
      threadline ingest https://help.example.com/sitemap.xml --visibility public --prune
      threadline ingest https://SHOP.zendesk.com/api/v2/help_center/articles.json --prune
    """
    from api.sites import is_address, sync_site
    from knowledge.library.ingest import IngestPlan
    from knowledge.library.ingest import ingest as bring_up_to_date
    from knowledge.library.report import IngestReport
    from knowledge.library.visibility import VisibilityRules
    from retrieval.embedding import open_embedder

    rules = VisibilityRules(tuple(internal or ()), tuple(public or ()), visibility)
    with open_record() as record, counting("Reading articles") as progress:
        plan = IngestPlan(
            now=now_utc(),
            rules=rules,
            source=source,
            prune=prune,
            max_article_bytes=record.settings.max_article_bytes,
            passage_chars=record.settings.passage_chars,
        )
        embedder = open_embedder(record.settings)
        report = IngestReport()
        if files := [Path(path) for path in paths if not is_address(path)]:
            report = bring_up_to_date(record.database, record.scope, files, plan, embedder, progress)
        for address in filter(is_address, paths):
            report.add(sync_site(record, address, plan, embedder, progress))
    write_json(_as_json(report)) if as_json else _show(report)


def _as_json(report: "IngestReport") -> dict[str, Any]:
    return {
        "articles": report.articles,
        "added": report.added,
        "changed": report.changed,
        "unchanged": report.unchanged,
        "removed": report.pruned,
        "passages": report.passages,
        "embedded": report.embedded,
        "visibility": report.visibility,
        "rules": [
            {"visibility": visibility, "rule": rule, "articles": count}
            for (visibility, rule), count in sorted(report.rules.items())
        ],
        "held_back": [{"key": key, "reason": reason} for key, reason in report.held_back.items()],
        "skipped": [{"where": finding.where, "reason": finding.reason} for finding in report.skipped],
        "notes": [{"where": finding.where, "reason": finding.reason} for finding in report.notes],
    }


def _show(report: "IngestReport") -> None:
    from knowledge.library.report import HELD_BACK_REMEDY

    counts = {
        "added": report.added,
        "changed": report.changed,
        "unchanged": report.unchanged,
        "removed": report.pruned,
        "skipped": len(report.skipped),
    }
    write_table(tuple(counts), [tuple(counts.values())])
    write()
    write_table(
        ("visibility", "articles", "because"),
        [(visibility, count, rule) for (visibility, rule), count in sorted(report.rules.items())],
    )
    _list("Skipped", [(finding.where, finding.reason) for finding in report.skipped])
    _list("Notes", [(finding.where, finding.reason) for finding in report.notes])
    _list("Held back as internal", list(report.held_back.items()))
    if report.held_back:
        write(HELD_BACK_REMEDY)
    if report.articles and not report.visibility["public"]:
        tell("Every article is internal, so customers get no answer from them.")
        tell("  State what they may read: --public 'path:help/*', --visibility public, or `visibility:` in articles.")


def _list(heading: str, findings: list[tuple[str, str]]) -> None:
    if not findings:
        return
    write(f"\n{heading} ({len(findings)}):")
    for key, reason in findings[:SHOWN]:
        write(f"  {key}: {reason}")
    if len(findings) > SHOWN:
        write(f"  … and {len(findings) - SHOWN} more; --json lists all")


def reindex(as_json: AsJson = False) -> None:
    """Build the search indexes anew from the database. Stop the server first.

    Indexes heal themselves at the next start; this does it now, from nothing.

    \b
    Example:
      threadline reindex
    """
    from retrieval.search import reindex as rebuild

    with open_record() as record, counting("Filling the indexes") as progress:
        count = rebuild(record.settings, record.database, record.scope, progress=progress)
    write_json({"passages": count}) if as_json else write(f"The indexes hold {count} passages.")
