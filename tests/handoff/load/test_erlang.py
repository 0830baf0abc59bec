"""The queueing formulas against published tables, a chain solved by hand, and each other."""

import math

import numpy as np
import pytest

from handoff.load.erlang import Goal, Queue, agents_needed, erlang_b, erlang_c, patience_of, places, service


@pytest.mark.parametrize(
    ("offered", "servers", "blocked"),
    # Published Erlang B tables (offered load at which so much is blocked).
    [(4.4612, 10, 0.01), (12.030, 20, 0.01), (84.064, 100, 0.01), (1.0, 1, 0.5), (5.0, 10, 0.018385)],
)
def test_erlang_b_agrees_with_the_published_tables(offered: float, servers: int, blocked: float) -> None:
    assert erlang_b(offered, servers) == pytest.approx(blocked, rel=2e-3)


def test_erlang_c_agrees_with_the_well_known_example_and_with_the_sum() -> None:
    # 200 calls an hour of 3 minutes, 14 agents, 20 s: waits 17.4 %, 88.8 % in time, ASA 7.8 s, occupancy 71.4 %.
    met = service(Queue(200 / 3600, 180, 14), 20)
    assert met.waits == pytest.approx(0.1741, abs=5e-4)
    assert met.within == pytest.approx(0.888, abs=5e-4)
    assert met.wait == pytest.approx(7.8, abs=0.05)
    assert met.occupancy == pytest.approx(0.714, abs=5e-4)
    top = 10**14 / math.factorial(14) * 14 / (14 - 10)
    below = sum(10**k / math.factorial(k) for k in range(14))
    assert erlang_c(10, 14) == pytest.approx(top / (below + top), rel=1e-12)


def test_one_server_is_the_plain_queue() -> None:
    # M/M/1: waits ρ, mean wait ρ/(μ−λ).
    met = service(Queue(0.5, 1.0, 1), 1.0)
    assert met.waits == pytest.approx(0.5)
    assert met.wait == pytest.approx(1.0)


def test_erlang_a_agrees_with_the_published_comparison() -> None:
    # Garnett, Mandelbaum & Reiman: 50 agents, 48 calls a minute of one minute, patience two minutes.
    patient, leaving = Queue(48 / 60, 60, 50), Queue(48 / 60, 60, 50, 120)
    assert service(patient, 20).wait == pytest.approx(20.8, abs=0.1)
    met = service(leaving, 20)
    assert met.abandoned == pytest.approx(0.031, abs=5e-4)
    assert met.wait == pytest.approx(3.7, abs=0.06)
    assert met.occupancy == pytest.approx(0.93, abs=5e-3)
    assert service(leaving, 12.5).within_or_gone == pytest.approx(0.90, abs=5e-3)  # the 90th percentile of the wait


@pytest.mark.parametrize(("rate", "servers", "patience"), [(0.8, 50, 120.0), (1.5, 50, 60.0), (0.02, 1, 300.0)])
def test_erlang_a_agrees_with_the_chain_solved_state_by_state(rate: float, servers: int, patience: float) -> None:
    handle, states = 60.0, 3_000
    weights = [0.0]
    for state in range(1, states):
        leaving = min(state, servers) / handle + max(0, state - servers) / patience
        weights.append(weights[-1] + math.log(rate / leaving))
    share = np.exp(np.array(weights) - max(weights))
    share /= share.sum()
    waiting = np.maximum(0, np.arange(states) - servers)
    met = service(Queue(rate, handle, servers, patience), 30)
    assert met.waits == pytest.approx(share[servers:].sum(), rel=1e-6)
    assert met.abandoned == pytest.approx((share @ waiting) / patience / rate, rel=1e-6)
    assert met.wait == pytest.approx((share @ waiting) / rate, rel=1e-6)
    assert met.occupancy == pytest.approx(share @ np.minimum(np.arange(states), servers) / servers, rel=1e-6)
    assert met.within <= met.within_or_gone <= 1


def test_endless_patience_is_erlang_c_and_no_patience_is_erlang_b() -> None:
    patient = service(Queue(0.8, 60, 50), 20)
    nearly = service(Queue(0.8, 60, 50, 1e7), 20)
    assert nearly.waits == pytest.approx(patient.waits, rel=1e-3)
    assert nearly.within == pytest.approx(patient.within, rel=1e-3)
    assert service(Queue(0.8, 60, 50, 1e-3), 20).abandoned == pytest.approx(erlang_b(48, 50), rel=1e-2)


def test_an_overloaded_queue_grows_without_end_unless_customers_leave() -> None:
    assert service(Queue(2.0, 60, 50), 20).wait == math.inf
    assert service(Queue(2.0, 60, 50), 20).within == 0
    leaving = service(Queue(2.0, 60, 50, 60), 20)
    assert leaving.abandoned == pytest.approx(1 - 50 / 120, rel=1e-2)
    assert leaving.wait < 60


def test_nobody_there_and_nobody_asking() -> None:
    assert service(Queue(0.0, 60, 0), 20).within == 1
    assert service(Queue(0.1, 60, 0), 20).wait == math.inf
    assert service(Queue(0.1, 60, 0, 90), 20).abandoned == 1


def test_chats_at_once_are_places_and_the_least_number_of_agents_keeps_the_promise() -> None:
    queue, goal = Queue(200 / 3600, 180, 0), Goal(0.8, 20)
    assert places(4, 3) == 12
    assert agents_needed(queue, goal) == 14  # 13 give 79.6 %
    assert agents_needed(queue, goal, chats=3) == 5
    assert agents_needed(Queue(0.0, 180, 0), goal) == 0
    with pytest.raises(ValueError, match="promised"):
        agents_needed(queue, Goal(1.0, 20))


def test_patience_is_read_off_who_left() -> None:
    known = Queue(0.8, 60, 50, 120)
    assert patience_of(service(known, 0).abandoned, known) == pytest.approx(120, rel=1e-3)
    assert patience_of(0.0, known) is None
