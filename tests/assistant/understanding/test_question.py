"""From a conversation to one question that stands by itself."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.brief import Turn
from assistant.understanding.question import MAX_QUESTION_CHARS, Question, carry, plain_question, standalone, trim
from knowledge.ids import EntryId


def talk(*turns: str) -> list[Turn]:
    """Write turns as "c: text" (customer) or "u: text" (us)."""
    at = datetime(2026, 11, 1, tzinfo=UTC)
    return [
        Turn("customer" if turn[0] == "c" else "us", turn[3:], at, "chat", EntryId(str(number)))
        for number, turn in enumerate(turns)
    ]


def test_messages_in_a_row_are_one_turn() -> None:
    found = standalone(talk("c: Hello", "c: my boots are wet", "c: can I dry them in the oven?"))
    assert found is not None
    assert found.focus == "Hello my boots are wet can I dry them in the oven?"
    assert found.answers == "2"


def test_the_last_two_turns_make_the_question() -> None:
    found = standalone(
        talk("c: Do you sell tents?", "u: Yes.", "c: Ridge tent sizes please?", "u: 2 or 3.", "c: How heavy is it?")
    )
    assert found is not None
    assert found.text == "Ridge tent sizes please?\nHow heavy is it?"
    assert found.focus == "How heavy is it?"


@pytest.mark.parametrize(
    ("new", "text"),
    [
        ("Do you ship parcels to Norway?", "Do you ship parcels to Norway?"),
        ("Any news?", "The pole of my Raven tent snapped.\nAny news?"),
    ],
)
def test_after_a_pause_a_question_stands_alone_unless_it_says_little(new: str, text: str) -> None:
    old, later = talk("c: The pole of my Raven tent snapped.", f"c: {new}")
    found = standalone([old, replace(later, at=old.at + timedelta(hours=20))])
    assert found is not None
    assert found.text == text
    assert found.focus == new


def test_a_third_turn_comes_in_when_two_say_little() -> None:
    found = standalone(
        talk("c: Do you sell family tents?", "u: Yes.", "c: Which?", "u: Two.", "c: And the weight of it?")
    )
    assert found is not None
    assert found.text.splitlines() == ["Do you sell family tents?", "Which?", "And the weight of it?"]


def test_nothing_said_is_no_question() -> None:
    assert standalone(talk("u: Welcome!")) is None
    assert standalone([]) is None


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("Hi there,\n\nwhere is it?\n\nBest regards,\nAnna\nTarnfell Ltd", "where is it?"),
        ("Dear Sir or Madam,\nwhere is it?\nSent from my iPhone", "where is it?"),
        ("Where is it?\n\nOn Mon, 3 Nov 2026 at 10:00, Shop <a@b.c> wrote:\n> your order", "Where is it?"),
        ("Where is it?\n> quoted\nReally?", "Where is it? Really?"),
        ("Guten Tag,\nwo ist es?\nMit freundlichen Grüßen\nAnna", "wo ist es?"),
        ("Wo ist es?\nAm 3.11.2026 um 10 Uhr schrieb Shop:\n> x", "Wo ist es?"),
        ("Hola:\n¿dónde está?\nUn saludo,\nAna", "¿dónde está?"),
        ("Where?\n-----Original Message-----\nFrom: a@b.c", "Where?"),
        ("Hello", "Hello"),
        ("Thanks", "Thanks"),
        ("Hi my order is late", "Hi my order is late"),
        ("Hey, is it open?", "is it open?"),
        ("Highland boots are nice", "Highland boots are nice"),
    ],
)
def test_greetings_signatures_and_quotes_go(written: str, kept: str) -> None:
    assert trim(written) == kept


@given(st.text(max_size=3_000))
def test_trimming_never_loses_everything(text: str) -> None:
    assert bool(trim(text)) == bool(text.strip())
    assert len(plain_question(text).text) <= MAX_QUESTION_CHARS


@given(st.lists(st.tuples(st.sampled_from("cu"), st.text(min_size=1, max_size=3_000)), max_size=12))
def test_the_question_is_short_and_answers_the_last_words(turns: list[tuple[str, str]]) -> None:
    dialogue = talk(*(f"{who}: {text}" for who, text in turns))
    found = standalone(dialogue)
    assert (found is None) == all(turn.who == "us" for turn in dialogue)
    if found is not None:
        assert len(found.text) <= MAX_QUESTION_CHARS
        assert found.answers == [turn.entry for turn in dialogue if turn.who == "customer"][-1]


def test_names_said_before_are_carried() -> None:
    def names_in(text: str) -> list[str]:
        return [name for name in ("Galleria", "Bridge House") if name.lower() in text.lower()]

    said = ("Find me a place", "I can offer the Galleria.", "Does it have parking?")
    turns = [
        Turn("us" if place == 1 else "customer", text, datetime(2026, 11, 1, tzinfo=UTC), "chat")
        for place, text in enumerate(said)
    ]
    question = Question("Find me a place\nDoes it have parking?", "Does it have parking?")
    assert carry(question, turns, names_in).text == "Galleria Does it have parking?"
    assert carry(question, turns[:1], names_in) == question
    own = Question("Bridge House?", "And Bridge House?")
    assert carry(own, turns, names_in) == own
