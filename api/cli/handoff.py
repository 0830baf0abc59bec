"""The commands of passing on: `handoff show`."""

from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.opening import now_utc, open_record
from api.cli.output import AsJson, write, write_json
from api.cli.whom import NOBODY
from knowledge.failures import NotFound

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from api.cli.opening import Record
    from handoff.package import Package, Told
    from knowledge.ids import ConversationId

handoff = typer.Typer(help="What is passed on with a conversation.", no_args_is_help=True, rich_markup_mode=None)


@handoff.command("show")
def show(
    conversation: Annotated[
        str,
        typer.Argument(
            metavar="CONVERSATION", help="Its id, or the id its source knows it by (conv-111).", show_default=False
        ),
    ],
    by: Annotated[
        str, typer.Option(help="Open it as this colleague: it is written down, and what is new to them is marked.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Show the handoff package of a conversation.

    Who it is with, what they want, what they told us and we told them, what was tried and promised, what is open.
    15 seconds to read.

    \b
    Example:
      threadline handoff show conv-111 --by mona@example.com
    """
    from handoff.package import open_package, read_package
    from knowledge.staff.people import find_staff

    with open_record() as record:
        if by:
            with record.database.write() as session:
                found = _find(session, record, conversation)
                reader = find_staff(session, record.scope, by).email
                package = open_package(session, record.scope, found, reader, now_utc())
        else:
            with record.database.read() as session:
                package = read_package(session, record.scope, _find(session, record, conversation), NOBODY)
    write_json(package.as_json()) if as_json else _show(package)


def _find(session: "Session", record: "Record", words: str) -> "ConversationId":
    from knowledge.customers.conversations import find_by_key, get_conversation
    from knowledge.ids import ConversationId

    known = find_by_key(session, record.scope, words)
    try:
        return known.id if known else get_conversation(session, record.scope, ConversationId(words)).id
    except NotFound:
        raise NotFound(f"There is no conversation {words}.", "`threadline conversations` lists them.") from None


def _show(package: "Package") -> None:
    mood = (f"sounds {package.mood}",) if package.mood else ()
    write(f"{package.name} ({', '.join((package.sure, *package.constraints, *mood))})")
    write(f"Issue: {package.issue}")
    for title, lines in package.parts.items():
        write(f"\n{title}")
        for line in lines:
            write(f"  {'new ' if line.new else ''}{line.text}{_until(line)}")
    write(f"\nNext: {package.step}")
    for title in package.articles:
        write(f"  {title}")
    write(f"\n{package.words} words, {len(package.lines)} lines")


def _until(line: "Told") -> str:
    return f" (until {line.until.date().isoformat()})" if line.until else ""
