import math
import os
from collections.abc import Sequence

import pytest

from evals.lanes import FRESH, side_by_side


def never(item: object) -> int:
    raise AssertionError(item)


def test_every_item_ends_though_processes_are_replaced() -> None:
    items = range(-3 * FRESH, 0)
    assert sorted(side_by_side(abs, items, 2, never)) == sorted(map(abs, items))
    assert not list(side_by_side(abs, [], 2, never))


def test_a_process_that_is_killed_costs_its_own_item_alone() -> None:
    codes: Sequence[int] = [3, 5]
    assert sorted(side_by_side(os._exit, codes, 2, lambda code: code * 10)) == [30, 50]


def test_what_work_raises_is_raised() -> None:
    with pytest.raises(ValueError, match="math domain error|nonnegative"):
        list(side_by_side(math.sqrt, [4.0, -1.0], 1, never))
