"""The command tree: every command of `threadline` in one place."""

from typing import Annotated

import typer

from api.cli import (
    asking,
    bots,
    calibrating,
    calls,
    evaluating,
    examining,
    handoff,
    identity,
    library,
    library_reports,
    loads,
    local_models,
    outreach,
    people,
    privacy,
    records,
    replaying,
    reports,
    routing,
    serving,
    showing,
    simulating,
    staff,
    topics,
    training,
    working,
)
from api.cli.failing import Commands
from api.cli.output import AsJson, write, write_json

app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 done, 1 refused or not found, 2 wrong usage, 3 a part is unavailable, 130 interrupted. "
    "Settings are THREADLINE_* variables or lines in .env: see docs/settings.md.",
)


def _show_version(asked: bool) -> None:
    if asked:
        version()
        raise typer.Exit


ShowVersion = Annotated[
    bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version.")
]


@app.callback()
def threadline(show_version: ShowVersion = False) -> None:
    """The open assistant layer for customer support that never loses the thread.

    \b
    Start here:
      threadline demo                       a demo company in your browser
      threadline ingest help/ --visibility public
      threadline users add you@example.com --role admin
      threadline serve
    """


def version(as_json: AsJson = False) -> None:
    """Show the version.

    \b
    Example:
      threadline version
    """
    from importlib.metadata import version as installed

    number = installed("threadline")
    write_json({"version": number}) if as_json else write(f"threadline {number}")


app.command()(serving.serve)
app.command()(serving.demo)
app.command()(working.work)
app.command()(library.ingest)
app.command("import")(records.import_files)
app.command()(calls.transcript)
app.command()(asking.ask)
app.command()(asking.suggest)
app.command()(records.conversations)
app.command()(loads.load)
app.command()(calibrating.calibrate)
app.command()(topics.topics)
app.command()(reports.report)
app.command()(training.train)
app.command("chat-link")(records.chat_link)
app.command()(library.reindex)
app.command()(examining.doctor)
app.add_typer(library_reports.library, name="library")
app.add_typer(local_models.models, name="models")
app.add_typer(bots.bot, name="bot")
app.add_typer(staff.users, name="users")
app.add_typer(people.customers, name="customers")
app.add_typer(identity.identity, name="identity")
app.add_typer(privacy.privacy, name="privacy")
app.add_typer(handoff.handoff, name="handoff")
app.add_typer(routing.routing, name="routing")
app.add_typer(routing.escalation, name="escalation")
app.add_typer(working.letters, name="letters")
app.add_typer(outreach.outreach, name="outreach")
evaluating.evals.command("show")(showing.show)
evaluating.evals.command("replay")(replaying.replay)
evaluating.evals.command("review")(replaying.review)
evaluating.evals.command("simulate")(simulating.simulate)
app.add_typer(evaluating.evals, name="evals")
app.command()(version)
