"""The made-up floor: nobody is lost, nobody takes too much, no policy sees the truth; ours passes fewer on, and waiting
for the skilled for ever costs more than it brings.
"""

import ast
from collections import Counter
from pathlib import Path

from evals.routing import queue_world
from evals.routing.queue_policies import WAYS, queue_figures
from evals.routing.queue_world import floor, run, visitors
from handoff.agents.scoring import learn


def test_everybody_ends_once_and_room_is_kept() -> None:
    workers = floor(6, 1)
    rooms = {worker.name: worker.room for worker in workers}
    for make in WAYS.values():
        inner = make(workers, learn([]))

        def policy(now, waiting, busy, inner=inner):  # type: ignore[no-untyped-def]
            assert all(count <= rooms[name] for name, count in busy.items())
            return inner(now, waiting, busy)

        ended = run(workers, visitors(80, 2.0, 1), policy, 1)
        assert Counter(one.visitor.number for one in ended) == Counter(range(80))
        assert all(one.waited >= 0 for one in ended)


def test_the_floor_knows_nothing_of_the_product() -> None:
    tree = ast.parse(Path(queue_world.__file__).read_text())
    modules = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert modules <= {"collections.abc", "dataclasses"}


def test_ours_passes_fewer_on_than_ways_without_skills() -> None:
    figures = {one.name: one for one in queue_figures(days=2)}
    for load in ("calm", "busy"):
        passed = figures[f"queue/demo/{load}/transfers"]
        assert passed.value < min(passed.baseline["round_robin"], passed.baseline["most_room"])
        solved = figures[f"queue/demo/{load}/solved"]
        assert solved.value > max(solved.baseline.values())  # skills only among them, calm and busy
        waits = figures[f"queue/demo/{load}/wait_minutes"]
        assert waits.value < min(waits.baseline["skills_only"], waits.baseline["ours_waiting"])
    waited, spread = figures["queue/demo/calm/wait_minutes"], figures["queue/demo/calm/load_spread"]
    assert waited.value < waited.baseline["ours_waiting"] / 2
    assert spread.value < spread.baseline["ours_waiting"]
