"""Reading: sentences, items and rows with their place; tables with their columns' names."""

import time

import pytest

from assistant.reading import sentences, units

TABLE = "| Where | Label? | Paid |\n|---|:-:|---|\n| UK | £3.95 | off the refund |\n| Shops | free | – |"


def test_a_row_is_read_with_its_columns_names_and_the_head_is_not_quoted() -> None:
    assert sentences(TABLE) == ["UK · Label: £3.95 · Paid: off the refund", "Shops · Label: free"]


def test_a_table_without_a_head_is_read_as_it_stands() -> None:
    assert sentences("| a | b1 |\n| c | d1 |") == ["a · b1", "c · d1"]


def test_a_second_table_has_its_own_columns() -> None:
    assert sentences("| A | B |\n|-|-|\n| x | 1 |\n\ntext\n\n| y | 2 |") == ["x · B: 1", "text", "y · 2"]


def test_units_know_kind_block_and_section() -> None:
    read = units("# One\n\nFirst. Second.\n\n- item\n\n## Two\n\n| A | B |\n|---|---|\n| x | 1 |")
    assert [unit.kind for unit in read] == ["heading", "text", "text", "item", "heading", "row"]
    assert [unit.section for unit in read] == [1, 1, 1, 1, 2, 2]
    assert read[1].block == read[2].block != read[3].block


@pytest.mark.parametrize(
    "piece",
    ["[", "![", "[x](", "[x](a", "a. ", "e.g. ", "# a  ", "<a", "*", "[1,", "| a", "- ", '."', "a[b](c(", "    "],
)
@pytest.mark.parametrize("before", ["", "a", "[x](", "# "])
def test_hostile_text_is_read_in_a_moment(before: str, piece: str) -> None:
    text = before + piece * (50_000 // len(piece))
    began = time.perf_counter()
    units(text)
    assert time.perf_counter() - began < 2
