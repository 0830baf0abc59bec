"""Throttling counts, forgets and stays small."""

from datetime import UTC, datetime, timedelta

import pytest

from api import throttle
from api.failures import TooMany
from api.throttle import Throttle

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def test_the_limit_counts_tries_within_the_window() -> None:
    door = Throttle(2, 10 * SECOND)
    door.try_once("a", NOON)
    door.try_once("a", NOON + 4 * SECOND)
    with pytest.raises(TooMany) as refused:
        door.try_once("a", NOON + 5 * SECOND)
    assert refused.value.seconds == 5
    door.try_once("b", NOON + 5 * SECOND)
    door.try_once("a", NOON + 10 * SECOND)
    with pytest.raises(TooMany):
        door.try_once("a", NOON + 11 * SECOND)


def test_a_refused_try_does_not_prolong_the_wait() -> None:
    door = Throttle(1, 10 * SECOND)
    door.try_once("a", NOON)
    for second in range(1, 10):
        with pytest.raises(TooMany):
            door.try_once("a", NOON + second * SECOND)
    door.try_once("a", NOON + 10 * SECOND)


def test_who_succeeds_gets_the_tries_back() -> None:
    door = Throttle(1, 10 * SECOND)
    door.try_once("a", NOON)
    door.forget(["a", "never seen"])
    door.try_once("a", NOON)


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttle, "MAX_KEYS", 3)
    door = Throttle(1, 10 * SECOND)
    for key in "abcd":
        door.try_once(key, NOON)
    door.try_once("a", NOON)  # forgotten: it was used longest ago
    with pytest.raises(TooMany):
        door.try_once("d", NOON)
