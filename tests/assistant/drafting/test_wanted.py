"""What a question wants: a time, an amount, or neither."""

import pytest

from assistant.drafting.wanted import answers_kind, without_asking


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("How long do I have?", "You have 60 days."),
        ("Wann kommt das Geld?", "Nach 5 Tagen."),
        ("By what time must I order?", "Order before 14:00."),
        ("What does express cost?", "Express is £7.95."),
        ("Is there a fee?", "The label is free for members."),
        ("Combien ça coûte ?", "5,90 € par colis"),
    ],
)
def test_the_kind_asked_for(question: str, sentence: str) -> None:
    assert answers_kind(question, sentence)
    assert not answers_kind(question, "Ask us any day.")
    assert not answers_kind("Which colour is it?", sentence)


def test_asking_words_are_not_looked_for() -> None:
    assert without_asking("How long is the tent?").split() == ["is", "the", "tent?"]
