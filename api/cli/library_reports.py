"""`threadline library`: what in the library needs a look by people."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.opening import now_utc, open_record
from api.cli.output import AsJson, counting, write, write_json, write_table

if TYPE_CHECKING:
    from assistant.duplicates import Pair

library = typer.Typer(no_args_is_help=True, help="What in the library needs a look.", rich_markup_mode=None)
SHOWN = 50
QUOTED = 200


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


def _more(count: int) -> None:
    if count > SHOWN:
        write(f"… and {count - SHOWN} more; --json lists all")


def _as_json(pair: "Pair") -> dict[str, object]:
    articles = [
        {name: getattr(one, name) for name in ("article", "source", "key", "title", "visibility", "product")}
        for one in (pair.first, pair.second)
    ]
    return {"kind": pair.kind, "similarity": round(pair.similarity, 4), "articles": articles, "quotes": pair.quotes}
