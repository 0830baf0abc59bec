import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.understanding.several import MOST, questions_in


@pytest.mark.parametrize(
    ("message", "wanted"),
    [
        ("How do I wax leather boots?", ()),
        ("", ()),
        ("My parcel is late. It was due on Monday.", ()),
        (
            "How long does delivery take to Norway? And which payment cards do you accept?",
            ("How long does delivery take to Norway?", "And which payment cards do you accept?"),
        ),
        # what was said before a question belongs to it
        (
            "I bought a tent last week and the zip broke. Can I return it? Which parcel service do you use for Norway?",
            (
                "I bought a tent last week and the zip broke. Can I return it?",
                "Which parcel service do you use for Norway?",
            ),
        ),
        # one that points back brings the question before it
        (
            "Do you repair broken tent poles? What does that cost?",
            ("Do you repair broken tent poles?", "Do you repair broken tent poles? What does that cost?"),
        ),
        # the same asked twice is one question
        ("Where is my parcel? Where is my parcel?? Thanks", ()),
        ("Wie lange dauert die Lieferung nach Wien? Kann ich mit Karte bezahlen?", 2),
        ("¿Cuánto tarda el envío a Sevilla? ¿Puedo pagar con tarjeta?", 2),
        ("??? ?", ()),
    ],
)
def test_questions_are_told_apart(message: str, wanted: tuple[str, ...] | int) -> None:
    found = questions_in(message)
    assert (len(found) if isinstance(wanted, int) else found) == wanted


def test_very_many_and_very_long_are_bounded() -> None:
    letters = ["".join(chr(97 + (n // 26**place) % 26) for place in range(3)) for n in range(500)]
    many = " ".join(f"What is {one} about {one}zz?" for one in letters)
    assert len(questions_in(many)) == MOST
    assert questions_in("a" * 1_000_000) == ()


@given(st.text(max_size=400))
def test_never_one_alone_and_never_empty(text: str) -> None:
    found = questions_in(text)
    assert len(found) != 1
    assert all(one.strip() for one in found)
