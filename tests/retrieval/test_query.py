"""A query's parts: the last turn weighs more, a long text is read to its end."""

from hypothesis import given
from hypothesis import strategies as st

from retrieval.query import LAST_TURN, LONG_CHARS, MAX_PIECES, PIECE_CHARS, Part, last_turn, parts


def test_one_line_is_one_part() -> None:
    assert parts("Can I return boots?") == [Part("Can I return boots?", 1.0)]


def test_the_last_of_two_turns_weighs_more() -> None:
    query = "I bought a tent.\nHow long can I return it?"
    assert parts(query) == [Part(query, 1.0), Part("How long can I return it?", LAST_TURN)]


def test_many_lines_are_no_turns() -> None:
    query = "one\ntwo\nthree\nfour"
    assert last_turn(query) == ""
    assert parts(query) == [Part(query, 1.0)]


def test_blank_lines_do_not_count() -> None:
    assert last_turn("one\n\n \ntwo\n") == "two"


def test_a_long_text_is_read_to_its_end() -> None:
    query = " ".join(f"This is sentence number {number}." for number in range(60))
    pieces = parts(query)
    assert len(pieces) > 1
    assert pieces[-1].text.endswith("number 59.")
    assert " ".join(piece.text for piece in pieces) == query


def test_of_a_very_long_text_both_ends_are_read() -> None:
    query = "first words. " + "x" * 100_000 + " last words."
    pieces = parts(query)
    assert len(pieces) == MAX_PIECES
    assert pieces[0].text.startswith("first words.")
    assert pieces[-1].text.endswith("last words.")


@given(st.text(min_size=1, max_size=5_000).filter(lambda text: bool(text.strip())))
def test_parts_are_never_empty_and_never_too_long(query: str) -> None:
    found = parts(query.strip())
    assert 1 <= len(found) <= MAX_PIECES
    assert all(part.text and part.weight > 0 for part in found)
    assert all(len(part.text) <= max(LONG_CHARS, PIECE_CHARS) for part in found)
