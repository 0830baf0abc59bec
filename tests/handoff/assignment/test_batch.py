"""The batch: capacity is never exceeded, no rule is broken, nobody ahead is passed over, the sum is the best."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from handoff.assignment.batch import assign, assign_sparing

worth = st.one_of(st.none(), st.floats(0, 1))
tables = st.integers(1, 4).flatmap(
    lambda agents: st.tuples(
        st.lists(st.lists(worth, min_size=agents, max_size=agents), min_size=1, max_size=5),
        st.lists(st.integers(0, 2), min_size=agents, max_size=agents),
    )
)


def every_way(scores: np.ndarray, room: list[int]) -> list[tuple[int | None, ...]]:
    choices = [[None, *np.flatnonzero(~np.isnan(row)).tolist()] for row in scores]
    return [way for way in product(*choices) if all(way.count(agent) <= most for agent, most in enumerate(room))]


@given(table=tables)
def test_it_is_what_trying_every_way_finds(table: tuple[list[list[float | None]], list[int]]) -> None:
    rows, room = table
    scores = np.array([[np.nan if one is None else one for one in row] for row in rows], dtype=float)
    found = assign(scores, np.array(room))
    assert all(found.count(agent) <= most for agent, most in enumerate(room))
    assert all(agent is None or not np.isnan(scores[row, agent]) for row, agent in enumerate(found))
    ways = every_way(scores, room)
    served = max(tuple(agent is not None for agent in way) for way in ways)  # the head of the queue first
    assert tuple(agent is not None for agent in found) == served
    same = [way for way in ways if tuple(agent is not None for agent in way) == served]
    assert _sum(scores, found) == pytest.approx(max(_sum(scores, way) for way in same))


@given(table=tables, kept=st.integers(0, 1), spare=st.sets(st.integers(0, 4)))
def test_who_is_served_out_of_spare_room_takes_nobody_elses_place(
    table: tuple[list[list[float | None]], list[int]], kept: int, spare: set[int]
) -> None:
    rows, room = table
    whole = np.array([[np.nan if one is None else one for one in row] for row in rows], dtype=float)
    late = np.array([row in spare for row in range(len(rows))])
    first, then = (np.where(part[:, None], whole, np.nan) for part in (~late, late))
    found = assign_sparing(first, then, np.array(room), np.full(len(room), kept))
    assert [one for one, waits in zip(found, late, strict=True) if not waits] == [
        one for one, waits in zip(assign(first, np.array(room)), late, strict=True) if not waits
    ]
    for agent, most in enumerate(room):
        assert found.count(agent) <= most
        if any(found[row] == agent for row in np.flatnonzero(late)):
            assert found.count(agent) <= most - kept


def _sum(scores: np.ndarray, way: "list[int | None] | tuple[int | None, ...]") -> float:
    return float(sum(scores[row, agent] for row, agent in enumerate(way) if agent is not None))


def test_nobody_waits_and_nobody_works() -> None:
    assert assign(np.empty((0, 3)), np.array([1, 1, 1])) == []
    assert assign(np.ones((2, 1)), np.array([0])) == [None, None]
    assert assign(np.full((2, 2), np.nan), np.array([5, 5])) == [None, None]
    with pytest.raises(ValueError, match="2 agents"):
        assign(np.ones((2, 3)), np.array([1, 1]))


def test_a_long_queue_and_many_agents() -> None:
    generator = np.random.default_rng(4)
    scores = generator.random((300, 60))
    scores[generator.random((300, 60)) < 0.5] = np.nan
    room = generator.integers(0, 6, 60)
    found = assign(scores, room)
    assert sum(agent is not None for agent in found) == min(300, room.sum())
