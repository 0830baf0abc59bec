"""The peak: 200 customers in two minutes (time-scaled) and four agents against a running server, all by HTTP.

Customers and agents come from the simulator's model (`evals.peak.world`). What is judged is read off the timelines the
server itself tells: no message lost, none answered twice, no word of the bot after a person took over.
"""

import asyncio
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from evals.bot.interleavings import LONG, PASSED_ON, SHORT, Wrong, tried
from evals.bot.stage import open_story
from evals.figures import Figure
from evals.peak.judging import Judged, judged
from evals.peak.play import play
from evals.peak.site import AGENTS, SEED, Serve, serving
from evals.peak.world import SHARES, draw
from evals.serving import running

CUSTOMERS, MINUTES = 200, 2.0
# So many seconds agents are still with others when a full peak begins: half of the arrivals.
BUSY = 8.0
Say = Callable[[str], None]


def run(
    customers: int = CUSTOMERS,
    minutes: float = MINUTES,
    scale: float = 8.0,
    seed: int = SEED,
    serve: Serve = running,
    busy: float = 0.0,
) -> Judged:
    """Play a peak and judge it; minutes pass `scale` times as fast, agents are `busy` for the first seconds.

    Raises:
        Unavailable: the server does not come up.
    """
    drawn = draw(customers, minutes * 60, seed)
    with serving(seed, serve) as site:
        seen, seconds = asyncio.run(play(site, drawn, scale, busy))
        return judged(site, drawn, seen, seconds)


def peak_part(quick: bool, say: Say) -> Iterator[Figure]:
    """Try every order of steps, play the peak, and yield the figures."""
    with tempfile.TemporaryDirectory() as place, open_story(Path(place)) as story:
        scripts = (SHORT,) if quick else (SHORT, PASSED_ON, LONG[1:])
        each = [tried(story, Path(place), one) for one in scripts]
        orders = sum(count for count, _ in each), sum((wrong for _, wrong in each), Wrong())
    say(f"peak: {orders[0]} orders of steps; now {CUSTOMERS} customers")
    yield from peak_figures(run(40 if quick else CUSTOMERS, busy=BUSY), orders)


def peak_figures(found: Judged, interleavings: tuple[int, Wrong]) -> Iterator[Figure]:
    """Yield the three counts that must be 0; the orders of steps that were tried stand beside."""
    orders, wrong = interleavings
    settings = {
        "customers": found.customers,
        "agents": AGENTS,
        "minutes": MINUTES,
        "agents_busy_at_first": BUSY,
        "shares": dict(SHARES),
        "answered_by_bot": found.by_bot,
        "of_them_right": found.right,
        "handed_over": found.handed,
        "with_a_told_wait": found.told_wait,
        "replies_of_agents": found.by_agents,
        "seconds": round(found.seconds, 1),
        "orders_of_steps_tried": orders,
        "wrong_in_them": dict(vars(wrong)),
        "label": "simulated customers, by HTTP",
    }
    for name, value in (
        ("lost", found.wrong.lost + wrong.lost),
        ("doubled", found.wrong.doubled + wrong.doubled),
        ("spoke_over_agent", found.wrong.spoke_over_agent + wrong.spoke_over_agent),
    ):
        yield Figure(f"bot/peak/{name}", value, "messages", found.messages, seed=SEED, settings=settings)
