"""Ways to route in the made-up floor, and what each leads to: round robin, most room, skills only, ours, ours waiting
for the skilled however long that takes, and ours where whoever waits longest takes anybody's room.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

import numpy as np

from evals.figures import Figure, figure
from evals.intervals import difference_interval, mean_interval
from evals.routing.queue_world import Busy, Ended, Policy, Visitor, Worker, floor, run, visitors
from handoff.agents.agent import Agent, Need
from handoff.agents.scoring import Outcome, Scorer, Subject, learn
from handoff.assignment.batch import assign_sparing
from handoff.assignment.queue import Waiting, in_order
from handoff.assignment.widening import who_fits, wide_by_now
from handoff.learning.pooling import Model
from handoff.plan import Assigning, Plan
from knowledge.ids import ConversationId

SEED = 20261125
DAYS = 12
CROWD = 220
AGENTS = 12
# Visitors a minute: the floor holds about 3.3 at once when nobody is passed on.
LOADS = {"calm": 1.3, "busy": 2.6}
BEGIN = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
Make = Callable[[Sequence[Worker], Model], Policy]


def queue_figures(days: int = DAYS) -> Iterator[Figure]:
    """Days of visitors over one floor, calm and busy, the same days for each way; ours learns from days before them."""
    workers = floor(AGENTS, SEED)
    for load, a_minute in LOADS.items():
        crowds = [visitors(CROWD, a_minute, SEED + 100 + day) for day in range(days // 2)]
        before = [one for crowd in crowds for one in run(workers, crowd, _by_skill(workers, learn([])), SEED)]
        model = learn(_outcomes(before))
        found = {name: _days(workers, make(workers, model), a_minute, days) for name, make in WAYS.items()}
        for measure in MEASURES:
            yield _figure(load, measure, found)


def _days(workers: Sequence[Worker], policy: Policy, a_minute: float, days: int) -> list[list[Ended]]:
    return [run(workers, visitors(CROWD, a_minute, SEED + day), policy, SEED + day) for day in range(days)]


def _figure(load: str, measure: str, found: Mapping[str, list[list[Ended]]]) -> Figure:
    unit, of = MEASURES[measure]
    values = {way: [of(day) for day in days] for way, days in found.items()}
    ours = values.pop("ours")
    gains = {way: difference_interval(ours, theirs, seed=SEED) for way, theirs in values.items()}
    return figure(
        f"queue/demo/{load}/{measure}",
        mean_interval(ours, seed=SEED),
        unit,
        baseline={way: float(np.mean(theirs)) for way, theirs in values.items()},
        seed=SEED,
        settings={
            "demo": "made-up floor: no evidence about a real one",
            "visitors_a_day": CROWD,
            "difference": {way: [round(b, 4) for b in (one.value, one.low, one.high)] for way, one in gains.items()},
        },
    )


def _spread(day: Sequence[Ended]) -> float:
    counts = Counter(one.by for one in day if one.by)
    loads = np.array([counts.get(f"agent-{number:02}", 0) for number in range(AGENTS)])
    return float(loads.std() / loads.mean())


def _outcomes(ended: Sequence[Ended]) -> list[Outcome]:
    return [
        Outcome(one.by, Subject(one.visitor.topic, "chat"), BEGIN + timedelta(minutes=place), one.solved)
        for place, one in enumerate(ended)
        if one.by
    ]


def _free(workers: Sequence[Worker], busy: Busy, visitor: Visitor) -> list[Worker]:
    return [one for one in workers if busy[one.name] < one.room and one.name not in visitor.refused]


def _one_by_one(workers: Sequence[Worker], pick: Callable[[list[Worker], Busy, Visitor], Worker | None]) -> Policy:
    def policy(_: float, waiting: Sequence[Visitor], busy: Busy) -> list[tuple[Visitor, Worker]]:
        found = []
        for visitor in sorted(waiting, key=lambda one: one.since):
            to = pick(_free(workers, busy, visitor), busy, visitor)
            if to is not None:
                busy[to.name] += 1
                found.append((visitor, to))
        return found

    return policy


def _round_robin(workers: Sequence[Worker], _: Model) -> Policy:
    turn = [0]
    order = [worker.name for worker in workers]

    def pick(free: list[Worker], _busy: Busy, _visitor: Visitor) -> Worker | None:
        if not free:
            return None
        chosen = min(free, key=lambda one: (order.index(one.name) - turn[0]) % len(order))
        turn[0] = order.index(chosen.name) + 1
        return chosen

    return _one_by_one(workers, pick)


def _most_room(workers: Sequence[Worker], _: Model) -> Policy:
    return _one_by_one(
        workers, lambda free, busy, _: max(free, key=lambda one: one.room - busy[one.name], default=None)
    )


def _by_skill(workers: Sequence[Worker], _: Model) -> Policy:
    def pick(free: list[Worker], busy: Busy, visitor: Visitor) -> Worker | None:
        fit = [one for one in free if visitor.topic in one.skills and visitor.language in one.languages]
        return max(fit, key=lambda one: one.room - busy[one.name], default=None)

    return _one_by_one(workers, pick)


def _ours(workers: Sequence[Worker], model: Model, usual: Assigning | None = None, *, sparing: bool = True) -> Policy:
    """The product's own rules, score and batch, as its plan says by default.

    Not `sparing`: widened, a visitor stands where they stand in the queue, whoever is skilled for those behind.
    """
    plan = Plan(assignment=usual or Assigning())
    agents = [
        Agent(one.name, skills=one.skills, languages=one.languages, capacity={"chat": one.room}) for one in workers
    ]
    by_name = {one.name: one for one in workers}
    scorer = Scorer(model, BEGIN + timedelta(days=30), plan.assignment.even)

    def policy(now: float, waiting: Sequence[Visitor], busy: Busy) -> list[tuple[Visitor, Worker]]:
        at = BEGIN + timedelta(minutes=now)
        known = {f"{one.number:06}": one for one in waiting}
        queue = in_order(
            Waiting(ConversationId(key), BEGIN + timedelta(minutes=one.since)) for key, one in known.items()
        )
        loads = {name: {"chat": count} for name, count in busy.items()}
        scores = np.full((len(queue), len(agents)), np.nan)
        spare = scores.copy()
        for row, place in enumerate(queue):
            visitor = known[place.conversation]
            need = Need(at, "chat", visitor.language, frozenset({visitor.topic}), refused=frozenset(visitor.refused))
            wide = wide_by_now(plan, visitor.topic, "chat", place.since, at)
            fitting = who_fits(agents, need, loads, wide if sparing or wide == "now" else "never")
            for one in scorer.rank(fitting.fit, Subject(visitor.topic, "chat"), loads):
                (spare if fitting.spare and sparing else scores)[row, agents.index(one.agent)] = scorer.worth(one)
        room = np.array([max(0, one.room("chat") - busy[one.email]) for one in agents])
        kept = np.array([int(one.room("chat") > 1) for one in agents])
        pairs = zip(queue, assign_sparing(scores, spare, room, kept), strict=True)
        return [(known[one.conversation], by_name[agents[to].email]) for one, to in pairs if to is not None]

    return policy


def _patient(workers: Sequence[Worker], model: Model) -> Policy:
    return _ours(workers, model, Assigning(widen_minutes=None, even=0))


def _in_turn(workers: Sequence[Worker], model: Model) -> Policy:
    return _ours(workers, model, sparing=False)


WAYS: dict[str, Make] = {
    "round_robin": _round_robin,
    "most_room": _most_room,
    "skills_only": _by_skill,
    "ours_waiting": _patient,
    "ours_widening_in_turn": _in_turn,
    "ours": _ours,
}
MEASURES: dict[str, tuple[str, Callable[[Sequence[Ended]], float]]] = {
    "wait_minutes": ("minutes", lambda day: float(np.mean([one.waited for one in day]))),
    "transfers": ("per visit", lambda day: float(np.mean([one.visitor.moves for one in day]))),
    "solved": ("rate", lambda day: float(np.mean([one.solved for one in day]))),
    "load_spread": ("deviation / mean", _spread),
}
