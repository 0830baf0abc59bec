"""The commands about customers: `list`, `search` and `completeness`."""

from datetime import UTC, datetime
from typing import Annotated, Literal

import typer

from api.cli.opening import now_utc, open_record
from api.cli.output import AsJson, tell, write, write_json, write_table
from api.cli.whom import Whom, find_customer
from knowledge.failures import Rejected

customers = typer.Typer(
    help="Find customers, and what was said and done with one.", no_args_is_help=True, rich_markup_mode=None
)


@customers.command("list")
def list_some(  # noqa: PLR0913, PLR0917 - each option of a command is an argument
    words: Annotated[str, typer.Option(help="Each must occur in the name or an address.")] = "",
    attribute: Annotated[
        list[str] | None, typer.Option(metavar="NAME=VALUE", help="An attribute has this value; repeatable.")
    ] = None,
    tag: Annotated[str, typer.Option(help="One of the attribute tags.")] = "",
    health: Annotated[Literal["red", "amber", "green"] | None, typer.Option(help="The band of their health.")] = None,
    since: Annotated[datetime | None, typer.Option(help="The last contact lies at or after it, UTC.")] = None,
    until: Annotated[datetime | None, typer.Option(help="The last contact lies before it, UTC.")] = None,
    sort: Annotated[Literal["name", "contact"], typer.Option(help="By name, or the last contact first.")] = "name",
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most this many.")] = 50,
    offset: Annotated[int, typer.Option(min=0, max=10_000_000, help="Leave out this many first.")] = 0,
    as_json: AsJson = False,
) -> None:
    """List customers by what is known of them.

    Health is reckoned anew, of at most 1,000 persons at a time: --offset goes on from where a list says it stopped.

    \b
    Example:
      threadline customers list --attribute plan=Basic --health red --sort contact
    """
    from knowledge.customers.listing import Wanted, find_customers
    from knowledge.customers.standards import read_standards

    with open_record() as record, record.database.read() as session:
        wanted = Wanted(
            words=words,
            attributes=tuple(_pair(one) for one in attribute or ()),
            tag=tag,
            band=health,
            since=since.replace(tzinfo=UTC) if since else None,
            until=until.replace(tzinfo=UTC) if until else None,
            sort=sort,
            weighing=read_standards(record.settings.customer_standards).health,
        )
        page = find_customers(session, record.scope, wanted, now_utc(), limit=limit, offset=offset)
    rows = [
        {
            "id": one.customer.id,
            "name": one.customer.display_name,
            "language": one.customer.language,
            "attributes": dict(one.customer.attributes),
            "last_contact": one.last_contact.isoformat() if one.last_contact else None,
            "health": one.health.score if one.health else None,
        }
        for one in page.listed
    ]
    if as_json:
        write_json({"customers": rows, "next": page.next})
        return
    write_table(
        ("id", "name", "language", "last contact", "health"),
        [(row["id"], row["name"], row["language"], row["last_contact"] or "–", row["health"] or "–") for row in rows],
    )
    if not rows:
        tell("Nobody fits.")
    if page.next is not None:
        tell(f"There may be more: --offset {page.next}")


def _pair(text: str) -> tuple[str, str]:
    name, found, value = text.partition("=")
    if not found or not name.strip():
        raise Rejected(f"{text[:50]!r} is no attribute and its value.", "Write NAME=VALUE, such as plan=Basic.")
    return name.strip(), value.strip()


@customers.command("completeness")
def completeness(as_json: AsJson = False) -> None:
    """Show how complete the records of all customers are.

    Which attributes are declared and what is required stands in the file that THREADLINE_CUSTOMER_STANDARDS names.

    \b
    Example:
      threadline customers completeness
    """
    from knowledge.customers.completeness import measure
    from knowledge.customers.standards import read_standards

    with open_record() as record, record.database.read() as session:
        found = measure(session, record.scope, read_standards(record.settings.customer_standards))
    if as_json:
        write_json({**vars(found), "fields": [vars(one) for one in found.fields]})
        return
    write(f"{found.complete} of {found.customers} customers have everything that is required.")
    write_table(
        ("field", "required", "filled", "share", "not as declared"),
        [
            (
                one.field,
                "yes" if one.required else "no",
                one.filled,
                f"{100 * one.filled / found.customers:.0f} %" if found.customers else "–",
                one.wrong,
            )
            for one in found.fields
        ],
    )


@customers.command("search")
def search(
    customer: Whom,
    query: Annotated[str, typer.Argument(metavar="QUERY", help="Words, or a question.", show_default=False)],
    how: Annotated[Literal["both", "words", "meaning"], typer.Option(help="How to look for it.")] = "both",
    limit: Annotated[int, typer.Option(min=1, max=1_000, help="At most this many.")] = 10,
    as_json: AsJson = False,
) -> None:
    """Search what was said and done with one customer, on every channel.

    What holds the words as they are written comes first, then what is likest by words and by meaning.

    \b
    Example:
      threadline customers search maya.lindqvist@mail.example 'broken zip'
    """
    from knowledge.customers.entries import as_json as plain
    from knowledge.customers.history import read_history
    from retrieval.embedding import open_embedder
    from retrieval.history import search_history

    with open_record() as record:
        with record.database.read() as session:
            history = read_history(session, record.scope, find_customer(session, record, customer))
        found = search_history(open_embedder(record.settings), query, history.told, how=how, limit=limit)
    if as_json:
        rows = [
            {**{k: v for k, v in vars(one).items() if k != "told"}, "entry": plain(one.told.entry)} for one in found
        ]
        write_json({"found": rows, "complete": history.complete})
        return
    write_table(
        ("when", "what", "words"),
        [(f"{one.told.entry.at:%Y-%m-%d %H:%M}", one.told.entry.kind, one.excerpt) for one in found],
    )
    if not found:
        tell("Nothing fits.")
    if not history.complete:
        tell("Only the newest entries were searched.")
