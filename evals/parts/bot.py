"""The bot: whether its bound holds, its alarm at other topics, peaks, hostile customers."""

from collections.abc import Iterable

from evals.bot.hostile import hostile_figures
from evals.bot.person import person_figures
from evals.bot.risk import demo_figures, drift_figures, risk_figures, simulated_figures
from evals.bot.shadow import shadow_figures
from evals.datasets import prompt_injection, tarnfell
from evals.figures import Figure
from evals.peak.run import peak_part
from evals.registry import Asked, part


@part("bot_risk", seconds=90)
def bot_risk(asked: Asked) -> Iterable[Figure]:
    """Certified on one half, reported on the other: mtrag and clapnq."""
    return risk_figures(asked.data, asked.build, asked.now, asked.say)


@part("bot_demo", seconds=15, own=True)
def bot_demo(asked: Asked) -> Iterable[Figure]:
    """The same on the demo company's questions."""
    return demo_figures(tarnfell.read(asked.examples), asked.now, asked.say)


@part("bot_simulated", seconds=20, own=True)
def bot_simulated(_asked: Asked) -> Iterable[Figure]:
    """The same where the risk is known."""
    return simulated_figures()


@part("bot_drift", seconds=10)
def bot_drift(asked: Asked) -> Iterable[Figure]:
    """Whether other topics raise the alarm."""
    return drift_figures(asked.data, asked.say)


@part("bot_peak", seconds=60, never=r"^bot/peak/", own=True, alone=True)
def bot_peak(asked: Asked) -> Iterable[Figure]:
    """Two hundred customers and four agents against a running server, and every order of steps."""
    return peak_part(asked.quick, asked.say)


@part("bot_hostile", seconds=40, never=r"^bot/prompt_injection/(secrets_told|unauthorised_actions)$")
def bot_hostile(asked: Asked) -> Iterable[Figure]:
    """Prompt injection through chat and mail against the bot with tools."""
    return hostile_figures(prompt_injection.read(asked.data), asked.quick, asked.say)


@part("bot_shadow", seconds=25, own=True)
def bot_shadow(asked: Asked) -> Iterable[Figure]:
    """The demo company's history in shadow: its words beside the people's."""
    return shadow_figures(asked.examples, tarnfell.read(asked.examples), asked.now, asked.build, asked.say)


@part("bot_person", seconds=8)
def bot_person(asked: Asked) -> Iterable[Figure]:
    """Whether a wish for a person is heard, and what is taken for one."""
    return person_figures(asked.data)
