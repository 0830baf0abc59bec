"""The queue: urgency counts, and time beats it in the end."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from handoff.assignment.queue import HEADSTART, Priority, Waiting, in_order, span, why_here
from knowledge.ids import ConversationId

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
priorities = st.sampled_from(list(HEADSTART))
waits = st.lists(st.tuples(st.integers(0, 2_000), priorities), min_size=1, max_size=20)


def waiting(number: int, minutes: int, priority: Priority) -> Waiting:
    return Waiting(ConversationId(f"{number:04}"), NOW - timedelta(minutes=minutes), priority)


def test_urgent_goes_first_and_says_why() -> None:
    queue = in_order(
        [waiting(1, 90, "normal"), waiting(2, 5, "urgent"), waiting(3, 200, "low"), waiting(4, 20, "high")]
    )
    assert [one.conversation for one in queue] == ["0002", "0003", "0001", "0004"]
    assert why_here(queue[0], 1, NOW) == "place 1: waits 5 min, urgent counts 240 min more"
    assert why_here(queue[2], 3, NOW) == "place 3: waits 90 min"
    assert [span(one) for one in (0, 119, 120, 2_879, 2_880)] == ["0 min", "119 min", "2 hours", "47 hours", "2 days"]


@given(cases=waits)
def test_nobody_starves(cases: list[tuple[int, Priority]]) -> None:
    queue = in_order(waiting(number, *case) for number, case in enumerate(cases))
    widest = max(HEADSTART.values()) - min(HEADSTART.values())
    for place, one in enumerate(queue):
        assert all(ahead.since <= one.since + widest for ahead in queue[:place])


@given(cases=waits)
def test_the_order_does_not_depend_on_the_order_of_reading(cases: list[tuple[int, Priority]]) -> None:
    found = [waiting(number, *case) for number, case in enumerate(cases)]
    assert in_order(found) == in_order(reversed(found))
