"""Passages for the sizes: what answers a query is among them, and a seed makes the same ones."""

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from benchmarks.corpus import document_of, real, synthetic
from evals.datasets.collections import Collection, Document, Query

SENTENCES = " ".join(f"Sentence number {number} of this guide says how a thing is done." for number in range(60))


class ByLength:
    """An embedder whose vectors can be worked out by hand."""

    id = "by-length"
    dimensions = 2

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        rows = np.array([[len(text), 1.0] for text in texts], dtype=np.float32)
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.fixture
def collection() -> Collection:
    documents = tuple(Document(f"d{number}", f"Guide {number}", SENTENCES) for number in range(20))
    return Collection("guides", documents, (Query("q", "what", "q"),), {"q": {"d17": 1, "d3": 1}}, "0")


def test_what_answers_comes_first_and_documents_stay_whole(collection: Collection) -> None:
    passages = real(collection, 12)
    assert [document_of(one.id) for one in passages][:1] == ["d3"]
    held = {document_of(one.id) for one in passages}
    assert {"d3", "d17"} <= held
    assert len(passages) >= 12
    for document in held:
        own = [one.text for one in passages if document_of(one.id) == document]
        assert sum(text.count("Sentence number") for text in own) >= 60
    assert real(collection, 12) == passages


def test_more_than_there_is_gives_all(collection: Collection) -> None:
    assert {document_of(one.id) for one in real(collection, 10_000)} == {one.id for one in collection.documents}


def test_synthetic_passages_are_real_sentences_with_their_mean_vector(collection: Collection) -> None:
    documents, vectors = synthetic(collection, 30, ByLength())
    again, same = synthetic(collection, 30, ByLength())
    assert documents == again
    assert np.array_equal(vectors, same)
    assert vectors.shape == (30, 2)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1)
    assert all(one.text.count("Sentence number") in range(3, 8) for one in documents)
    assert len({one.text for one in documents}) == 30
