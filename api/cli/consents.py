"""The commands of consent: `privacy consent`, `privacy give` and `privacy withdraw`."""

from typing import Annotated

import typer

from api.cli.opening import now_utc, open_record
from api.cli.output import AsJson, tell, write, write_json, write_table
from api.cli.whom import NOBODY, By, Whom, find_customer

Purpose = Annotated[
    str, typer.Argument(metavar="PURPOSE", help="Such as marketing, survey, recording.", show_default=False)
]
Channel = Annotated[str, typer.Option(help="On this channel only; default: on every channel.")]


def consent(customer: Whom, as_json: AsJson = False) -> None:
    """Show what a customer agreed to, for which purpose and channel.

    \b
    Example:
      threadline privacy consent maya.lindqvist@mail.example
    """
    from dataclasses import asdict

    from knowledge.customers import persons
    from knowledge.customers.consent import consents_of

    with open_record() as record, record.database.read() as session:
        records = persons.records_of(session, record.scope, find_customer(session, record, customer))
        standings = consents_of(session, record.scope, records).standings
    if as_json:
        write_json([asdict(one) for one in standings])
        return
    rows = [
        (one.purpose, one.channel or "every channel", "yes" if one.given else "no", one.text_version, one.how, one.at)
        for one in standings
    ]
    write_table(("purpose", "channel", "agrees", "text", "how", "since"), rows)
    if not rows:
        tell("They agreed to nothing so far.")


def give(
    customer: Whom,
    purpose: Purpose,
    text_version: Annotated[str, typer.Option(help="Which words they agreed to.")],
    how: Annotated[str, typer.Option(help="How they said so and where that is kept: 'form 8812'.")],
    channel: Channel = "",
    by: By = NOBODY,
) -> None:
    """Write down that a customer agrees to a purpose.

    \b
    Example:
      threadline privacy give maya.lindqvist@mail.example marketing --text-version 2026-03 --how 'form 8812'
    """
    from knowledge.customers.consent import give as agree
    from knowledge.customers.privacy_entries import ConsentGiven

    now = now_utc()
    with open_record() as record, record.database.write() as session:
        said = ConsentGiven(purpose, channel, text_version, how, by)
        agree(session, record.scope, find_customer(session, record, customer), said, now, now)
    write(f"Written down: they agree to {purpose}.")


def withdraw(
    customer: Whom,
    purpose: Purpose,
    channel: Channel = "",
    how: Annotated[str, typer.Option(help="How they said so.")] = "told us",
    objection: Annotated[bool, typer.Option("--objection", help="Also where no consent is needed.")] = False,
    by: By = NOBODY,
) -> None:
    """Write down that a customer no longer agrees to a purpose, or objects to it; it counts at once.

    \b
    Example:
      threadline privacy withdraw maya.lindqvist@mail.example marketing
    """
    from knowledge.customers.consent import withdraw as refuse
    from knowledge.customers.privacy_entries import ConsentWithdrawn

    now = now_utc()
    with open_record() as record, record.database.write() as session:
        said = ConsentWithdrawn(purpose, channel, how, by, objection=objection)
        refuse(session, record.scope, find_customer(session, record, customer), said, now, now)
    write(f"Written down: they do not agree to {purpose}.")
