"""Practice: customers one after another with a score, and a room that opens few shops and closes every one."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from evals.simulation.exercise import RUBRIC
from evals.simulation.practice import LASTS, MOST_AT_ONCE, Practice, Room, shop
from knowledge.failures import Conflict, NotFound, Rejected, Unavailable
from tests.conftest import NOW

ASKS = "Could you tell me your order number and your address?"


@pytest.fixture(scope="module")
def practice() -> Iterator[Practice]:
    with shop("kim@x.example", 2, 1) as opened:
        yield opened


class Shops:
    """Lets everybody into the one shop of these tests, or nobody, and counts who is in it."""

    def __init__(self, practice: Practice | None) -> None:
        self.practice, self.open = practice, 0

    @contextmanager
    def __call__(self, *_: object) -> Iterator[Practice]:
        if self.practice is None:
            raise Unavailable("The server did not come up.")
        self.open += 1
        yield self.practice
        self.open -= 1


def test_customers_come_one_after_another_and_the_score_is_all_of_theirs(practice: Practice) -> None:
    with pytest.raises(Rejected, match="1 to 4,000"):
        practice.reply("  ")
    with pytest.raises(Rejected):
        practice.reply("x" * 5_000)
    assert [line.who for line in practice.lines] == ["customer"]
    assert practice.open_package()["issue"]
    practice.suggest()
    practice.reply("Standard delivery takes three to five working days.")
    first = practice.end()
    assert first["opened_package"]
    assert (practice.number, practice.over, practice.package, practice.suggested) == (1, False, None, None)
    practice.reply(ASKS)
    assert practice.lines[1].text == ASKS
    practice.end()
    assert practice.over
    made = practice.training(NOW)
    assert set(made.rubric) == set(RUBRIC)
    assert made.rubric["opened_package"] == (1, 2)


def test_few_shops_are_open_at_once_and_none_for_long(practice: Practice) -> None:
    shops = Shops(practice)
    room = Room(shops)
    assert room.begin("kim@x.example", 2, 1, NOW) is practice
    assert room.of("kim@x.example", NOW) is practice
    room.end("kim@x.example")
    room.end("kim@x.example")
    assert shops.open == 0
    with pytest.raises(NotFound, match="not practising"):
        room.of("kim@x.example", NOW)
    for number in range(MOST_AT_ONCE):
        room.begin(f"{number}@x.example", 1, number, NOW)
    with pytest.raises(Conflict, match="Too many"):
        room.begin("one-more@x.example", 1, 9, NOW)
    room.begin("0@x.example", 1, 9, NOW)  # who begins again gives up what was begun
    assert shops.open == MOST_AT_ONCE
    late = NOW + LASTS + timedelta(seconds=1)
    with pytest.raises(NotFound):
        room.of("1@x.example", late)
    room.begin("one-more@x.example", 1, 9, late)
    assert shops.open == 1
    room.close()
    assert shops.open == 0


def test_a_shop_that_does_not_open_takes_no_place() -> None:
    room = Room(Shops(None))
    for _ in range(MOST_AT_ONCE + 1):
        with pytest.raises(Unavailable):
            room.begin("kim@x.example", 1, 1, NOW)
