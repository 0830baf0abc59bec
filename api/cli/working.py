"""The commands of background work: `work` runs a worker, `letters` shows and replays what failed for good."""

import signal
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.failing import INTERRUPTED, OK
from api.cli.opening import load, open_record
from api.cli.output import AsJson, tell, write, write_json, write_table
from knowledge.failures import Rejected

if TYPE_CHECKING:
    from knowledge.work.letters import Letter

letters = typer.Typer(help="Work that failed for good.", no_args_is_help=True, rich_markup_mode=None)


def work() -> None:
    """Run a worker: it reacts to what happens, runs periodic jobs and delivers messages.

    `serve` runs one inside; run more with this command, on as many machines as you like (with PostgreSQL). When one
    dies, another takes over what it had begun. It runs until Ctrl-C.

    \b
    Example:
      threadline work
    """
    from api.serving import Stopped
    from api.working import run

    tell("Starting …")
    try:
        run(load(), lambda name: write(f"Worker {name} is at work. Ctrl-C stops it."))
    except Stopped as stopped:
        tell("Stopped.")
        raise typer.Exit(INTERRUPTED if stopped.args == (signal.SIGINT,) else OK) from None


@letters.command("list")
def list_some(
    settled: Annotated[bool, typer.Option("--settled", help="Show also what was done since.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most this many.")] = 50,
    as_json: AsJson = False,
) -> None:
    """Show the work that failed for good, the latest first, with the reason.

    \b
    Example:
      threadline letters list --limit 10
    """
    from knowledge.work import letters as kept

    with open_record() as record, record.database.read() as session:
        found = kept.list_letters(session, record.scope, settled=settled, limit=limit)
    if as_json:
        write_json([vars(letter) for letter in found])
        return
    if not found:
        tell("Nothing has failed for good.")
        return
    rows = [(one.id, one.work, f"{one.buried_at:%Y-%m-%d %H:%M}", _state(one), one.reason) for one in found]
    write_table(("letter", "work", "failed (UTC)", "state", "reason"), rows)


@letters.command("replay")
def replay(
    letter: Annotated[str, typer.Argument(metavar="[LETTER]", help="The letter's id.", show_default=False)] = "",
    every: Annotated[bool, typer.Option("--all", help="All that have not been done since.")] = False,
    as_json: AsJson = False,
) -> None:
    """Have failed work done again; a running worker begins it within a second.

    \b
    Example:
      threadline letters replay --all
    """
    from knowledge.work import letters as kept

    if bool(letter) == every:
        raise Rejected("Say which: one letter's id, or --all.", "`threadline letters list` shows the ids.")
    with open_record() as record, record.database.write() as session:
        chosen = [one.id for one in kept.list_letters(session, record.scope, limit=10_000)] if every else [letter]
        done = [kept.replay(session, record.scope, one) for one in chosen]
    if as_json:
        write_json([vars(one) for one in done])
        return
    write(f"{len(done)} asked for again.")


def _state(letter: "Letter") -> str:
    if letter.settled_at is not None:
        return "done since"
    return "asked for again" if letter.wanted else f"tried {letter.attempts} times"
