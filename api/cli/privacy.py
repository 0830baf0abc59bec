"""The commands of privacy: `export`, `erase`, `hold`, `retain`, `log`, `allow` and `scrub`; consents have their own."""

import json
from pathlib import Path
from typing import Annotated, Literal

import typer

from api.cli import consents
from api.cli.opening import now_utc, open_record
from api.cli.output import AsJson, tell, write, write_json, write_table
from api.cli.whom import NOBODY, By, Whom, find_customer, handle_of
from knowledge.failures import Rejected

privacy = typer.Typer(
    help="Consent, export, erasure, retention, and who looked.", no_args_is_help=True, rich_markup_mode=None
)


@privacy.command("export")
def export(
    customer: Whom,
    to: Annotated[Path, typer.Option(metavar="FOLDER", help="Folder for the two files; it is made.")] = Path(),
    as_json: AsJson = False,
) -> None:
    """Export everything about one person, as JSON and as a page to read.

    \b
    Example:
      threadline privacy export maya.lindqvist@mail.example --to maya/
    """
    from api.privacy.exporting import as_html
    from knowledge.customers.export import export_person

    with open_record() as record, record.database.read() as session:
        told = export_person(session, record.scope, find_customer(session, record, customer), now_utc())
    if as_json:
        write_json(told)
        return
    name = told["records"][0]["id"]
    written = {to / f"{name}.json": json.dumps(told, indent=2, ensure_ascii=False), to / f"{name}.html": as_html(told)}
    try:
        to.mkdir(parents=True, exist_ok=True)
        for path, content in written.items():
            path.touch(mode=0o600)
            path.write_text(content, encoding="utf-8")
    except OSError as error:
        raise Rejected(f"{to} cannot be written: {error.strerror}.", "Name another folder with --to.") from error
    for path in written:
        write(str(path))


@privacy.command("erase")
def erase(
    customer: Whom,
    yes: Annotated[bool, typer.Option("--yes", help="Do it: it cannot be undone.")] = False,
    ground: Annotated[
        Literal["request", "consent_withdrawn", "purpose_ended", "unlawful", "legal_duty"], typer.Option(help="Why.")
    ] = "request",
    by: By = NOBODY,
) -> None:
    """Erase one person everywhere and print the certificate.

    All their records, messages, suggestions and notes go. Envelopes without words, hashes that keep an import from
    bringing them back, and the certificate stay. Without --yes nothing is erased.

    \b
    Example:
      threadline privacy erase maya.lindqvist@mail.example --by mona@example.com --yes
    """
    from api.privacy.erasing import forget
    from knowledge.customers.erasure import Wish

    with open_record() as record:
        with record.database.read() as session:
            found = find_customer(session, record, customer, erased=True)
        if not yes:
            raise Rejected(f"Nothing was erased: this would forget {found} for good.", "Say --yes.")
        wish = Wish(found, by, ground)
        write_json(forget(record.database, record.scope, wish, now_utc()))


@privacy.command("hold")
def hold(
    customer: Whom,
    reason: Annotated[str, typer.Option(help="The law or dispute; it is shown to whoever wants to erase.")],
    lift: Annotated[bool, typer.Option("--lift", help="It holds no longer.")] = False,
    by: By = NOBODY,
) -> None:
    """Place a legal hold: while it stands, nothing of the record is erased or shortened.

    \b
    Example:
      threadline privacy hold maya.lindqvist@mail.example --reason 'case 12/26' --by mona@example.com
    """
    from knowledge.customers.holds import set_hold
    from knowledge.customers.privacy_entries import HoldSet

    with open_record() as record, record.database.write() as session:
        found = find_customer(session, record, customer)
        set_hold(session, record.scope, found, HoldSet(not lift, reason, by), now_utc())
    write(f"The hold on {found} is lifted." if lift else f"{found} is on hold.")


@privacy.command("retain")
def retain(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count what is too old.")] = False,
    as_json: AsJson = False,
) -> None:
    """Take the words from what is older than THREADLINE_RETENTION keeps it; run it every night.

    \b
    Example:
      threadline privacy retain --dry-run
    """
    from api.privacy.erasing import scrub
    from knowledge.customers import retention

    with open_record() as record:
        schedule = retention.parse_schedule(record.settings.retention)
        if dry_run:
            with record.database.read() as session:
                counts = retention.count_expired(session, record.scope, schedule, now_utc())
        else:
            counts = retention.retain(record.database, record.scope, schedule, now_utc())
            if counts.total():
                scrub(record.database)
    if as_json:
        write_json({"dry_run": dry_run, "days": dict(schedule.days), "expired": dict(counts)})
        return
    write_table(("what", "days", "too old"), [(kind, schedule.days[kind], counts[kind]) for kind in sorted(counts)])
    if not schedule.days:
        tell("THREADLINE_RETENTION is empty: everything is kept.")
    elif dry_run:
        tell("Dry run: nothing was changed.")


@privacy.command("log")
def log(
    customer: Whom,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most this many.")] = 50,
    as_json: AsJson = False,
) -> None:
    """Show which colleague looked at a customer's record, when, where and why.

    \b
    Example:
      threadline privacy log maya.lindqvist@mail.example
    """
    from dataclasses import asdict

    from knowledge.customers import access, persons
    from knowledge.staff.people import list_staff

    with open_record() as record, record.database.read() as session:
        records = persons.records_of(session, record.scope, find_customer(session, record, customer, erased=True))
        looks = access.looks_at(session, record.scope, records, limit)
        names = {one.id: one.email for one in list_staff(session, record.scope)}
    if as_json:
        write_json([asdict(one) | {"staff": names.get(one.staff, one.staff)} for one in looks])
        return
    write_table(
        ("when", "who", "what", "why"),
        [(look.at, names.get(look.staff, look.staff), look.what, look.why or "–") for look in looks],
    )


@privacy.command("allow")
def allow(
    mark: Annotated[
        str,
        typer.Argument(metavar="ADDRESS", help="KIND:VALUE, an e-mail address, or customer:ID.", show_default=False),
    ],
) -> None:
    """Let somebody who was erased be imported again, because they want to be known again.

    \b
    Example:
      threadline privacy allow maya.lindqvist@mail.example
    """
    from knowledge.customers import suppression
    from knowledge.customers.suppression import Mark

    kind, _, value = mark.partition(":")
    named = {"customer": suppression.CUSTOMER, "conversation": suppression.CONVERSATION}.get(kind)
    known = Mark(named, value) if named else Mark(**vars(handle_of(mark)))
    with open_record() as record, record.database.write() as session:
        suppression.allow(session, record.scope, known)
    write("They may be imported again.")


@privacy.command("scrub")
def scrub() -> None:
    """Make what was deleted unreadable on disk; `erase` and `retain` do it by themselves.

    \b
    Example:
      threadline privacy scrub
    """
    from api.privacy.erasing import scrub as rewrite

    with open_record() as record:
        rewrite(record.database)
    write("No deleted word is left in the database's files.")


privacy.command("consent")(consents.consent)
privacy.command("give")(consents.give)
privacy.command("withdraw")(consents.withdraw)
