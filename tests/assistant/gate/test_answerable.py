"""The gate: what it looks at, and how likely it says an answer is."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from assistant.brief import Brief, Nearness
from assistant.drafting.kinds import lacks_kind
from assistant.drafting.quoting import best_excerpts
from assistant.gate.answerable import features, open_gate
from assistant.understanding.question import Question

ASKED = "Can I return unworn boots within three weeks?"


def seen(brief: Brief, asked: str = ASKED) -> dict[str, float]:
    brief = replace(brief, question=asked, focus=asked)
    return features(Question(asked, asked), replace(brief, excerpts=best_excerpts(brief)))


def test_the_gate_knows_every_feature(brief: Brief) -> None:
    assert set(open_gate().names) == set(seen(brief))
    assert all(scale > 0 for scale in open_gate().scale)
    assert 0 < open_gate().sure_at < 1


def test_near_passages_are_more_likely_to_answer(brief: Brief) -> None:
    far = replace(brief, passages=tuple(replace(passage, similarity=0.1) for passage in brief.passages))
    assert open_gate().probability(seen(brief)) > open_gate().probability(seen(far))


def test_without_passages_nothing_is_likely() -> None:
    assert open_gate().probability(seen(Brief(ASKED))) < 0.2


def test_rare_words_count_more(passage: Any) -> None:
    near = Nearness(np.ones(1, np.float32), lambda texts: np.ones((len(texts), 1), np.float32), {"kayak": 5.0})
    brief = Brief("sell kayaks", (passage(1, "We sell boots and tents."),), nearness=near)
    found = seen(brief, "sell kayaks")
    assert found["window_coverage"] < 0.2
    assert found["rarest_found"] == 0.0


def test_a_title_nearer_than_every_sentence_quoted_speaks_against_an_answer(passage: Any) -> None:
    nearest = {"Kayaks": 0.9, "Kayaks: We rent kayaks on the lake from May on.": 0.4}

    def embed(texts: Sequence[str]) -> NDArray[np.float32]:
        return np.array([[nearest.get(text, 0.1)] for text in texts], np.float32)

    near = Nearness(np.ones(1, np.float32), embed, {"kayak": 5.0})
    text = "We rent kayaks on the lake from May on. Boots are sold all year round."
    asked = "How heavy are your kayaks?"
    assert seen(Brief(asked, (passage(1, text, title="Kayaks"),), nearness=near), asked)["beyond_titles"] < -0.4
    assert seen(Brief(asked, (passage(1, text, title="The lake"),), nearness=near), asked)["beyond_titles"] >= 0
    assert seen(Brief(asked), asked)["beyond_titles"] == 0.0


def test_two_sentences_that_follow_one_another_count_together(passage: Any) -> None:
    apart = passage(1, "Boots may be returned. The shop is open daily. Three weeks is the limit for skis.")
    close = passage(1, "Boots may be returned. Three weeks is the limit. The shop is open daily.")
    wanted = "return boots three weeks"
    assert seen(Brief(wanted, (close,)), wanted)["window_coverage"] == 1.0
    assert seen(Brief(wanted, (apart,)), wanted)["window_coverage"] < 1.0


def test_an_answer_of_the_kind_asked_for() -> None:
    assert lacks_kind("How many stoves can I rent?", "Stoves are rented by the week.")
    assert not lacks_kind("How many stoves can I rent?", "Up to three stoves.")
    assert lacks_kind("Who made the song?", "The song was late.")
    assert not lacks_kind("Who made the song?", "It was written by Brian Eno.")
    assert lacks_kind("Warum ist das so?", "Es ist so.")
    assert not lacks_kind("Is it open?", "Yes.")


@given(st.text(max_size=200))
def test_a_probability_is_a_probability(asked: str) -> None:
    assert 0 <= open_gate().probability(seen(Brief(asked), asked)) <= 1
