"""The command that plays simulated customers against the product's own server: `evals simulate`."""

from typing import Annotated

import typer

from api.cli.opening import load
from api.cli.output import AsJson, tell, write, write_json, write_table


def simulate(
    customers: Annotated[int, typer.Option(min=2, max=1_000, help="How many customers; each journey twice.")] = 24,
    seed: Annotated[int, typer.Option(min=0, help="The same seed draws the same customers.")] = 20261125,
    model: Annotated[
        bool, typer.Option("--model", help="Have the model of THREADLINE_CHAT_URL speak for the customers.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Play customers who go from channel to channel, and measure what they have to say twice.

    A server of its own on a made-up shop is asked over HTTP. Each journey is played twice: with agents who open the
    handoff package and with agents who do not. It is a simulation: it shows what the package can spare customers,
    not what it spared yours. Your record is not touched.

    \b
    Example:
      threadline evals simulate
      threadline evals simulate --customers 100 --seed 7 --json
    """
    from dataclasses import asdict

    from evals.simulation.customers import draw
    from evals.simulation.measuring import LABEL, compared
    from evals.simulation.measuring import simulate as played
    from evals.simulation.voice import open_voice

    voice = open_voice(load()) if model else None
    try:
        found = compared(played(draw(customers, seed), tell, voice))
    finally:
        if voice is not None:
            voice.close()
            tell(f"The model said {voice.reworded} messages; {voice.kept} stayed as written: it had changed a fact.")
    if as_json:
        write_json({"label": LABEL, "customers": customers, "seed": seed, "measures": [asdict(one) for one in found]})
        return
    rows = [
        (
            one.name,
            f"{one.read.value:.2f}",
            f"{one.unread.value:.2f}",
            f"{one.difference.value:+.2f} ({one.difference.low:+.2f} to {one.difference.high:+.2f})",
            one.read.n,
        )
        for one in found
    ]
    write_table(("measure", "package read", "not read", "difference, 95 %", "n"), rows)
    write(f"{LABEL}.")
