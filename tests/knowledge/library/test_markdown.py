"""Markdown is read whatever stands in it."""

import time

import pytest

from knowledge.library.drafts import Fields
from knowledge.library.markdown import read_markdown


@pytest.mark.parametrize("piece", ["<!--", "![", "{/*", "![a](", "<div ", "`"])
def test_hostile_markup_is_read_in_a_moment(piece: str) -> None:
    hostile = piece * (100_000 // len(piece))
    began = time.perf_counter()
    read_markdown(hostile, Fields())
    assert time.perf_counter() - began < 2.0


def test_comments_go_and_what_never_ends_stays() -> None:
    assert read_markdown("a<!-- x -->b{/* y */}c <!-- d", Fields())[1] == "abc <!-- d"
