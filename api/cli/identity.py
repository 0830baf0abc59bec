"""The commands of identity: `suggest`, `review`, `link`, `unlink`, `part` and `share`."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.opening import Record, now_utc, open_record
from api.cli.output import AsJson, tell, write, write_json, write_table
from api.cli.whom import NOBODY, By, Whom, find_customer, handle_of

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from knowledge.customers.pairs import Pair

identity = typer.Typer(help="Which records are one person's.", no_args_is_help=True, rich_markup_mode=None)

Why = Annotated[str, typer.Option(help="The reason, as it is written down.")]
Other = Annotated[str, typer.Argument(metavar="OTHER", help="The other record, named likewise.", show_default=False)]


@identity.command("suggest")
def suggest(
    threshold: Annotated[float | None, typer.Option(min=0.01, max=1.0, help="Least likelihood of a pair.")] = None,
    as_json: AsJson = False,
) -> None:
    """Compare all records and put up the pairs that are alike.

    Nothing is linked: `review` shows the pairs, a colleague decides. Run it nightly.

    \b
    Example:
      threadline identity suggest
    """
    from knowledge.customers import matching

    with open_record() as record:
        least = matching.THRESHOLD if threshold is None else threshold
        done = matching.suggest(record.database, record.scope, now_utc(), least)
    if as_json:
        write_json(vars(done))
        return
    write(f"{done.records} records compared, {done.pairs} pairs to look at: threadline identity review")


@identity.command("review")
def review(
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most this many.")] = 20,
    accept: Annotated[str, typer.Option(metavar="PAIR", help="Link the records of this pair.")] = "",
    refuse: Annotated[str, typer.Option(metavar="PAIR", help="Remember that this pair is two people.")] = "",
    by: By = NOBODY,
    as_json: AsJson = False,
) -> None:
    """Show the pairs nobody has decided on, or decide on one.

    \b
    Example:
      threadline identity review --limit 5
    """
    from knowledge.customers import pairs

    with open_record() as record:
        if accept or refuse:
            with record.database.write() as session:
                for pair in filter(None, [accept]):
                    pairs.accept(session, record.scope, pair, by, now_utc())
                for pair in filter(None, [refuse]):
                    pairs.refuse(session, record.scope, pair, by, "", now_utc())
        with record.database.read() as session:
            found = [_shown(session, record, pair) for pair in pairs.waiting(session, record.scope, limit=limit)]
    if as_json:
        write_json(found)
        return
    write_table(
        ("pair", "one", "other", "likely", "why"),
        [(row["id"], row["one"]["name"], row["other"]["name"], f"{row['score']:.2f}", row["reason"]) for row in found],
    )
    if not found:
        tell("Nothing waits. `threadline identity suggest` compares the records.")


def _shown(session: "Session", record: Record, pair: "Pair") -> dict[str, Any]:
    from knowledge.customers.record import get_customers

    people = get_customers(session, record.scope, [pair.one, pair.other])
    both = {
        side: {"id": one, "name": people[one].display_name, "handles": [vars(it.handle) for it in people[one].handles]}
        for side, one in (("one", pair.one), ("other", pair.other))
    }
    return {**vars(pair), **both, "evidence": dict(pair.evidence)}


@identity.command("link")
def link(customer: Whom, other: Other, why: Why = "", by: By = NOBODY) -> None:
    """Say that two records are one person's. Prints the id with which `unlink` takes it back.

    \b
    Example:
      threadline identity link maya.lindqvist@mail.example sms:+447700900123 --why 'She said so on the phone'
    """
    from knowledge.customers import links
    from knowledge.customers.links import Ground

    with open_record() as record, record.database.write() as session:
        one, two = (find_customer(session, record, words) for words in (customer, other))
        row = links.link(session, record.scope, one, two, Ground(by, why), now_utc())
    write(row.id if row else "They are linked already.")


@identity.command("part")
def part(customer: Whom, other: Other, why: Why = "", by: By = NOBODY) -> None:
    """Say that two records are not the same person, and remember it.

    A link between the two is taken back; nothing suggests or joins them again. Prints the id with which `unlink` takes
    it back.

    \b
    Example:
      threadline identity part cus-001 cus-002 --why 'Sisters'
    """
    from knowledge.customers import links
    from knowledge.customers.links import Ground

    with open_record() as record, record.database.write() as session:
        one, two = (find_customer(session, record, words) for words in (customer, other))
        row = links.part(session, record.scope, one, two, Ground(by, why), now_utc())
    write(row.id if row else "That is said already.")


@identity.command("unlink")
def unlink(
    row: Annotated[str, typer.Argument(metavar="LINK", help="The id that was printed.", show_default=False)],
    why: Why = "",
    by: By = NOBODY,
) -> None:
    """Take back that records are one person's, or that they are not: everything is as before.

    \b
    Example:
      threadline identity unlink 01a203399d937655b478826214bc72af
    """
    from knowledge.customers import links
    from knowledge.customers.links import Ground

    with open_record() as record, record.database.write() as session:
        taken = links.unlink(session, record.scope, row, Ground(by, why), now_utc())
    write(taken.id)


@identity.command("share")
def share(
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="An e-mail address, or KIND:VALUE.")],
    undo: Annotated[bool, typer.Option("--undo", help="It is one person's after all.")] = False,
) -> None:
    """Mark an address as used by several people: it proves nobody and joins nobody.

    \b
    Example:
      threadline identity share phone:+441632960001
    """
    from knowledge.customers.identity import mark_shared

    with open_record() as record, record.database.write() as session:
        mark_shared(session, record.scope, handle_of(address), not undo)
    write("One person's again." if undo else "Marked as shared.")
