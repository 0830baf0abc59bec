"""Where a contact ends: METRICS' rule for each channel."""

from collections.abc import Callable
from typing import Any

import pytest

Tell = Callable[..., Any]


@pytest.mark.parametrize(
    ("channel", "hours", "expected"),
    [("chat", 0.5, 1), ("chat", 0.51, 2), ("whatsapp", 24, 1), ("whatsapp", 24.1, 2), ("phone", 40, 1)],
)
def test_a_pause_ends_a_contact_where_people_do_not_wait(tell: Tell, channel: str, hours: float, expected: int) -> None:
    story = tell(f"0 {channel} customer hello\n{hours} {channel} customer again")
    assert len(story.contacts) == expected


def test_on_mail_each_turn_after_an_answer_is_a_contact(tell: Tell) -> None:
    story = tell(
        "0 email customer a\n1 email customer b\n50 email agent:ann c\n51 email customer d\n52 email agent:ann e"
    )
    assert [len(contact.messages) for contact in story.contacts] == [3, 2]


def test_channels_at_the_same_time_are_contacts_of_their_own(tell: Tell) -> None:
    story = tell("0 chat customer a\n0.1 email customer b\n0.2 chat agent:ann c")
    assert [contact.channel for contact in story.contacts] == ["chat", "email"]
    assert story.channels == ("chat", "email")
    assert len(story.switches) == 1
