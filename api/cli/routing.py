"""The commands of routing: `routing train`, `explain`, `simulate`, and `escalation lint`, `dry-run`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.opening import Record, now_utc, open_record
from api.cli.output import AsJson, tell, write, write_json, write_table

if TYPE_CHECKING:
    from handoff.agents.training import Trained
    from handoff.plan import Plan

routing = typer.Typer(help="Who is offered which conversation, and why.", no_args_is_help=True, rich_markup_mode=None)
escalation = typer.Typer(help="Rules that call for more.", no_args_is_help=True, rich_markup_mode=None)

PlanFile = Annotated[
    Path | None, typer.Argument(metavar="[PLAN]", help="A YAML file; default: the plan of the settings.")
]


def _plan(record: Record, path: Path | None = None) -> "Plan":
    from handoff.plan import read_plan

    plan = read_plan(path or record.settings.service_plan)
    if record.settings.topics is None:
        return plan
    from api.topics import open_topics
    from retrieval.embedding import open_embedder

    return plan.knowing(open_topics(record.settings, open_embedder(record.settings).embed))


@routing.command("train")
def train(
    force: Annotated[bool, typer.Option("--force", help="Use it in any case.")] = False,
    as_json: AsJson = False,
) -> None:
    """Learn from how conversations ended, and keep the model with its card in the data folder.

    It reads the whole record once. What ended less than a week ago may still reopen and is left out. A model that is
    worse on later conversations than none, or than knowing what they are about, is kept and not used; one of which
    that cannot be told is on trial.

    \b
    Example:
      threadline routing train
    """
    from handoff.agents import training
    from handoff.history import outcomes

    with open_record() as record:
        now = now_utc()
        tell("Reading how conversations ended …")
        with record.database.read() as session:
            found = outcomes(session, record.scope, _plan(record), now)
        trained = training.train(found, now, forced=force)
        path = training.keep(record.settings.data_dir, trained)
    card, why_not, in_doubt = trained.card, training.why_not(trained.card), training.in_doubt(trained.card)
    if as_json:
        told = {"used": trained.used, "on_trial": trained.on_trial, "why_not": why_not, "in_doubt": in_doubt}
        write_json({"model": str(path), **vars(card), "measures": dict(card.measures), **told})
        return
    write(f"Learned from {card.cases} conversations, {card.first[:10]} to {card.last[:10]}: {path}")
    measures = card.measures
    write(
        f"On the last {measures['cases']:.0f}: log loss {measures['log_loss']:.3f}, "
        f"{measures['log_loss_without_model']:.3f} without a model. {card.limits}"
    )
    if why_not or in_doubt:
        tell(f"{why_not or in_doubt} {_what_comes(trained)}")


def _what_comes(trained: "Trained") -> str:
    if not trained.used:
        return "It is not used: who has most room goes first. Train again when there is more history, or say --force."
    if not trained.on_trial:
        return "It is used all the same, as you said with --force."
    return (
        "It is on trial: unless the plan names a holdout, half of the offers go to who has most room, so that it comes "
        "out. Train again later, or say --force."
    )


@routing.command("explain")
def explain(
    conversation: Annotated[str, typer.Argument(metavar="CONVERSATION", help="Its id.", show_default=False)],
    as_json: AsJson = False,
) -> None:
    """Say where a conversation stands in the queue, who would be asked and why, or why nobody.

    \b
    Example:
      threadline routing explain 01a203399d937655b478826214bc72af
    """
    from api.routing import Place, in_use
    from api.routing import explain as explained
    from knowledge.ids import ConversationId

    with open_record() as record, record.database.read() as session:
        place = Place(record.scope, _plan(record), record.settings.data_dir)
        in_use(place.folder, place.plan)  # a model that cannot be used is refused here, where it can be put right
        lines = explained(session, place, ConversationId(conversation), now_utc())
    write_json({"why": lines}) if as_json else write("\n".join(lines))


@routing.command("simulate")
def simulate(as_json: AsJson = False) -> None:
    """Show what the desk would do now, without doing it, and what other ways to choose would have earned.

    The estimates come from offers whose odds were kept (IPS, SNIPS, doubly robust); they need at least ten that were
    accepted and have ended.

    \b
    Example:
      threadline routing simulate
    """
    from api.routing import in_use
    from handoff.agents.looking_back import estimates, taken
    from handoff.assignment.looking import look
    from handoff.assignment.proposing import propose, why
    from handoff.history import outcomes

    with open_record() as record, record.database.read() as session:
        plan, now = _plan(record), now_utc()
        use = in_use(record.settings.data_dir, plan)
        proposals = propose(look(session, record.scope, plan, now), use.model, use.plan)
        told = estimates(taken(session, record.scope, outcomes(session, record.scope, plan, now)))
    rows = [
        {
            "conversation": one.case.conversation.id,
            "to": one.choice.scored.agent.email if one.choice else None,
            "arm": one.choice.arm if one.choice else None,
            "why": why(one),
        }
        for one in proposals
    ]
    if as_json:
        write_json({"would": rows, "estimates": {name: vars(one) for name, one in told.items()}})
        return
    write_table(
        ("conversation", "would ask", "how", "why"),
        [
            (row["conversation"], row["to"] or "nobody", row["arm"] or "–", _first(why(one)))
            for row, one in zip(rows, proposals, strict=True)
        ],
    )
    for name, one in told.items():
        write(f"by the score alone, {name}: {one.value:.1%} ± {1.96 * one.error:.1%} end well (n {one.n})")
    if not told:
        tell("Too few offers with kept odds have ended to estimate what another way would have earned.")


def _first(why: list[str]) -> str:
    """Return the first reason, without whom it is about where the line says that already."""
    return why[0].partition(": ")[2] if why else ""


@escalation.command("lint")
def lint(plan: PlanFile = None, as_json: AsJson = False) -> None:
    """Check a service plan: what is no plan is refused, what cannot be meant is listed. Exit code 1 when anything is.

    \b
    Example:
      threadline escalation lint service.yaml
    """
    from handoff.agents.agent import agent_of
    from handoff.escalation.linting import lint as findings_of
    from knowledge.staff.people import list_staff

    with open_record() as record:
        given = _plan(record, plan)
        with record.database.read() as session:
            agents = [agent_of(person) for person in list_staff(session, record.scope)]
    found = findings_of(given, agents)
    if as_json:
        write_json({"findings": [vars(one) for one in found]})
    elif found:
        write_table(("where", "what"), [(one.where, one.says) for one in found])
    else:
        write(f"Fine: {len(given.escalation)} rules, {len(given.topics)} topics.")
    if found:
        raise typer.Exit(1)


@escalation.command("dry-run")
def dry_run(
    plan: PlanFile = None,
    days: Annotated[int, typer.Option(min=1, max=3_660, help="How many days back.")] = 30,
    as_json: AsJson = False,
) -> None:
    """Show what the rules would have done over the last days, without doing it.

    \b
    Example:
      threadline escalation dry-run service.yaml --days 30
    """
    from collections import Counter
    from datetime import timedelta

    from handoff.escalation.dry_run import dry_run as run

    with open_record() as record, record.database.read() as session:
        now = now_utc()
        given = _plan(record, plan)
        found = list(run(session, record.scope, given, now - timedelta(days=days), now))
    counts = Counter(one.fired.rule.name for one in found)
    if as_json:
        write_json(
            {
                "rules": {rule.name: counts[rule.name] for rule in given.escalation},
                "would": [_would(one.conversation, one.at.isoformat(), one.fired) for one in found],
            }
        )
        return
    write_table(("rule", "times", "asks for"), [(one.name, counts[one.name], one.to) for one in given.escalation])
    for one in found:
        write(f"{one.at:%Y-%m-%d %H:%M}  {one.conversation}  {one.fired.rule.name}: {one.fired.why}")
    if not given.escalation:
        tell("The plan has no rules.")


def _would(conversation: str, at: str, fired: Any) -> dict[str, Any]:
    due = fired.due.isoformat() if fired.due else None
    return {"conversation": conversation, "at": at, "rule": fired.rule.name, "why": fired.why, "due": due}
