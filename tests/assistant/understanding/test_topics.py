from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from assistant.understanding.topics import fit_topics, read_topics
from knowledge.failures import Rejected

EXAMPLES = {
    "returns": ("send back", "send it back", "back it goes", "a return", "send"),
    "parcel": ("where parcel", "parcel late", "my parcel", "parcel lost", "late"),
}
WORDS = sorted({word for some in EXAMPLES.values() for text in some for word in text.split()})


def embed(texts: object) -> NDArray[np.float32]:
    rows = [[float(word in str(text).split()) for word in WORDS] for text in texts]  # type: ignore[attr-defined]
    return np.array([np.array(row) / (np.linalg.norm(row) or 1.0) for row in rows], dtype=np.float32)


def test_names_topics_and_none_of_them() -> None:
    topics = fit_topics(EXAMPLES, embed)
    named = topics.name(embed(["my parcel is late", "send it", "a poem about the sea of"]))
    assert [one.topic for one in named[:2]] == ["parcel", "returns"]
    assert named[0].chance > 0.9
    assert named[2].score < named[0].score
    again = fit_topics(EXAMPLES, embed)
    assert np.array_equal(again.weights, topics.weights)
    assert (again.limit, again.temperature) == (topics.limit, topics.temperature)


def test_what_is_nothing_like_the_examples_is_no_topic() -> None:
    named = fit_topics(EXAMPLES, embed).name(np.zeros((1, len(WORDS)), np.float32))[0]
    assert named.topic == ""
    assert named.nearest in EXAMPLES


def test_one_example_each_is_enough() -> None:
    topics = fit_topics({"a": ("send",), "b": ("parcel",)}, embed)
    assert topics.name(embed(["parcel"]))[0].nearest == "b"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "a: [x]",
        "a: x\nb: y",
        "a: []\nb: [x]",
        "a: [1]\nb: [x]",
        "a: [' ']\nb: [x]",
        "{",
        "1: [x]\nb: [y]",
        "a: [2026-02-30]\nb: [x]",
        "a: [x]\n'a ': [y]",
    ],
)
def test_a_file_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "topics.yaml"
    path.write_text(text)
    with pytest.raises(Rejected):
        read_topics(path)


def test_files_are_read(tmp_path: Path) -> None:
    path = tmp_path / "topics.yaml"
    path.write_text("rückgabe: ['Wie geht das zurück?', 'Wie geht das zurück?']\nother: [hello]\n")
    assert read_topics(path) == {"rückgabe": ("Wie geht das zurück?",), "other": ("hello",)}
    with pytest.raises(Rejected, match="cannot be read"):
        read_topics(tmp_path / "missing.yaml")
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(Rejected, match="cannot be read"):
        read_topics(path)
