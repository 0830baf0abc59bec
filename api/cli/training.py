"""The command that trains: simulated customers come back on another channel and a person answers them."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.opening import now_utc, open_record
from api.cli.output import AsJson, tell, write, write_json, write_table
from knowledge.failures import Rejected

if TYPE_CHECKING:
    from evals.simulation.practice import Practice
    from knowledge.staff.training import Training

HOW = "Type your answer. `/package` opens the handoff package, `/suggest` asks for a suggestion, `/done` ends."


def train(
    email: Annotated[
        str, typer.Argument(metavar="EMAIL", help="The colleague who practises; with --show: of whom.")
    ] = "",
    customers: Annotated[int, typer.Option(min=1, max=50, help="How many customers to answer.")] = 3,
    seed: Annotated[int, typer.Option(min=0, help="The same seed draws the same customers.")] = 1,
    show: Annotated[bool, typer.Option("--show", help="Show what was reached before instead.")] = False,
    as_json: AsJson = False,
) -> None:
    """Practise on simulated customers who come back on another channel, and get a score card.

    They live on a server of their own: your record holds the score alone. 80 % of the rubric passes, from 50 % on
    attention is due. Practise again with another seed to see before and after; managers see everyone's with --show.

    \b
    Example:
      threadline train kim@example.com
      threadline train kim@example.com --customers 5 --seed 2
      threadline train --show
    """
    if show:
        _show(email, as_json)
        return
    if not email:
        raise Rejected("Nobody was named.", "threadline train kim@example.com")
    from evals.simulation.exercise import RUBRIC
    from evals.simulation.practice import Practice
    from evals.simulation.site import open_site
    from knowledge.staff.people import find_staff
    from knowledge.staff.training import keep_training

    with open_record() as record:
        with record.database.read() as session:
            staff = find_staff(session, record.scope, email)
        tell("The shop opens …")
        with open_site() as site:
            practice = Practice(site, staff.email, customers, seed)
            while not practice.over:
                _answer(practice)
                for name, good in practice.end().items():
                    tell(f"  {'✓' if good else '✗'} {RUBRIC[name]}")
        made = practice.training(now_utc())
        with record.database.write() as session:
            keep_training(session, record.scope, made)
    write_json(_plain(made)) if as_json else write(_told(made))


def _answer(practice: "Practice") -> None:
    """Let the person answer until they are done or their input ends."""
    from handoff.package import PARTS

    exercise = practice.exercise
    tell(f"\n{exercise.customer.name}, by {exercise.channel}: {exercise.said}\n{HOW}")
    for line in sys.stdin:
        words = line.strip()
        if words == "/done":
            return
        if words == "/package":
            package = practice.open_package()
            told = [one["text"] for part in PARTS for one in package[part]]
            tell("\n".join([f"  {package['issue']}", *(f"  - {one}" for one in told)]))
        elif words == "/suggest":
            tell(practice.suggest() or "  There is no suggestion.")
        elif words.startswith("/"):
            tell(f"There is no {words}. {HOW}")
        elif words:
            reply = practice.reply(words)
            tell(f"{exercise.customer.name}: {reply}" if reply else "(The customer waits.)")


def _show(email: str, as_json: bool) -> None:
    from knowledge.staff.training import list_trainings

    with open_record() as record, record.database.read() as session:
        found = list_trainings(session, record.scope, email)
    if as_json:
        write_json([_plain(one) for one in found])
        return
    first: dict[str, float] = {}
    rows = []
    for one in found:
        before = first.setdefault(one.email, one.percent)
        change = one.percent - before
        rows.append(
            (one.email, f"{one.at:%Y-%m-%d}", f"{one.percent:.0f} %", one.standing, f"{change:+.0f}", one.weakest)
        )
    write_table(("who", "when", "score", "standing", "since the first", "weakest"), rows)


def _told(one: "Training") -> str:
    lines = [f"{met} of {of}  {name}" for name, (met, of) in one.rubric.items()]
    return "\n".join([f"{one.percent:.0f} %: {one.standing}", *lines])


def _plain(one: "Training") -> dict[str, object]:
    return {
        "email": one.email,
        "at": one.at.isoformat(),
        "customers": one.customers,
        "seed": one.seed,
        "percent": one.percent,
        "standing": one.standing,
        "rubric": {name: list(counts) for name, counts in one.rubric.items()},
    }
