"""The commands around the bot: `bot show`, `bot set`, `bot certify`."""

from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from api.cli.opening import now_utc, open_record
from api.cli.output import AsJson, write, write_json, write_table

if TYPE_CHECKING:
    from assistant.answering.judging import Tally
    from knowledge.bot.rules import Certified, Rule

bot = typer.Typer(help="The bot: where it works, how sure it must be, how it did.", no_args_is_help=True)
Mode = Literal["off", "shadow", "suggest", "peak", "always"]


@bot.command()
def show(as_json: AsJson = False) -> None:
    """Show its rules, what certifies it, and how its conversations ended.

    \b
    Example:
      threadline bot show
    """
    from assistant.answering import judging, outcomes
    from knowledge.bot import rules

    now = now_utc()
    with open_record() as record, record.database.read() as session:
        found, certified = rules.list_rules(session, record.scope), rules.certified(session, record.scope)
        ended = outcomes.counts(outcomes.read_outcomes(session, record.scope, now), now)
        judged = judging.tally(judging.labels(session, record.scope))
    if as_json:
        told = {"rules": [vars(one) for one in found], "certificate": vars(certified) if certified else None}
        write_json(told | {"judged": vars(judged), "outcomes": [vars(one) for one in ended]})
        return
    _show(found, certified, judged)
    write_table(
        ("resolved means", "resolved", "of", "not over yet"), [(c.kind, c.resolved, c.of, c.open) for c in ended]
    )


def _show(found: "list[Rule]", certified: "Certified | None", judged: "Tally") -> None:
    rows = [(one.channel or "every", one.topic or "every", one.mode, f"{one.share:.0%}", one.author) for one in found]
    write_table(("channel", "topic", "mode", "share", "set by"), rows or [("every", "every", "off", "100%", "–")])
    write("\n" + _certificate(certified))
    none, one, two = judged.needed
    write(
        f"{judged.answers} answers of {judged.customers} customers are judged, {judged.wrong} wrong. At most 5 % wrong "
        f"takes {none} of as many customers with none wrong, {one} with one, {two} with two.\n"
    )


def _certificate(certified: "Certified | None") -> str:
    if certified is None or certified.threshold is None:
        why = f" ({certified.source})" if certified and certified.author == "bot" else ""
        return f"Nothing is certified{why}: the bot answers nothing from the library."
    return (
        f"Certified from a chance of {certified.threshold:.3f} on: at most {certified.risk:.1%} wrong, with "
        f"{certified.confidence:.0%} confidence ({certified.wrong} of {certified.answered} judged answers were wrong)."
    )


@bot.command("set")
def set_mode(
    mode: Annotated[
        Mode, typer.Argument(metavar="MODE", help="off, shadow, suggest, peak or always.", show_default=False)
    ],
    channel: Annotated[str, typer.Option(help="Only on this channel; default: on every one.")] = "",
    topic: Annotated[str, typer.Option(help="Only on this topic; default: on every one.")] = "",
    share: Annotated[float, typer.Option(min=0, max=1, help="In this share of the conversations.")] = 1.0,
    as_json: AsJson = False,
) -> None:
    """Set where the bot works. The narrowest rule counts; what was set before stays in the history.

    \b
    Example:
      threadline bot set shadow --channel chat
    """
    from api.topics import check_topic
    from handoff.plan import read_plan
    from knowledge.bot import rules
    from knowledge.bot.rules import Rule

    with open_record() as record, record.database.write() as session:
        check_topic(record.settings, read_plan(record.settings.service_plan), topic)
        rule = rules.set_rule(session, record.scope, Rule(channel, topic, mode, share, "command line"), now_utc())
    if as_json:
        write_json(vars(rule))
        return
    write(f"{rule.channel or 'Every channel'}, {rule.topic or 'every topic'}: {rule.mode}, {rule.share:.0%}.")


@bot.command()
def certify(
    risk: Annotated[float, typer.Option(min=0.001, max=0.5, help="The share of wrong answers to certify.")] = 0.05,
    confidence: Annotated[float, typer.Option(min=0.5, max=0.999, help="How surely.")] = 0.95,
    as_json: AsJson = False,
) -> None:
    """Certify the bot from colleagues' verdicts on what it said, or would have said.

    Where they certify nothing, it answers nothing from the library.

    \b
    Example:
      threadline bot certify --risk 0.05
    """
    from assistant.answering import judging
    from knowledge.bot import rules

    with open_record() as record, record.database.write() as session:
        known = judging.labels(session, record.scope)
        others = judging.unlabelled_chances(session, record.scope, known)
        found = judging.certificate_of(known, others, risk, confidence)
        kept = judging.as_certified(found, "verdicts of colleagues", "command line")
        rules.certify(session, record.scope, kept, now_utc())
    told: dict[str, Any] = vars(found)
    write_json(told) if as_json else write(str(found))
