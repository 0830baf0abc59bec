"""Mood: English has a side or none, other languages are unknown, and each message is judged once."""

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.understanding.mood import judge, note_mood
from knowledge.customers import erasure, timeline
from knowledge.customers.erasure import Wish
from knowledge.customers.record_entries import MoodNoted


@pytest.mark.parametrize(
    ("text", "mood"),
    [
        ("This is the third time I write and still no answer. Unacceptable!", "negative"),
        ("The zip of my tent is broken and the pump does not work", "negative"),
        ("I am not happy with this", "negative"),
        ("My parcel never arrived and I am still waiting", "negative"),
        ("Thanks so much, brilliant service", "positive"),
        ("ok great thanks", "positive"),
        ("I love the new boots, they are wonderful", "positive"),
        ("Where is my order TF-104233?", "neutral"),
        ("I'd like to return my boots please", "neutral"),
        ("Which size do I need for a foot of 27 cm?", "neutral"),
        ("Meine Bestellung ist kaputt und ich bin sehr wütend", "unknown"),
        ("Hola, mi pedido no ha llegado y estoy enfadado", "unknown"),
        ("merci beaucoup pour votre aide", "unknown"),
        ("注文番号はどこですか", "unknown"),
        ("👍", "unknown"),
        ("", "unknown"),
    ],
)
def test_what_messages_sound_like(text: str, mood: str) -> None:
    judged = judge(text)
    assert judged.mood == mood, judged
    assert (judged.score is None) == (mood == "unknown")


def test_quoted_mail_and_signatures_do_not_count() -> None:
    quoted = "On Mon, 3 Nov 2025, shop@example.com wrote:\n> We hate to disappoint you, terribly sorry"
    assert judge(f"Where is my order?\n\n{quoted}").mood == "neutral"


@given(st.text(max_size=300))
def test_any_text_has_a_mood_within_bounds(text: str) -> None:
    judged = judge(text)
    assert judged.score is None or -1 <= judged.score <= 1


def test_hostile_text_is_judged_in_time() -> None:
    began = time.perf_counter()
    for text in ("a " * 500_000, "!" * 1_000_000, "not " * 100_000, "\n" * 100_000 + "x"):
        judge(text)
    assert time.perf_counter() - began < 5


def test_each_message_is_judged_once_and_the_forgotten_never(desk: Any) -> None:
    message = desk.receive("My parcel never arrived!")
    first = note_mood(desk.database, desk.scope, message, desk.tick())
    assert first == note_mood(desk.database, desk.scope, message, desk.tick())
    assert first is not None
    assert isinstance(first.payload, MoodNoted)
    assert (first.payload.message, first.payload.mood, first.at) == (message.id, "negative", message.at)
    answer = desk.reply(message.conversation, "Sorry!")
    assert note_mood(desk.database, desk.scope, answer, desk.tick()) is None
    other = desk.receive("It is broken", subject="tent")
    with desk.database.write() as session:
        erasure.erase(session, desk.scope, Wish(message.customer, "mona"), (erasure.ERASER,), desk.tick())
    assert note_mood(desk.database, desk.scope, other, desk.tick()) is None
    with desk.database.read() as session:
        left = timeline.after(session, desk.scope, 0, customer=message.customer)
    assert [one.payload is None for one in left] == [True] * (len(left) - 1) + [False]
