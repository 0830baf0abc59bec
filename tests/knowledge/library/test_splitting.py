"""Splitting: nothing lost, nothing much too long, code and tables whole where they fit."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.library.splitting import TINY, Piece, split

SIZE = 300


def test_a_short_text_is_one_passage() -> None:
    assert split("# A\n\nfirst\n\n## B\n\nsecond", SIZE) == [Piece("", "# A\n\nfirst\n\n## B\n\nsecond")]
    assert split(" \n ", SIZE) == []


def test_headings_become_paths() -> None:
    text = f"# Shop\n\n## Returns\n\n{'return it. ' * 20}\n\n## Delivery\n\n### Abroad\n\n{'we ship. ' * 25}"
    assert [piece.heading for piece in split(text, SIZE)] == ["Shop › Returns", "Shop › Delivery › Abroad"]


def test_headings_inside_code_are_none() -> None:
    text = f"# A\n\n{'word ' * 50}\n\n```sh\n# not a heading\n  indented\n```\n\n{'more ' * 50}"
    pieces = split(text, SIZE)
    assert {piece.heading for piece in pieces} == {"A"}
    assert any("```sh\n# not a heading\n  indented\n```" in piece.text for piece in pieces)


def test_a_long_table_repeats_its_header() -> None:
    rows = [f"| item {number} | {number} pounds and some more words |" for number in range(30)]
    text = "\n".join(["| name | price |", "| --- | --- |", *rows])
    pieces = split(text, SIZE)
    assert len(pieces) > 3
    assert all(piece.text.startswith("| name | price |\n| --- | --- |\n") for piece in pieces)
    assert [row for row in rows if not any(row in piece.text for piece in pieces)] == []


def test_a_tiny_rest_joins_the_piece_before() -> None:
    pieces = split(f"{'word ' * 55}\n\n{'term ' * 50}\n\nend.", SIZE)
    assert len(pieces) == 2
    assert pieces[-1].text.endswith("end.")


_line = st.sampled_from(
    ["# A", "## B", "plain words here", "- item", "| a | b |", "| - | - |", "```", "", "x" * 400, "1. q"]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(_line, max_size=60).map("\n".join))
def test_no_word_is_lost_and_no_piece_is_much_too_long(text: str) -> None:
    pieces = split(text, SIZE)
    kept = " ".join(f"{piece.heading} {piece.text}" for piece in pieces)
    for word in ("plain", "item", "x" * 100):
        assert (word in text) == (word in kept)
    assert all(piece.text.strip() and len(piece.text) <= SIZE * (1 + TINY) + 2 for piece in pieces)


@pytest.mark.parametrize("text", ["x" * 1_200_000, "- a\n" * 300_000, "[" * 600_000])
def test_huge_texts_are_cut_in_good_time(text: str) -> None:
    assert sum(len(piece.text) for piece in split(text, 1_200)) > 0.6 * len(text)
