"""The commands of the record: `import`, `conversations` and `chat-link`."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from api.cli.failing import FAILED
from api.cli.opening import now_utc, open_record
from api.cli.output import AsJson, counting, tell, write, write_json, write_table
from api.importers import Format
from knowledge.failures import Rejected

if TYPE_CHECKING:
    from api.importers.importing import ImportOptions, ImportReport
    from api.importers.sources import Gathered
    from knowledge.customers.conversations import Conversation
    from knowledge.customers.record import Customer
    from knowledge.settings import Settings

SHOWN = 20


def import_files(  # noqa: PLR0913, PLR0917 - each option of a command is an argument
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE...", help="Files or Maildir folders; - reads standard input.", show_default=False),
    ],
    format_name: Annotated[
        Format, typer.Option("--format", help="The files' format; auto goes by their names.")
    ] = "auto",
    mapping: Annotated[
        Path | None, typer.Option(metavar="FILE", help="How the columns of CSV or JSONL files become rows (YAML).")
    ] = None,
    ours: Annotated[
        list[str] | None, typer.Option(metavar="ADDRESS", help="Mail: an address of ours, or @domain; repeatable.")
    ] = None,
    trust_addresses: Annotated[
        bool, typer.Option("--trust-addresses", help="The source has checked whose its addresses are.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check every row, store nothing.")] = False,
    bad_rows: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write refused rows here, with line number and reason.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Import customers and what happened.

    Reads rows of JSON, CSV and JSONL with a mapping file, mailboxes (mbox, Maildir), and what the APIs of Chatwoot,
    Zendesk and Intercom answer.

    Rows that are refused are reported and the rest is stored; then the exit code is 1. Running an import again, or
    after it was killed, changes nothing that is stored. The formats are described in docs/import.md.

    \b
    Example:
      threadline import customers.jsonl events.jsonl --bad-rows refused.jsonl
    """
    from api.importers.formats import open_sources
    from api.importers.importing import import_events
    from api.importers.sources import Options

    known = Options(frozenset(one.strip().lower() for one in ours or ()), trust_addresses, _mapping(mapping))
    rows = open_sources(files, format_name, known)
    with open_record() as record, counting("Importing rows") as progress:
        total, options = rows.total(), _options(record.settings, dry_run=dry_run)
        report = import_events(
            record.database, record.scope, rows, now_utc(), lambda done: progress(done, total), options
        )
    if bad_rows is not None:
        _write_bad(report, rows, bad_rows)
    if as_json:
        write_json(_as_json(report, rows))
    else:
        _show(report, rows, bad_rows)
    if report.bad:
        raise typer.Exit(FAILED)


def _mapping(path: Path | None) -> tuple[str, str] | None:
    """Return the text of a mapping file and its name."""
    if path is None:
        return None
    try:
        return path.read_text(encoding="utf-8-sig"), str(path)
    except (OSError, UnicodeError) as error:
        raise Rejected(f"{path} is no file that can be read.", "Name a YAML file in UTF-8.") from error


def _as_json(report: "ImportReport", rows: "Gathered") -> dict[str, Any]:
    bad = [dict(zip(("file", "line"), rows.place(row.line), strict=True)) for row in report.bad]
    told = report.as_json()
    return {**told, "bad": [{**row, **place} for row, place in zip(told["bad"], bad, strict=True)]}


def _write_bad(report: "ImportReport", rows: "Gathered", target: Path) -> None:
    try:
        with target.open("w", encoding="utf-8") as stream:
            for row in report.bad:
                name, line = rows.place(row.line)
                stream.write(json.dumps({**row.as_json(), "file": name, "line": line}, ensure_ascii=False) + "\n")
    except OSError as error:
        raise Rejected(f"{target} cannot be written: {error.strerror}.", "The rows were imported.") from error


def _show(report: "ImportReport", rows: "Gathered", bad_rows: Path | None) -> None:
    if report.dry_run:
        write("Dry run: nothing was stored.\n")
    kinds = sorted({*report.added, *report.known})
    write_table(("type", "new", "stored before"), [(kind, report.added[kind], report.known[kind]) for kind in kinds])
    if report.ignored_fields:
        named = ", ".join(f"{name} ({count})" for name, count in report.ignored_fields.most_common(SHOWN))
        write(f"\nFields that were ignored: {named}")
    if report.bad:
        write(f"\nRows that were refused ({len(report.bad)} of {report.rows}):")
    for row in report.bad[:SHOWN]:
        name, line = rows.place(row.line)
        write(f"  {name}:{line}: {row.reason}")
    if len(report.bad) > SHOWN:
        write(f"  … and {len(report.bad) - SHOWN} more; --bad-rows FILE writes them all")
    elif bad_rows is not None and report.bad:
        write(f"They are in {bad_rows}.")


def conversations(
    status: Annotated[
        Literal["open", "pending", "resolved"] | None, typer.Option(help="Only conversations of this status.")
    ] = None,
    waiting: Annotated[bool, typer.Option("--waiting", help="Only customers who wait for an answer.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most this many.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List conversations.

    The latest come first; with --waiting, those who have waited longest.

    \b
    Example:
      threadline conversations --waiting --limit 10
    """
    from knowledge.customers.conversations import Wanted, list_conversations
    from knowledge.customers.record import get_customers

    with open_record() as record, record.database.read() as session:
        wanted = Wanted(status=status, waiting=True if waiting else None)
        found = list_conversations(session, record.scope, wanted, limit=limit)
        people = get_customers(session, record.scope, [one.customer for one in found])
    if as_json:
        write_json([_conversation(one, people[one.customer]) for one in found])
        return
    columns = ("id", "customer", "channel", "status", "owner", "last message")
    write_table(
        columns,
        [
            (
                _short_id(one),
                people[one.customer].display_name,
                one.channel,
                one.status,
                one.owner or "–",
                _preview(one),
            )
            for one in found
        ],
    )
    if not found:
        tell("There is no such conversation. `threadline import` or `threadline demo` brings some.")


def _options(settings: "Settings", *, dry_run: bool) -> "ImportOptions":
    from api.importers.importing import ImportOptions
    from knowledge.customers.standards import read_standards

    return ImportOptions(settings.max_message_chars, dry_run, read_standards(settings.customer_standards))


def _short_id(one: "Conversation") -> str:
    """Return the id that its source knows a conversation by, where it is short enough to type."""
    return one.external_key if 0 < len(one.external_key) <= 32 and one.external_key.isprintable() else one.id


def _preview(one: "Conversation") -> str:
    return one.last_text if len(one.last_text) <= 60 else one.last_text[:59] + "…"


def _conversation(one: "Conversation", customer: "Customer") -> dict[str, Any]:
    return {
        "id": one.id,
        "external_key": one.external_key,
        "customer": {"id": customer.id, "name": customer.display_name},
        "channel": one.channel,
        "subject": one.subject,
        "public": one.public,
        "status": one.status,
        "owner": one.owner,
        "waiting": one.waiting,
        "messages": one.messages,
        "opened_at": one.opened_at.isoformat(),
        "last_at": one.last_at.isoformat(),
        "last_text": one.last_text,
    }


def chat_link(
    email: Annotated[str, typer.Argument(metavar="EMAIL", help="The customer's e-mail address.", show_default=False)],
    name: Annotated[str, typer.Option(help="Their name; default: the one on record.")] = "",
    days: Annotated[int, typer.Option(min=1, max=365, help="Days until the link expires.")] = 7,
) -> None:
    """Print a signed web chat link for a customer.

    Whoever holds the link is taken for the customer: give it to nobody else. Links are signed with THREADLINE_SECRET,
    or with the secret kept in the data folder.

    \b
    Example:
      threadline chat-link maya.lindqvist@mail.example --days 1
    """
    from api.sessions import chat_link as sign
    from knowledge.customers import identity
    from knowledge.customers.entries import Handle
    from knowledge.customers.record import get_customer

    address = identity.normalise(Handle("email", email))
    with open_record() as record:
        with record.database.read() as session:
            known = identity.find(session, record.scope, address)
            name = name or (get_customer(session, record.scope, known).name if known else "")
        write(sign(record.settings, address.value, name, now_utc(), days))
    if known is None:
        tell("Nobody has this address yet: the first message makes a new customer.")
