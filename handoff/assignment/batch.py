"""The batch: many waiting conversations and free agents at once, matched as well as capacity allows.

First come the people: going down the queue, everybody who can be served together with those before is served (a
transversal matroid: this greedy choice serves the most, and nobody ahead is passed over for somebody behind). Then,
among those, the whole is matched for the highest sum of scores (Crouse 2016, `scipy.optimize.linear_sum_assignment`).
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
FORBIDDEN = -1e6


def assign(scores: Floats, room: Floats | NDArray[np.int64]) -> list[int | None]:
    """Match conversations (rows, in the order of the queue) to agents (columns).

    `scores` is NaN where a rule objects; `room` is how many each agent can still take. Returns an agent for each
    conversation, or `None`.

    Raises:
        ValueError: the two do not fit together.
    """
    if scores.ndim != 2 or scores.shape[1] != len(room):
        raise ValueError(f"scores of {scores.shape} for {len(room)} agents")
    capacity = [int(one) for one in room]
    fits = [np.flatnonzero(row).tolist() for row in ~np.isnan(scores)]
    served = _servable(fits, capacity)
    answer: list[int | None] = [None] * len(fits)
    if served:
        for row, agent in zip(served, _best(scores[served], capacity), strict=True):
            answer[row] = agent
    return answer


def assign_sparing(
    scores: Floats, spare: Floats, room: Floats | NDArray[np.int64], kept: Floats | NDArray[np.int64]
) -> list[int | None]:
    """Match the conversations of `scores`; those of `spare` share what room is left, but for `kept` places of each.

    A conversation has scores in one of the two; the other row is NaN.

    Raises:
        ValueError: they do not fit together.
    """
    answer = assign(scores, room)
    taken = np.bincount([agent for agent in answer if agent is not None], minlength=len(room))
    left = np.maximum(0, np.asarray(room) - taken - kept)
    return [first if first is not None else then for first, then in zip(answer, assign(spare, left), strict=True)]


def _servable(fits: Sequence[Sequence[int]], capacity: Sequence[int]) -> list[int]:
    """Return the conversations that are served, found by augmenting paths (Kuhn) in the order of the queue."""
    holds: list[list[int]] = [[] for _ in capacity]
    spare = sum(capacity)
    served: list[int] = []
    for row in range(len(fits)):
        if len(served) == spare:
            break
        if _place(row, fits, capacity, holds, set()):
            served.append(row)
    return served


def _place(
    row: int, fits: Sequence[Sequence[int]], capacity: Sequence[int], holds: list[list[int]], asked: set[int]
) -> bool:
    """Give a conversation to an agent with room, or to one whose other conversations can go elsewhere."""
    free = next((agent for agent in fits[row] if len(holds[agent]) < capacity[agent]), None)
    if free is not None:
        holds[free].append(row)
        return True
    for agent in fits[row]:
        if agent not in asked:
            asked.add(agent)
            moved = next((one for one in list(holds[agent]) if _place(one, fits, capacity, holds, asked)), None)
            if moved is not None:
                holds[agent].remove(moved)
                holds[agent].append(row)
                return True
    return False


def _best(scores: Floats, capacity: list[int]) -> list[int]:
    from scipy.optimize import linear_sum_assignment  # type: ignore[import-untyped]

    most = len(scores)
    places = [agent for agent, room in enumerate(capacity) for _ in range(min(room, most))]
    worth = np.where(np.isnan(scores), FORBIDDEN, scores)[:, places]
    _, columns = linear_sum_assignment(worth, maximize=True)
    return [places[column] for column in columns]
