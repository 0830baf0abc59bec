"""The commands of reaching out first: `outreach lint`, `preview`, `run`, `list`, `approve`, `stop`, `report`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.opening import Record, now_utc, open_record
from api.cli.output import AsJson, tell, write, write_json, write_table
from api.cli.whom import NOBODY, By, Whom, find_customer

if TYPE_CHECKING:
    from assistant.outreach.terms import Campaign
    from assistant.outreach.uplift import Uplift

outreach = typer.Typer(help="Reaching out first: triggers, proposals, what it did.", no_args_is_help=True)
SETTLED = {"sent": "sent", "approved": "turned down", "refused": "refused by the guard"}
File = Annotated[Path, typer.Argument(metavar="FILE", help="A YAML file of triggers.", show_default=False)]


@outreach.command()
def lint(file: File, as_json: AsJson = False) -> None:
    """Check a file of triggers; every mistake is told with its place.

    \b
    Example:
      threadline outreach lint outreach.yaml
    """
    from assistant.outreach.triggers import read_triggers

    plan = read_triggers(file)
    if as_json:
        write_json({"triggers": [one.name for one in plan.triggers]})
        return
    rows = [(one.name, one.when.kind, one.purpose, ", ".join(one.channels), one.approval) for one in plan.triggers]
    write_table(("trigger", "when", "purpose", "channels", "approval"), rows)
    tell("No mistake found.")


@outreach.command()
def preview(
    file: File,
    days: Annotated[int, typer.Option(min=1, max=730, help="How far back to look.")] = 90,
    as_json: AsJson = False,
) -> None:
    """Show whom the triggers of a file would have gone off for; nothing is proposed or sent.

    \b
    Example:
      threadline outreach preview outreach.yaml
    """
    from dataclasses import asdict
    from datetime import timedelta

    from assistant.outreach import report as reporting
    from assistant.outreach.triggers import read_triggers

    plan = read_triggers(file)
    with open_record() as record, record.database.read() as session:
        found = reporting.preview(session, record.scope, plan, now_utc(), timedelta(days=days))
    if as_json:
        write_json([asdict(one) for one in found])
        return
    write_table(
        ("trigger", "customer", "first", "times", "why"),
        [(one.trigger, one.customer, one.at, one.times, one.why) for one in found],
    )
    tell(f"{len(found)} in the last {days} days.")


@outreach.command()
def run(as_json: AsJson = False) -> None:
    """Propose what the triggers of THREADLINE_OUTREACH ask for now, and send what trusted ones may.

    \b
    Example:
      threadline outreach run
    """
    from assistant.outreach import campaign as journey

    with open_record() as record:
        came = journey.run(record.database, record.scope, _campaign(record), now_utc())
    if as_json:
        write_json(dict(came))
        return
    write_table(("what", "how many"), sorted((name.replace("_", " "), count) for name, count in came.items()))
    if not came:
        tell("Nothing new.")


def _campaign(record: Record) -> "Campaign":
    from api.outreach.choosing import BestFirst
    from api.outreach.outreaching import open_campaign
    from handoff.plan import read_plan
    from knowledge.failures import Rejected

    plan = read_plan(record.settings.service_plan)
    found = open_campaign(record.settings, BestFirst(record.database, record.scope, plan, now_utc()))
    if found is None:
        raise Rejected("No file of triggers is set.", "Set THREADLINE_OUTREACH to a YAML file: docs/outreach.md.")
    return found


@outreach.command("list")
def list_waiting(as_json: AsJson = False) -> None:
    """List the messages that wait for a yes or no.

    \b
    Example:
      threadline outreach list
    """
    from assistant.outreach.sampling import waiting
    from knowledge.customers.entries import as_json as entry_json

    with open_record() as record, record.database.read() as session:
        found = waiting(session, record.scope, _campaign(record).plan, now_utc())
    if as_json:
        write_json([entry_json(one) for one in found])
        return
    rows: list[tuple[Any, ...]] = []
    for one in found:
        said: Any = one.payload
        rows.append((one.id, said.trigger, said.channel, said.why, said.text.splitlines()[0][:60]))
    write_table(("proposal", "trigger", "channel", "why", "text"), rows)
    if not rows:
        tell("Nothing waits.")


@outreach.command()
def approve(
    proposal: Annotated[str, typer.Argument(metavar="PROPOSAL", help="Its id, as `list` shows it.")],
    no: Annotated[bool, typer.Option("--no", help="Turn it down instead.")] = False,
    by: By = NOBODY,
) -> None:
    """Approve a message, or turn it down; the guard is asked once more right before it leaves.

    \b
    Example:
      threadline outreach approve 01a203399d937655b478826214bc72af
    """
    from assistant.outreach import approving
    from knowledge.customers.outreach_entries import OutreachRefused
    from knowledge.failures import Conflict
    from knowledge.ids import EntryId

    with open_record() as record:
        said, campaign = approving.Said(EntryId(proposal), not no, by), _campaign(record)
        done = approving.approve(record.database, record.scope, campaign, said, now_utc())
        rest = approving.settle_rest(record.database, record.scope, campaign, now_utc())
    if isinstance(done.payload, OutreachRefused):
        raise Conflict(
            f"The guard says no: {done.payload.reason} [{done.payload.rule}].", "The timeline has the facts."
        )
    write("Turned down." if no else "It is in the outbox.")
    if rest:
        told = ", ".join(f"{SETTLED[kind]} {count}" for kind, count in sorted(rest.items()))
        write(f"Of those that waited for this sample: {told}.")


@outreach.command()
def stop(
    customer: Whom,
    how: Annotated[str, typer.Option(help="How they said so.")] = "told us",
    by: By = NOBODY,
) -> None:
    """Write down that a customer wants nothing that we send first; it counts at once, on every channel.

    \b
    Example:
      threadline outreach stop maya.lindqvist@mail.example --how 'on the phone'
    """
    from assistant.outreach.stopping import stop as stop_all
    from knowledge.customers.outreach_entries import OutreachStopped

    with open_record() as record, record.database.write() as session:
        who = find_customer(session, record, customer)
        fresh = stop_all(session, record.scope, who, OutreachStopped(how, by), now_utc())
    write("Written down: nothing is sent to them first." if fresh else "That stood already.")


@outreach.command()
def report(as_json: AsJson = False) -> None:
    """Show what came of each trigger: refusals by rule, and what writing first did against those held out.

    \b
    Example:
      threadline outreach report
    """
    from dataclasses import asdict

    from assistant.outreach import report as reporting

    with open_record() as record, record.database.read() as session:
        found = reporting.report(session, record.scope, now_utc())
    if as_json:
        write_json([asdict(one) for one in found])
        return
    rows = [
        (
            one.trigger,
            *(one.counts.get(kind, 0) for kind in ("proposed", "sent", "held_out", "refused")),
            ", ".join(f"{rule} {count}" for rule, count in sorted(one.refusals.items())),
            _uplift(one.contacts),
        )
        for one in found
    ]
    write_table(("trigger", "proposed", "sent", "held out", "refused", "by rule", "wrote to us"), rows)


def _uplift(found: "Uplift | None") -> str:
    if found is None:
        return "not known yet"
    return f"{found.value:+.1%} ({found.low:+.1%} to {found.high:+.1%}; {found.written} against {found.held_out})"
