"""Turns: one at a time for a key, nothing remembered afterwards."""

import threading

from api.turns import Turns


def test_one_at_a_time_for_a_key_and_nothing_is_kept() -> None:
    turns, inside, most = Turns(), [0], [0]

    def work() -> None:
        for _ in range(50):
            with turns.of("a"):
                inside[0] += 1
                most[0] = max(most[0], inside[0])
                inside[0] -= 1

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1]
    assert turns._wanted == {}


def test_another_key_does_not_wait() -> None:
    turns = Turns()
    with turns.of("a"), turns.of("b"):
        assert set(turns._wanted) == {"a", "b"}
