"""Queueing formulas: Erlang B, C and A, with several chats an agent as so many places.

All rates are per second, all times in seconds. Sources: Erlang B recursion (Angus 2001); Erlang C as in METRICS;
Erlang A (M/M/n+M) after Mandelbaum & Zeltyn, "The Palm/Erlang-A queue" and the M/M/n+G relations.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

# Nobody staffs more places than this; a search for the right number stops here.
MOST_SERVERS = 10_000
# Steps of the integral over the virtual wait; Simpson's rule is exact to about 1e-9 with these.
STEPS = 4_000


@dataclass(frozen=True)
class Queue:
    """What a formula needs: arrivals a second, mean handling time, places, mean patience (`None`: all wait)."""

    rate: float
    handle: float
    servers: int
    patience: float | None = None

    @property
    def offered(self) -> float:
        """The offered load in erlangs: arrivals × handling time."""
        return self.rate * self.handle


@dataclass(frozen=True)
class Service:
    """What customers meet: chance to wait, mean wait (of all), share answered within the target, share who leave.

    `within_or_gone` counts those who left before the target as well: the other definition of a service level.
    `occupancy` is the share of time a place is busy. A queue that grows without end has an infinite wait.
    """

    waits: float
    wait: float
    within: float
    within_or_gone: float
    abandoned: float
    occupancy: float


def places(agents: int, chats: int) -> int:
    """Return how many conversations `agents` can hold at once when each takes `chats`.

    The handling time that goes with it must be measured at that number of chats: it is longer than alone.
    """
    return max(0, agents) * max(1, chats)


def erlang_b(offered: float, servers: int) -> float:
    """Return the share of arrivals that find all places taken when nobody can wait (0 to 1)."""
    blocked = 1.0
    for busy in range(1, servers + 1):
        blocked = offered * blocked / (busy + offered * blocked)
    return blocked


def erlang_c(offered: float, servers: int) -> float:
    """Return the chance to wait when nobody leaves; 1 when the load is not below the places."""
    if offered <= 0:
        return 0.0
    if servers <= offered:
        return 1.0
    blocked = erlang_b(offered, servers)
    return servers * blocked / (servers - offered * (1 - blocked))


def service(queue: Queue, target: float) -> Service:
    """Return what customers meet in a queue; `target` is the wait within which they should be answered, seconds."""
    if queue.rate <= 0 or queue.handle <= 0:
        return Service(0.0, 0.0, 1.0, 1.0, 0.0, 0.0)
    if queue.servers <= 0:
        return _nobody_there(queue, target)
    return _patient(queue, target) if queue.patience is None else _leaving(queue, target, queue.patience)


def _nobody_there(queue: Queue, target: float) -> Service:
    gone = 0.0 if queue.patience is None else 1 - math.exp(-target / queue.patience)
    left = 0.0 if queue.patience is None else 1.0
    return Service(1.0, queue.patience or math.inf, 0.0, gone, left, 1.0)


def _patient(queue: Queue, target: float) -> Service:
    offered, servers = queue.offered, queue.servers
    chance = erlang_c(offered, servers)
    if servers <= offered:
        return Service(1.0, math.inf, 0.0, 0.0, 0.0, 1.0)
    wait = chance * queue.handle / (servers - offered)
    within = 1 - chance * math.exp(-(servers - offered) * target / queue.handle)
    return Service(chance, wait, within, within, 0.0, offered / servers)


def _leaving(queue: Queue, target: float, patience: float) -> Service:
    """Erlang A: the density of the virtual wait is integrated; exponents are shifted so that none overflows."""
    served = queue.servers / queue.handle
    leave = 1 / patience

    def exponent(wait: float) -> float:
        return queue.rate * (1 - math.exp(-leave * wait)) / leave - served * wait

    # Where arrivals still willing to wait equal what is served, the density is highest.
    top = patience * math.log(queue.rate / served) if queue.rate > served else 0.0
    shift = exponent(top)

    def height(wait: float) -> float:
        return math.exp(exponent(wait) - shift)

    end = top + _reach(exponent, shift, top, 1 / served)
    whole, late = _integral(height, 0.0, end), _integral(height, min(target, end), end)
    blocked = erlang_b(queue.offered, queue.servers - 1)
    idle = math.exp(-shift) / blocked if blocked > 0 else math.inf
    total = idle + queue.rate * whole
    waits = queue.rate * whole / total
    abandoned = max(0.0, (math.exp(-shift) + (queue.rate - served) * whole) / total)
    served_late = max(0.0, served * late - height(target)) / total if target < end else 0.0
    still_there = queue.rate * math.exp(-leave * target) * late / total
    busy = queue.rate * (1 - abandoned) / served
    return Service(waits, abandoned * patience, 1 - abandoned - served_late, 1 - still_there, abandoned, busy)


def _reach(exponent: Callable[[float], float], shift: float, top: float, step: float) -> float:
    """Return how far beyond its top the density is still above e^-40 of it."""
    while exponent(top + step) - shift > -40:
        step *= 2
    return step


def _integral(height: Callable[[float], float], start: float, end: float) -> float:
    """Return the integral by Simpson's rule."""
    if end <= start:
        return 0.0
    width = (end - start) / STEPS
    inner = sum((4 if step % 2 else 2) * height(start + step * width) for step in range(1, STEPS))
    return (height(start) + inner + height(end)) * width / 3


@dataclass(frozen=True)
class Goal:
    """What is promised: a share of customers answered within so many seconds."""

    share: float = 0.8
    seconds: float = 60.0


def agents_needed(queue: Queue, goal: Goal, chats: int = 1) -> int:
    """Return the least number of agents, each with `chats` at once, that keeps the promise; `queue.servers` is moot.

    Raises:
        ValueError: the promise is not a share below 1.
    """
    if not 0 < goal.share < 1:
        raise ValueError("a share between 0 and 1 can be promised")
    low, high = 0, 1
    while _share(queue, high, chats, goal) < goal.share and high < MOST_SERVERS:
        low, high = high, high * 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _share(queue, middle, chats, goal) >= goal.share else (middle, high)
    return 0 if queue.rate <= 0 else high


def _share(queue: Queue, agents: int, chats: int, goal: Goal) -> float:
    staffed = Queue(queue.rate, queue.handle, places(agents, chats), queue.patience)
    return service(staffed, goal.seconds).within


def patience_of(abandoned: float, queue: Queue) -> float | None:
    """Return the mean patience (seconds) that explains a share who left, `None` when nobody left: Erlang C holds.

    Erlang A's share falls as patience grows, so halving finds it.
    """
    if abandoned <= 0 or queue.rate <= 0:
        return None
    low, high = 1e-3, 1e7
    for _ in range(60):
        middle = math.sqrt(low * high)
        left = service(Queue(queue.rate, queue.handle, queue.servers, middle), 0.0).abandoned
        low, high = (middle, high) if left > abandoned else (low, middle)
    return math.sqrt(low * high)
