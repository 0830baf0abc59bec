"""Times, names and amounts as people read them."""

from datetime import UTC, datetime, timedelta

import pytest

from api import words

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        (0, "now"),
        (1, "1 min"),
        (59, "59 min"),
        (60, "1 h"),
        (1439, "23 h"),
        (1440, "1 d"),
        (20160, "2 wk"),
        (-5, "now"),
    ],
)
def test_ago(minutes: int, said: str) -> None:
    assert words.ago(NOW - timedelta(minutes=minutes), NOW) == said


def test_days_are_those_of_the_zone() -> None:
    tokyo, utc = words.find_zone("Asia/Tokyo"), words.find_zone("UTC")
    late = datetime(2026, 3, 9, 20, 0, tzinfo=UTC)
    assert words.day(late, utc, NOW) == "Yesterday"
    assert words.day(late, tokyo, NOW) == "Today"
    assert words.day(datetime(2025, 12, 3, tzinfo=UTC), utc, NOW) == "Wednesday, 3 December 2025"
    assert words.hour(late, tokyo) == "05:00"


def test_unknown_zones_are_utc() -> None:
    assert words.find_zone("../../etc/passwd").key == "UTC"
    assert words.find_zone("").key == "UTC"
    assert words.local_time("Nowhere/City", NOW) == ""
    assert words.local_time("Europe/Berlin", NOW) == "13:00"


def test_names() -> None:
    assert words.initials("Maren van der Lindqvist") == "ML"
    assert words.initials("ana@example.com") == "A"
    assert words.initials("") == "?"
    assert words.handle("c" * 64) == "web visitor cccccc"
    assert words.channel_icon("instagram") == "social"
    assert words.channel_icon("carrier_pigeon") == "channel"
    assert words.channel_name("carrier_pigeon") == "Carrier pigeon"
    assert words.facts({"shoe_size": 42, "empty": ""}, {"summit_club": True, "likes": ["a", "b"]}) == [
        ("Shoe size", "42"),
        ("Summit club", "Yes"),
        ("Likes", "a, b"),
    ]
