"""Wishes for a person are heard on public data, and ordinary questions are not taken for them."""

from pathlib import Path

from evals.bot.person import person_figures


def test_wishes_are_heard_and_questions_left_alone(data: Path) -> None:
    heard, false = person_figures(data)
    assert (heard.name, false.name) == ("bot/person_please/heard", "bot/person_please/false_alarms")
    assert heard.value > 0.75
    assert false.value < 0.01
