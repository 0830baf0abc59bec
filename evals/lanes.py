"""Work side by side in processes of their own, which make room for new ones now and then."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from queue import SimpleQueue
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

# Pieces of work that a process does before another takes its place: memory is given back, imports are not paid each
# time. `max_tasks_per_child` would say the same and hangs in Python 3.11 (python/cpython#115634).
FRESH = 4


def side_by_side(
    work: Callable[[Item], Result], items: Iterable[Item], lanes: int, died: Callable[[Item], Result]
) -> Iterator[Result]:
    """Yield what `work` makes of each item as it ends, `lanes` at a time, begun in their order.

    `died` says what came of an item whose process was killed. `work` and its results must be picklable.

    Raises:
        Exception: what `work` raised; items that were not begun are left undone.
    """
    waiting = deque(items)
    ended: SimpleQueue[Result | Exception] = SimpleQueue()
    expected = len(waiting)
    with ThreadPoolExecutor(lanes) as threads:
        try:
            for _ in range(lanes):
                threads.submit(_lane, work, waiting, ended, died)
            for _ in range(expected):
                one = ended.get()
                if isinstance(one, Exception):
                    raise one
                yield one
        finally:
            waiting.clear()


def _lane(
    work: Callable[[Item], Result],
    waiting: deque[Item],
    ended: "SimpleQueue[Result | Exception]",
    died: Callable[[Item], Result],
) -> None:
    while waiting:
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
            for _ in range(FRESH):
                try:
                    item = waiting.popleft()
                except IndexError:
                    return
                try:
                    ended.put(process.submit(work, item).result())
                except BrokenProcessPool:
                    ended.put(died(item))
                    break
                except Exception as error:  # noqa: BLE001  it is raised where the results are read
                    ended.put(error)
