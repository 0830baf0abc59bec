"""Languages: thirty of them, told right or not at all, and the bot keeps out of all but its own."""

from evals.answering import language
from evals.answering.language import SPEAKS, Text, language_figures, spoken_to, texts
from evals.registry import parts


def test_thirty_languages_are_written_each_message_once() -> None:
    written = texts()
    assert len({one.own for one in written}) == 30
    assert len({one.text for one in written}) == len(written) == 90


def test_the_bot_speaks_english_alone_and_nothing_else_keeps_it_out(monkeypatch) -> None:
    asked = [
        Text("How many days do I have to return unworn boots?", ("en",)),
        Text("Wie lange kann ich ungetragene Stiefel zurückgeben?", ("de",)),
    ]
    english, german = spoken_to(asked)
    assert english in SPEAKS
    assert german == "hand_off"
    monkeypatch.setattr(language, "COVERED", frozenset({"de"}))
    assert spoken_to(asked[:1]) == ["hand_off"]


def test_figures_count_what_must_not_happen() -> None:
    found = {one.name: one for one in language_figures()}
    right, outside = found["language/written/right_or_unknown"], found["language/written/automatic_answers_outside"]
    assert right.value >= 0.95
    assert right.settings["reply: right"] > 0.75
    assert (outside.value, outside.n) == (0, 87)
    assert outside.settings["answered inside"] > 0
    assert parts()["language"].never is not None
    assert parts()["language"].happened([outside]) == []
