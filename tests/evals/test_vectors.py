from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from evals.vectors import BATCH, KeptVectors


class Counting:
    id = "counting/model 1"
    dimensions = 3

    def __init__(self) -> None:
        self.asked: list[str] = []

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.asked += texts
        return np.array([[len(text), 1.0, 0.5] for text in texts], dtype=np.float32).reshape(len(texts), 3)


def test_what_was_embedded_once_is_read(tmp_path: Path) -> None:
    embedder = Counting()
    texts = [f"text {number}" for number in range(BATCH + 10)] + ["text 1", "\ud800 broken", ""]
    first = KeptVectors(embedder, tmp_path).embed(texts)
    again = KeptVectors(embedder, tmp_path)
    assert np.array_equal(again.embed(texts), first)
    assert np.array_equal(first, Counting().embed(texts))
    assert len(embedder.asked) <= len(texts)
    assert again.made == 0
    assert again.embed([]).shape == (0, 3)


def test_two_models_share_nothing(tmp_path: Path) -> None:
    KeptVectors(Counting(), tmp_path).embed(["a"])
    other = Counting()
    other.id = "another"
    KeptVectors(other, tmp_path).embed(["a"])
    assert other.asked == ["a"]
